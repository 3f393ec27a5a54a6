"""`archive verify`, `index` and `key` on archives that the commands themselves made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small_archive as small
from making import make_audit

from ethicscheck.archive import verifying
from ethicscheck.archive.keys import PASSPHRASE
from ethicscheck.archive.standalone import verify as checker
from ethicscheck.cli import run

pytest.importorskip("bagit", reason="the extra `archive` is not installed")
pytest.importorskip("securesystemslib", reason="the extra `sign` is not installed")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key, a signed archive `a` and an unsigned one `u`, of one audit each."""
    folder = tmp_path_factory.mktemp("made")
    record = make_audit(folder / "audit", ("html", "summary"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSPHRASE, "words")
        key = str(folder / "k")
        assert run(["archive", "init", str(folder / "a"), "--key", key]) == 0
        assert run(["archive", "add", str(record), "--archive", str(folder / "a"), "--key", key]) == 0
        assert run(["archive", "init", str(folder / "u")]) == 0
        assert run(["archive", "add", str(record), "--archive", str(folder / "u")]) == 0
    return folder


def bag(root: Path) -> Path:
    """Return the one bag of an archive."""
    (only,) = (root / "bags").iterdir()
    return only


def reseal(root: Path) -> None:
    """Write an unsigned archive's manifests, log and head anew to fit what lies in its bag, as its owner could."""
    folder = bag(root)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    payload = {name: content for name, content in files.items() if name.startswith("data/")}
    tags = {name: files[name] for name in ("bagit.txt", "bag-info.txt")}
    tags["manifest-sha256.txt"] = small.manifest(payload)
    (folder / "manifest-sha256.txt").write_bytes(tags["manifest-sha256.txt"])
    (folder / "tagmanifest-sha256.txt").write_bytes(small.manifest(tags))
    lines = [json.loads(line) for line in small.log_lines(root)]
    lines[-1]["bag"] = small.digest(small.manifest(tags))
    lines[-1]["record"] = small.digest(payload["data/audit.json"])
    (root / "log.jsonl").write_bytes(b"".join(map(small.line, lines)))
    small.rechained(root)


def test_verify_leaves_with_0_1_or_2(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it was written; not so; not there."""
    root = shutil.copytree(made / "a", tmp_path / "a")

    assert run(["archive", "verify", "--archive", str(root), "--key", str(made / "k.pub")]) == 0
    assert "It is signed with the key you gave" in capsys.readouterr().out
    (bag(root) / "data" / "report.html").write_bytes(b"")
    assert run(["archive", "verify", "--archive", str(root)]) == 1
    out = capsys.readouterr().out
    assert f"truncated   bags/{bag(root).name}/data/report.html: it is empty" in out
    assert "NOT as it was written: 1 problem" in out
    assert run(["archive", "verify", "--archive", str(tmp_path / "nowhere")]) == 2
    assert run(["archive", "verify", "nothing-of-that-name", "--archive", str(root)]) == 2
    assert run(["archive", "verify", "--archive", str(root), "--key", str(made / "k")]) == 2  # the private one
    assert all(line.startswith("error: ") for line in capsys.readouterr().err.splitlines())


def test_the_attestation_of_a_real_audit_is_checked(made: Path, tmp_path: Path) -> None:
    """By ours and by the file that the archive carries; with another key both say so."""
    other = small.TestKey(9).public_hex
    carried = [sys.executable, "-I", "-S", str(made / "a" / "verify.py"), "--key"]

    assert subprocess.run([*carried, str(made / "k.pub")], capture_output=True).returncode == 0
    assert subprocess.run([*carried, other], capture_output=True).returncode == 1
    found = verifying.verify_archive(made / "a", key=other)
    name = f"attestations/{bag(made / 'a').name}.intoto.json"
    assert {(problem.kind, problem.where) for problem in found.problems} >= {
        ("wrong_key", "archive.json"),
        ("wrong_key", "head.json"),
        ("wrong_key", name),
    }


def test_verify_prints_json(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With who signed, how much was looked at, and no problem."""
    capsys.readouterr()

    assert run(["archive", "verify", "--archive", str(made / "a"), "--json"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert (said["intact"], said["audits"], said["entries"], said["problems"]) == (True, 1, 2, [])
    assert len(said["signed_by"]) == 64


def test_rerender_shows_that_the_pages_follow_from_the_record(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page that its owner changed, manifests, log and head and all, passes every hash and not this."""
    root = shutil.copytree(made / "u", tmp_path / "u")
    capsys.readouterr()
    assert run(["archive", "verify", "--archive", str(root), "--rerender"]) == 0
    assert "2 archived pages were drawn again from the records and came out the same." in capsys.readouterr().out

    report = bag(root) / "data" / "report.html"
    report.write_bytes(report.read_bytes().replace(b"test", b"best"))
    reseal(root)

    assert run(["archive", "verify", "--archive", str(root)]) == 0
    assert run(["archive", "verify", "--archive", str(root), "--rerender"]) == 1
    assert "it is not the page that this version draws from audit.json" in capsys.readouterr().out


def test_rerender_says_when_another_version_drew_the_page(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """That it comes out otherwise shows nothing then, and no alarm is raised."""
    root = shutil.copytree(made / "u", tmp_path / "u")
    report = bag(root) / "data" / "report.html"
    report.write_bytes(report.read_bytes() + b"<!-- as an older version drew it -->")
    reseal(root)
    monkeypatch.setattr(verifying, "__version__", "9.9.9")
    capsys.readouterr()

    assert run(["archive", "verify", "--archive", str(root), "--rerender"]) == 0

    out = capsys.readouterr().out
    assert "and this is 9.9.9" in out
    assert "Install that version to compare" in out


def test_rerender_says_when_the_log_says_other_things_than_the_record(made: Path, tmp_path: Path) -> None:
    """The list and the index are drawn from the log."""
    root = shutil.copytree(made / "u", tmp_path / "u")
    lines = [json.loads(line) for line in small.log_lines(root)]
    lines[-1]["verdict"] = "pass" if lines[-1]["verdict"] != "pass" else "fail"
    lines[-1]["trend"] = []
    (root / "log.jsonl").write_bytes(b"".join(map(small.line, lines)))
    small.rechained(root)

    found = verifying.verify_archive(root, rerender=True)

    assert [(problem.kind, problem.where) for problem in found.problems] == [("changed", "log.jsonl entry 2")]
    assert "verdict, trend" in found.problems[0].what


def test_rerender_says_when_a_record_was_edited_by_its_owner(made: Path, tmp_path: Path) -> None:
    """All hashes fit; the record does not hang together, or its page is another."""
    root = shutil.copytree(made / "u", tmp_path / "u")
    record = bag(root) / "data" / "audit.json"
    value = json.loads(record.read_bytes())
    value["data"]["audited"] += 1
    record.write_bytes(small.line(value))
    reseal(root)

    assert verifying.verify_archive(root).problems == ()
    assert verifying.verify_archive(root, rerender=True).problems != ()


def test_without_the_library_the_signatures_are_checked_all_the_same(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever only reads needs no extra."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    seen = []
    own = checker.ed25519_verifies
    monkeypatch.setattr(checker, "ed25519_verifies", lambda *parts: seen.append(1) or own(*parts))

    assert verifying.verify_archive(made / "a", key=str(made / "k.pub")).problems == ()
    assert len(seen) == 2  # the head and the attestation


def test_index_is_made_and_changes_nothing_that_counts(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints where it is."""
    root = shutil.copytree(made / "a", tmp_path / "a")
    capsys.readouterr()

    assert run(["archive", "index", "--archive", str(root)]) == 0

    assert capsys.readouterr().out == f"{root / 'index.html'}\n"
    assert bag(root).name in (root / "index.html").read_text(encoding="utf-8")
    assert run(["archive", "verify", "--archive", str(root)]) == 0


def test_key_makes_a_key_once_and_shows_its_public_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second call opens the same."""
    monkeypatch.setenv(PASSPHRASE, "words")

    assert run(["archive", "key", str(tmp_path / "k")]) == 0
    first = capsys.readouterr().out
    assert run(["archive", "key", str(tmp_path / "k"), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)

    assert first.startswith("made ")
    assert "words" not in first
    assert again["made"] is False
    assert f"{again['public']}\n" == (tmp_path / "k.pub").read_text(encoding="ascii")
    assert again["public"] in first


def test_a_folder_that_may_not_be_written_can_be_checked(made: Path, tmp_path: Path) -> None:
    """A copy on a disk that takes no writing: nothing is written, not even for a moment."""
    root = shutil.copytree(made / "a", tmp_path / "a")
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    for path in [root, *root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        found = verifying.verify_archive(root)
    finally:
        for path in [root, *root.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)

    assert found.problems == ()
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_no_command_of_the_archive_asks_where_nobody_can_answer(made: Path, tmp_path: Path) -> None:
    """Without a terminal and without a passphrase each ends with exit code 2 and a line on what to do."""
    environment = {name: value for name, value in os.environ.items() if name != PASSPHRASE}
    record = str(made / "audit" / "ethicscheck-out" / "audit.json")
    for words in (
        ["key", str(tmp_path / "new")],
        ["key", str(made / "k")],
        ["init", str(tmp_path / "b"), "--key", str(tmp_path / "new")],
        ["add", record, "--archive", str(made / "a"), "--key", str(made / "k")],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ethicscheck", "archive", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 2, words
        assert "nobody is here to give it" in done.stderr
        assert done.stdout == ""
    assert not (tmp_path / "new").exists()
