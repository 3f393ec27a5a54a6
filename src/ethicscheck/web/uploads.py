"""Evidence that comes with a save: files that were sent, and addresses."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ethicscheck.checklist.entries import Evidence
from ethicscheck.checklist.evidence import is_address, record_evidence
from ethicscheck.checklist.evidence_copy import evidence_kept
from ethicscheck.errors import UsageError

if TYPE_CHECKING:
    from starlette.datastructures import UploadFile


@contextlib.contextmanager
def evidence_of(
    journal: Path, links: Sequence[str], files: Sequence[UploadFile], most: int
) -> Iterator[tuple[Evidence, ...]]:
    """Keep the files beside the journal, and yield all pieces; what was kept is taken away again when the save fails.

    Raises
    ------
    UsageError
        When a file is too large or can't be kept, or an address is none.
    """
    for link in links:
        if not is_address(link):  # a path would let whoever answers read any file of the folder
            raise UsageError(
                f"{link!r} is no address", "", "write one such as https://example.org/report, or send the file"
            )
    given = [(part.filename or "", part.file) for part in files]
    with evidence_kept(given, journal, most) as paths:
        yield tuple(record_evidence(name, journal.parent) for name in (*paths, *links))


__all__ = ["evidence_of"]
