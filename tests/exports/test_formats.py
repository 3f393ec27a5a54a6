"""The documents: known by the same names everywhere, and each described where people look."""

from __future__ import annotations

from pathlib import Path

from ethicscheck.exports import FORMATS
from ethicscheck.exports.speaking import AUTO
from ethicscheck.model.outputs import OUTPUTS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_config_knows_the_documents_that_can_be_made() -> None:
    """`outputs:`, `-f` and what is drawn are one list."""
    assert set(OUTPUTS) == {*FORMATS, AUTO}
    assert len({part.file_name for part in FORMATS.values()}) == len(FORMATS)


def test_the_page_on_documents_says_for_whom_each_is_and_what_it_is_called() -> None:
    """A document nobody can find is none."""
    page = (DOCS / "documents.md").read_text(encoding="utf-8")

    for name in ("html", "json", "summary", "markdown", "pdf", "ll144"):
        assert f"`{name}`" in page
        assert f"`{FORMATS[name].file_name}`" in page
