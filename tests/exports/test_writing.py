"""A set of documents is written all or none, and errors name the document that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from ethicscheck.cli import run
from ethicscheck.errors import UsageError
from ethicscheck.exports.writing import write_all

PROMOTION = Path(__file__).parents[2] / "examples/promotion/ethicscheck.yaml"


def contents(folder: Path) -> dict[str, bytes | None]:
    """Return all that lies in a folder, hidden files too."""
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir()}


def test_a_folder_in_the_way_leaves_the_older_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A new audit.json beside an old report would be two audits that look like one."""
    (tmp_path / "report.html").mkdir()
    (tmp_path / "audit.json").write_bytes(b"older")

    code = run(["audit", str(PROMOTION), "-o", str(tmp_path), "-q"])

    assert code == 2
    assert "report.html" in capsys.readouterr().err
    assert contents(tmp_path) == {"report.html": None, "audit.json": b"older"}


@pytest.mark.parametrize("older", [{}, {"a": b"1"}, {"a": b"1", "b": b"2", "c": b"3"}])
@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("problem", [OSError(5, "Input/output error", "hidden.tmp"), KeyboardInterrupt()])
def test_a_rename_that_fails_midway_is_undone(
    older: dict[str, bytes],
    links: bool,
    problem: BaseException,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What stood there before stands there again, with and without hard links, and nothing is left lying about."""
    for name, content in older.items():
        (tmp_path / name).write_bytes(content)
    if not links:
        monkeypatch.delattr("os.link")
        monkeypatch.setattr("os.link", lambda *_, **__: (_ for _ in ()).throw(NotImplementedError), raising=False)
    replace = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if target.name == "b" and self.suffix == ".tmp":
            raise problem
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails)

    with pytest.raises((UsageError, KeyboardInterrupt)) as caught:
        write_all({tmp_path / name: b"new" for name in "abc"})

    assert contents(tmp_path) == older
    if isinstance(caught.value, UsageError):
        assert str(caught.value).startswith(f"can't write: Input/output error ({tmp_path / 'b'})")


def test_a_full_disk_names_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows the temporary file's name."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(UsageError, match=r"can't write: No space left on device \(.*/a\)"):
        write_all({tmp_path / "a": b"new"})
    assert contents(tmp_path) == {}


def test_older_files_are_replaced(tmp_path: Path) -> None:
    """And nothing else lies in the folder then."""
    (tmp_path / "a").write_bytes(b"older")

    write_all({tmp_path / "a": b"1", tmp_path / "deep/b": b"2"})

    assert contents(tmp_path) == {"a": b"1", "deep": None}
    assert contents(tmp_path / "deep") == {"b": b"2"}
