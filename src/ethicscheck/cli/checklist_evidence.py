"""Evidence in a walk: noted at once, copied into the project only when its answer is saved."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ethicscheck.checklist.entries import Evidence
from ethicscheck.checklist.evidence import is_address, record_evidence
from ethicscheck.checklist.evidence_copy import evidence_copied
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.status import GivenAnswer

AGREED = frozenset({"y", "yes", "o", "oui"})


def lies_outside(given: str, folder: Path) -> Path | None:
    """Return the file that is meant where it lies outside the journal's folder; None for all else."""
    if is_address(given):
        return None
    here = Path(os.path.abspath(given))  # noqa: PTH100  # a link is not followed: it is refused when it is copied
    inside = here.is_relative_to(folder.absolute()) or (not Path(given).is_absolute() and (folder / given).exists())
    inside = inside and ".." not in Path(given).parts
    return None if inside or not here.is_file() else here


def to_be_copied(source: Path) -> Evidence:
    """Return what stands for a file until it is copied: no evidence of a journal has an absolute path."""
    return Evidence(path=str(source))


@contextlib.contextmanager
def all_copied(pieces: Sequence[Evidence], opened: OpenJournal) -> Iterator[list[Evidence]]:
    """Copy what is to be copied; yield all pieces as they go into the journal. Refused, the copies are taken away again."""
    far = [piece.name for piece in pieces if piece.path is not None and Path(piece.path).is_absolute()]
    with evidence_copied(far, opened.journal.path) as paths:
        copies = {name: record_evidence(path, opened.folder) for name, path in zip(far, paths, strict=True)}
        yield [copies.get(piece.name, piece) for piece in pieces]


def sound_evidence(answer: GivenAnswer) -> list[Evidence]:
    """Return the evidence of an answer that is still as it was."""
    return [
        Evidence(piece.path, piece.url, piece.sha256, piece.dated, piece.expires, piece.size)
        for piece in answer.evidence
        if not piece.problem
    ]


__all__ = ["AGREED", "all_copied", "lies_outside", "sound_evidence", "to_be_copied"]
