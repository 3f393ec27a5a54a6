"""Where the output goes is no part of the verdict: pipes that close, full devices, terminals without Unicode."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = f"{sys.executable} -m ethicscheck"
PROMOTION = Path(__file__).parents[2] / "examples/promotion/ethicscheck.yaml"
UNDECIDED = 3
FULL = "No space left on device"


def bash(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line in bash; the exit code is that of the first command of a pipe."""
    return subprocess.run(
        ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("end", ["| true", "| head -1", ">&-", ">&- 2>&-", "</dev/null >&- 2>/dev/full"])
def test_the_verdict_stays_when_nobody_reads_it(end: str, tmp_path: Path) -> None:
    """rich leaves with 1 on a broken pipe, which would mean that a rule failed."""
    done = bash(f"{COMMAND} audit {PROMOTION} -o out {end}", tmp_path)

    assert (done.returncode, done.stderr) == (UNDECIDED, "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["audit.json", "report.html"]


def test_a_full_device_is_told_and_the_verdict_stays(tmp_path: Path) -> None:
    """The documents are written; only the summary is lost."""
    done = bash(f"{COMMAND} audit {PROMOTION} -o out > /dev/full", tmp_path)

    assert done.returncode == UNDECIDED
    assert done.stderr == f"note: the summary can't be printed: {FULL}; the documents are written\n"


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=["ascii", "C"],
)
def test_text_degrades_where_there_is_no_unicode(environment: dict[str, str], tmp_path: Path) -> None:
    """A missing character costs neither the summary nor the verdict."""
    done = bash(f"{COMMAND} audit {PROMOTION} -o out", tmp_path, **environment)

    assert (done.returncode, done.stderr) == (UNDECIDED, "")
    assert done.stdout.isascii()
    assert "wrote out/audit.json" in done.stdout


def test_output_that_is_all_there_is_must_be_written(tmp_path: Path) -> None:
    """Half a schema is no schema: exit 2 and a line, no traceback."""
    done = bash(f"{COMMAND} schema record > /dev/full", tmp_path)

    assert done.returncode == 2
    assert done.stderr == f"error: can't print: {FULL} (standard output) — send it elsewhere\n"


def test_a_reader_who_leaves_is_not_a_failed_rule(tmp_path: Path) -> None:
    """1 means that a rule failed, and `explain` judges nothing."""
    for command in ("schema record", "checklist list"):
        done = bash(f"{COMMAND} {command} | true", tmp_path)

        assert done.returncode in (0, 2)
        assert done.stderr == ""
