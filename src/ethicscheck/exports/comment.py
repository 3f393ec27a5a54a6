"""The pull-request comment (`comment.md`): verdict, worst gap and next step first, so that nobody has to scroll for them."""

from __future__ import annotations

from typing import Final

from ethicscheck.model.record import AuditRecord

from .briefing import findings_table, more_of_it, opening

MARKER: Final = "<!-- ethicscheck -->"  # by which a bot finds its own comment again
MOST_ROWS: Final = 6


def render(record: AuditRecord) -> bytes:
    """Return the comment as Markdown; it begins with a hidden marker."""
    blocks = [MARKER, *opening(record), *findings_table(record, MOST_ROWS), *more_of_it(record)]
    return ("\n\n".join(blocks) + "\n").encode("utf-8")
