"""Begins journals of answers: for a checklist that a config names, or for a shipped one that nobody named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ethicscheck.checklist.opening import start_journal
from ethicscheck.checklist.shipped import load, shipped_ids
from ethicscheck.errors import UsageError
from ethicscheck.provenance import created_now

from .project import JOURNAL

if TYPE_CHECKING:
    from .shelf import Kept
    from .site import Site

FOLDER = "answers"


def begin_kept(site: Site, kept: Kept) -> None:
    """Begin the journal that a config names; where somebody was quicker, theirs it is."""
    if kept.begun:
        return
    loaded = load(kept.use or "", kept.base)
    try:
        start_journal(loaded, kept.journal, at=created_now())
    except UsageError:
        if not kept.journal.is_file():
            raise
    site.project.forget()


def begin_shipped(site: Site, use: str) -> str:
    """Begin a checklist that came with ethicscheck, in `answers/` of the folder; return its key.

    Raises
    ------
    UsageError
        When none of that id is shipped, or the journal can't be made.
    """
    if use not in shipped_ids():
        raise UsageError(f"no checklist {use!r} comes with ethicscheck", "", "choose one of the list")
    path = site.project.folder / FOLDER / f"{use}{JOURNAL}"
    if not site.project.holds(path):
        raise UsageError(f"{FOLDER}/ leads out of the folder that is served", FOLDER, "make it a folder of its own")
    if not path.exists():
        start_journal(load(use, Path()), path, at=created_now())
    site.project.forget()
    return site.project.key_of(path)


__all__ = ["begin_kept", "begin_shipped"]
