"""What a new line in the journal did to the signatures, told to whoever wrote it."""

from __future__ import annotations

from ethicscheck.checklist.status import ChecklistStatus

from .checklist_speech import ENGLISH, Speech


def lapsed_by(before: ChecklistStatus, now: ChecklistStatus, speech: Speech = ENGLISH) -> tuple[str, ...]:
    """Return, in words, which signatures held before and hold no longer."""
    held = {(part.by, part.role, part.at) for part in before.signatures if not part.lapsed}
    return tuple(
        speech.out_of_force.format(part.by, part.at[:10])
        for part in now.signatures
        if part.lapsed and (part.by, part.role, part.at) in held
    )


__all__ = ["lapsed_by"]
