"""Where a record comes from: the time that can be fixed, the commit, and nothing of the machine."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from ethicscheck.auditing import load_config, make_record
from ethicscheck.errors import DataError, UsageError
from ethicscheck.model.record import AuditRecord
from helpers import TWELVE, audit_files, audit_frame, write_config


def git(folder: Path, *words: str) -> str:
    """Run git as nobody in particular."""
    name = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *name, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with a config and data, both committed."""
    (tmp_path / "data.csv").write_text(TWELVE)
    write_config(tmp_path)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "x")
    return tmp_path


def audit(folder: Path) -> AuditRecord:
    """Audit the folder's config."""
    return make_record(load_config(folder / "ethicscheck.yaml"))


def test_the_commit_of_the_config_is_recorded(repository: Path) -> None:
    """With it, a record can be made again."""
    found = audit(repository).provenance.git

    assert found is not None
    assert (found.commit, found.modified) == (git(repository, "rev-parse", "HEAD"), False)


@pytest.mark.parametrize("name", ["data.csv", "ethicscheck.yaml"])
def test_a_change_since_the_commit_is_recorded(name: str, repository: Path) -> None:
    """A commit that does not hold what was audited must not look as if it did."""
    with (repository / name).open("a") as stream:
        stream.write("\n")

    found = audit(repository).provenance.git

    assert found is not None
    assert found.modified


def test_a_change_elsewhere_in_the_repository_is_no_change(repository: Path) -> None:
    """Reports written beside the config don't make the next record differ."""
    (repository / "notes.txt").write_text("x")

    found = audit(repository).provenance.git

    assert found is not None
    assert not found.modified


def test_data_outside_the_repository_leave_the_commit_in(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Data often stand elsewhere; their digest is in the record anyway."""
    other = tmp_path_factory.mktemp("elsewhere")
    (other / "data.csv").write_text(TWELVE)
    write_config(repository, source=str(other / "data.csv"))
    git(repository, "commit", "-q", "-a", "-m", "y")

    found = audit(repository).provenance.git

    assert found is not None
    assert not found.modified


def test_a_config_that_is_in_no_commit_has_none(tmp_path: Path, repository: Path) -> None:
    """An untracked config is not described by the commit around it."""
    git(repository, "rm", "-q", "--cached", "ethicscheck.yaml")

    assert audit(repository).provenance.git is None


def test_the_config_is_named_by_its_path_in_the_repository(repository: Path) -> None:
    """Annotations in CI stand at a file of the repository, not of the folder that the audit was started in."""
    inner = repository / "models/loans"
    inner.mkdir(parents=True)
    for path in list(repository.iterdir()):
        if path.is_file():
            git(repository, "mv", path.name, f"models/loans/{path.name}")
    git(repository, "commit", "-q", "-m", "moved")

    found = audit(inner).provenance.git

    assert found is not None
    assert found.path == "models/loans/ethicscheck.yaml"


def test_without_git_there_is_no_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """git need not be installed."""
    monkeypatch.setenv("PATH", "")

    assert audit(repository).provenance.git is None


def test_the_time_can_be_fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SOURCE_DATE_EPOCH, as for reproducible builds."""
    (tmp_path / "data.csv").write_text(TWELVE)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")

    assert audit_files(tmp_path).provenance.created == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("time", ["yesterday", "1e9", " ", "99999999999999999999"])
def test_a_time_that_is_none_is_refused(time: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong time must not become the present one."""
    (tmp_path / "data.csv").write_text(TWELVE)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", time)

    with pytest.raises(UsageError, match="is no time") as caught:
        audit_files(tmp_path)

    assert "SOURCE_DATE_EPOCH" in str(caught.value)


CALLS = {
    "command": ["-m", "ethicscheck", "audit"],
    "call": ["-c", "import ethicscheck as ec\ntry: ec.audit('ethicscheck.yaml').save('ethicscheck-out')\n"
             "except ec.UsageError as error: print('error:', error, file=__import__('sys').stderr); raise SystemExit(2)"],
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_the_clock_is_checked_before_numpy_reads_it(call: str, tmp_path: Path) -> None:
    """numpy's f2py takes the variable for a number when it is imported, in a ValueError of its own."""
    (tmp_path / "data.csv").write_text(TWELVE)
    write_config(tmp_path, rules=[{"metric": "selection_rate", "across": "group", "compare": "difference", "max": 1}])

    def start(epoch: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch}
        words = [sys.executable, *CALLS[call]]
        return subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    junk, empty = start("soon"), start("")

    assert junk.returncode == 2
    assert junk.stderr == (
        "error: 'soon' is no time (environment variable SOURCE_DATE_EPOCH) — give seconds since 1970, or unset it\n"
    )
    assert (empty.returncode, empty.stderr) == (0, "")
    assert '"created":"19' not in (tmp_path / "ethicscheck-out/audit.json").read_text()


def test_nothing_of_the_machine_enters_a_record(tmp_path: Path) -> None:
    """Neither host nor user nor folder: a record is published."""
    (tmp_path / "data.csv").write_text(TWELVE)

    text = audit_files(tmp_path).to_json().decode()

    assert str(tmp_path) not in text
    assert platform.node() not in text
    assert str(Path.cwd()) not in text


def test_the_model_file_is_named_by_its_digest(tmp_path: Path) -> None:
    """`subject.artifact` ties the record to one model."""
    (tmp_path / "data.csv").write_text(TWELVE)
    (tmp_path / "model.onnx").write_bytes(b"weights")
    path = write_config(tmp_path)
    path.write_text(path.read_text().replace('"name": "test"', '"name": "test", "artifact": "model.onnx"'))

    subject = make_record(load_config(path)).subject
    (tmp_path / "model.onnx").unlink()

    assert subject.artifact == "model.onnx"
    assert subject.artifact_sha256 == hashlib.sha256(b"weights").hexdigest()
    with pytest.raises(DataError, match=r"the model file 'model.onnx' can't be read"):
        make_record(load_config(path))


def test_a_frame_has_no_digest_and_no_commit() -> None:
    """What was never a file can't be found again by its digest."""
    import pandas

    frame = pandas.DataFrame({"group": ["a", "b"] * 3, "y": [0, 1] * 3, "p": [1, 1, 0, 0, 1, 0]})

    provenance = audit_frame(frame).provenance

    assert [(source.name, source.sha256, source.rows) for source in provenance.sources] == [("data frame", None, 6)]
    assert (provenance.config, provenance.git) == (None, None)
