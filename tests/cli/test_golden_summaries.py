"""The terminal summary of each example, compared whole: what people read first should change only on purpose.

After a change on purpose: `python -m pytest tests/cli/test_golden_summaries.py --update-golden`, then read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ethicscheck.cli import run

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("example", sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir()))
def test_summary_is_the_golden_one(
    example: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Words, order, rounding and wrapping of the whole summary."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")  # the day the examples' answers were given; they go stale
    monkeypatch.chdir(ROOT / "examples" / example)
    run(["audit", "-o", str(tmp_path)])
    actual = capsys.readouterr().out.replace(str(tmp_path), "OUT")
    golden = ROOT / "tests/golden" / f"{example}.summary.txt"
    if request.config.getoption("--update-golden"):
        golden.write_text(actual, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == actual
