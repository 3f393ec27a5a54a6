"""What does not fit into memory goes to a folder of our own, which is gone afterwards; nothing is written beside the data."""

from __future__ import annotations

import gc
import shutil
import tempfile
from pathlib import Path

import pytest

from ethicscheck.cli import run
from ethicscheck.sources.engine import connect

ROOT = Path(__file__).parents[2]


def test_the_folder_for_what_does_not_fit_goes_with_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB's own default would be `.tmp` in the folder of whoever audits."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    connection = connect("60MB")
    connection.execute("create temp table wide as select i, repeat(md5(i::varchar), 8) as t from range(1000000) r(i)")

    (spill,) = (tmp_path / "temporary").iterdir()
    assert list(spill.iterdir())
    assert spill.name.startswith("ethicscheck-")
    del connection
    gc.collect()
    assert not list((tmp_path / "temporary").iterdir())
    assert not list((tmp_path / "work").iterdir())


def test_an_audit_in_little_memory_is_the_same_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is no fact about the system that is audited."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    shutil.copytree(ROOT / "examples/promotion", tmp_path / "p")
    config = str(tmp_path / "p/ethicscheck.yaml")

    assert run(["audit", config, "-q", "-o", str(tmp_path / "one")]) == 3
    assert run(["audit", config, "-q", "-o", str(tmp_path / "two"), "--memory", "100MB"]) == 3
    assert (tmp_path / "one/audit.json").read_bytes() == (tmp_path / "two/audit.json").read_bytes()


@pytest.mark.parametrize("size", ["lots", "12", "-5MB", "10%", "5 MB; drop", ""])
def test_what_is_no_amount_of_memory_is_refused(size: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before any data are read."""
    config = str(ROOT / "examples/promotion/ethicscheck.yaml")

    assert run(["audit", config, "-o", str(tmp_path / "out"), "--memory", size]) == 2
    said = capsys.readouterr().err
    assert "no amount of memory" in said
    assert not (tmp_path / "out").exists()
