"""The documentation site builds without a warning and needs nobody else's server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Strictly; and a reader without a network sees the same pages."""
    pytest.importorskip("material", reason="the extra `docs` is not installed")
    words = ["-m", "mkdocs", "build", "--strict", "-q", "-f", str(ROOT / "mkdocs.yml"), "-d", str(tmp_path / "site")]

    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, env={"NO_MKDOCS_2_WARNING": "1"}
    )

    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 60
    assert "Undecided" in (tmp_path / "site/gallery/promotion/report.html").read_text()
    assert json.loads((tmp_path / "site/schemas/config.schema.json").read_text())["properties"]
    assert "refit_fair" in (tmp_path / "site/reference/python.html").read_text()
    for page in pages:
        loaded = re.findall(
            r"<(?:script|img|link|iframe)\b[^>]*?(?:src|href)=\"?(https?://[^\s\">]+)", page.read_text()
        )
        assert loaded == [], page.name
