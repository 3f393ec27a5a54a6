"""`ethicscheck archive init`, `add`, `plan`, `list`, `hold`, `release`, `expire` and `repair`: words and exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ethicscheck.archive.standalone.verify import check_archive
from ethicscheck.cli import run

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def compas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an example and its audit."""
    folder = tmp_path_factory.mktemp("compas")
    assert run(["init", str(folder), "--example", "compas"]) == 0
    assert run(["audit", str(folder / "ethicscheck.yaml"), "-o", str(folder / "ethicscheck-out"), "-q"]) == 1
    return folder


@pytest.fixture
def archive(tmp_path: Path, compas: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive to stand in."""
    folder = tmp_path / "archive"
    assert run(["archive", "init", str(folder), "--retain-years", "1"]) == 0
    monkeypatch.chdir(folder)
    return folder


def add(compas: Path) -> str:
    assert run(["archive", "add", str(compas / "ethicscheck-out" / "audit.json")]) == 0
    return next(Path("bags").iterdir()).name


def test_an_audit_is_archived_with_all_that_belongs_to_it(
    archive: Path, compas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The usual job, in the usual words."""
    capsys.readouterr()

    name = add(compas)

    assert capsys.readouterr().out.splitlines() == [
        f"archived {name}",
        "  record: audit.json",
        "  report: report.html",
        "  config: ethicscheck.yaml",
        "  checklist: transparency.yaml, unintended-consequences.yaml",
        "  answers: transparency.answers.jsonl, unintended-consequences.answers.jsonl",
        f"  kept until {int(name[:4]) + 1}{name[4:10]}",
        "this archive is not signed: it shows what was changed by accident, or by whoever can't write to all of it",
    ]
    assert check_archive(str(archive)).problems == []


def test_adding_again_says_so_and_leaves_with_0(
    archive: Path, compas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pipeline that runs twice."""
    name = add(compas)
    capsys.readouterr()

    add(compas)

    assert capsys.readouterr().out.startswith(f"already archived: {name}; nothing was changed\n")


def test_the_list_is_filtered_and_tells_what_happened_since(
    archive: Path, compas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By system, verdict and day; for people and for programs."""
    name = add(compas)
    assert run(["archive", "hold", name, "--reason", "a case", "--by", "Ann"]) == 0
    capsys.readouterr()

    for words, shown in (
        ([], True),
        (["--subject", "compas"], True),
        (["--subject", "lending"], False),
        (["--verdict", "fail"], True),
        (["--verdict", "pass"], False),
        (["--since", name[:10], "--until", name[:10]], True),
        (["--since", "2999-01-01"], False),
        (["--until", "1999-01-01"], False),
    ):
        assert run(["archive", "list", *words]) == 0
        assert capsys.readouterr().out.startswith(name) is shown
    run(["archive", "list"])
    assert "; held by Ann (3)]" in capsys.readouterr().out
    assert run(["archive", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(part["id"], part["verdict"], part["holds"][0]["reason"]) for part in listed] == [(name, "fail", "a case")]


def test_removal_is_listed_first_and_done_when_agreed(
    archive: Path, compas: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked where nobody is; --yes answers."""
    name = add(compas)
    capsys.readouterr()
    assert run(["archive", "expire", "--yes"]) == 0
    assert capsys.readouterr().out == "nothing to remove: every audit must still be kept, or is held\n"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "32503680000")  # the year 3000

    assert run(["archive", "expire"]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"to be removed: {name}")
    assert "nothing was removed: --yes removes them" in said
    assert (archive / "bags" / name).is_dir()

    assert run(["archive", "expire", "--yes", "--by", "Ann"]) == 0
    assert not (archive / "bags" / name).exists()
    run(["archive", "list"])
    assert "[removed on 3000-01-01]" in capsys.readouterr().out
    assert check_archive(str(archive)).problems == []


def test_a_record_may_be_kept_until_a_day_of_its_own(
    archive: Path, compas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A law may ask for longer than the archive's rule."""
    record = str(compas / "ethicscheck-out" / "audit.json")

    assert run(["archive", "add", record, "--retain-until", "2060-02-03"]) == 0

    assert "kept until 2060-02-03" in capsys.readouterr().out
    assert run(["archive", "add", record, "--retain-until", "3.2.2060"]) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list", "--archive", "nowhere"], "there is no archive here"),
        (["add", "nothing.json"], "the record can't be read: it is not there"),
        (["init", "."], "there is an archive already"),
        (["hold", "x", "--by", "Ann"], "missing option '--reason'"),
        (["hold", "x", "--by", " ", "--reason", "y"], "--by is empty"),
        (["hold", "x", "--by", "Ann", "--reason", "y"], "there is no audit 'x'"),
        (["expire", "x"], "there is no audit 'x'"),
        (["add", "a", "b", "--supersedes", "c"], "for one record at a time"),
        (["plan", "nothing.yaml"], "nothing.yaml"),
        (["init", "new", "--retain-years", "0"], "--retain-years"),
    ],
)
def test_what_can_not_be_done_is_said_in_a_line(
    archive: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """And leaves with 2, nothing changed."""
    capsys.readouterr()

    assert run(["archive", *words]) == 2

    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") <= 2
    assert check_archive(str(archive)).problems == []


def test_a_folder_that_holds_anything_is_no_place_for_an_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of it is touched."""
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")

    assert run(["archive", "init", str(tmp_path)]) == 2

    assert "the folder is not empty" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_repair_says_what_was_unfinished(archive: Path, compas: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After a kill."""
    name = add(compas)
    half = archive / ".staging" / "bags" / "2026-01-01-other-01234567" / "data"
    half.mkdir(parents=True)
    (half / "audit.json").write_text("{", encoding="utf-8")
    capsys.readouterr()
    assert run(["archive", "hold", name, "--by", "Ann", "--reason", "x"]) == 2
    assert "ethicscheck archive repair" in capsys.readouterr().err

    assert run(["archive", "repair", "--dry-run"]) == 0
    assert capsys.readouterr().out.endswith("nothing was done (--dry-run)\n")
    assert half.is_dir()
    assert run(["archive", "repair"]) == 0

    said = capsys.readouterr().out
    assert "2026-01-01-other-01234567 was being added and is not archived" in said
    assert not half.exists()
    assert run(["archive", "repair"]) == 0
    assert capsys.readouterr().out == "nothing was unfinished\n"
    last = json.loads((archive / "log.jsonl").read_bytes().splitlines()[-1])
    assert (last["kind"], "2026-01-01-other-01234567" in last["what"]) == ("note_of_repair", True)
    assert check_archive(str(archive)).problems == []


def test_a_signed_archive_takes_nothing_without_its_key(
    tmp_path: Path, compas: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made, added to and refused, without a terminal."""
    monkeypatch.setenv("ETHICSCHECK_PASSPHRASE", "a long enough passphrase")
    folder, key = tmp_path / "archive", tmp_path / "key.pem"
    assert run(["archive", "init", str(folder), "--key", str(key)]) == 0
    assert "signed with the key" in capsys.readouterr().out
    assert os.stat(key).st_mode & 0o777 == 0o600  # noqa: PTH116
    record = str(compas / "ethicscheck-out" / "audit.json")

    assert run(["archive", "add", record, "--archive", str(folder)]) == 2
    assert "nothing is added to it without its key" in capsys.readouterr().err
    assert run(["archive", "init", str(tmp_path / "other"), "--key", str(tmp_path / "other.pem")]) == 0
    assert run(["archive", "add", record, "--archive", str(folder), "--key", str(tmp_path / "other.pem")]) == 2
    assert "this archive is signed with another key" in capsys.readouterr().err

    assert run(["archive", "add", record, "--archive", str(folder), "--key", str(key)]) == 0
    assert "not signed" not in capsys.readouterr().out
    name = next((folder / "bags").iterdir()).name
    assert (folder / "attestations" / f"{name}.intoto.json").is_file()
    monkeypatch.setenv("ETHICSCHECK_ARCHIVE_KEY", str(key))
    assert run(["archive", "hold", name, "--by", "Ann", "--reason", "x", "--archive", str(folder)]) == 0
    assert check_archive(str(folder)).problems == []


def test_nothing_is_asked_where_there_is_no_terminal(tmp_path: Path, compas: Path) -> None:
    """A job in a pipeline must end, not wait."""
    words = [sys.executable, "-m", "ethicscheck", "archive"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("ETHICSCHECK")}

    done = subprocess.run(
        [*words, "init", str(tmp_path / "a"), "--key", str(tmp_path / "key.pem")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )

    assert done.returncode == 2
    assert "needs a passphrase" in done.stderr
    assert not (tmp_path / "a").exists()


def test_a_correction_of_what_is_archived_already_is_not_passed_over(
    archive: Path, compas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Entries are never changed; whoever forgot to say what it corrects must not think that it is said now."""
    name = add(compas)
    capsys.readouterr()

    assert run(["archive", "add", str(compas / "ethicscheck-out/audit.json"), "--supersedes", "nope"]) == 2

    assert f"archived already, as {name}, and not as a correction of nope" in capsys.readouterr().err
    assert len(Path("log.jsonl").read_bytes().splitlines()) == 2


def test_a_page_in_place_of_its_record_is_told_apart(
    archive: Path, compas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """People take the file they can read."""
    assert run(["archive", "add", str(compas / "ethicscheck-out/report.html")]) == 2

    assert "this is a page, not a record" in capsys.readouterr().err
