"""Where people say one thing and the numbers another: both stay, and it is a finding of its own."""

from __future__ import annotations

from typing import Literal

from ethicscheck.checklist.status import ChecklistStatus, ItemStatus
from ethicscheck.model.record import Finding, RuleEntry

from .codes import CONTRADICTED

REASON = "contradicted"
REMEDY = (
    "Find out together which of the two is right: what the answer rests on, and whom the numbers count. Then answer "
    "again, or mend the system."
)


def conflict(status: ItemStatus) -> str | None:
    """Return who said the opposite of what was measured; nobody is given words that were not theirs.

    People who disagree are told as well whom the measurement is against: that settles nothing, but they should know.
    """
    measured = status.measured
    if measured is None or measured.answer == "unsure" or status.state not in ("contradicted", "disputed"):
        return None
    opposite = "no" if measured.answer == "yes" else "yes"
    said = sorted({answer.by for answer in status.answers if answer.value == opposite})
    if not said and status.state == "disputed":
        return None
    given = f"{' and '.join(said)} said {opposite}" if said else f"It was settled as {opposite}"
    return f"{given}; the measurement says {measured.answer}."


def contradictions(
    status: ChecklistStatus, require: Literal["complete", "signed"], line: int | None
) -> tuple[Finding, ...]:
    """Return a finding for each question of a required checklist whose answer the measurement contradicts.

    It fails, as the requirement does. (Where nothing is required, the contradiction is shown at the question.)
    """
    name = f"checklist:{status.checklist.id}"
    found = []
    for item in status.items:
        said = conflict(item) if item.state == "contradicted" else None
        if said is None:
            continue
        found.append(
            Finding(
                id=f"{name}:{item.item.id}",
                kind="checklist",
                verdict="fail",
                rule=RuleEntry(
                    id=name,
                    checklist=status.checklist.id,
                    require=require,
                    line=line,
                ),
                observed=None,  # the numbers stand at the question, where what must not be published is left out
                message=f"{said} Asked was: “{item.item.text}”",
                remedy=REMEDY,
                reason=REASON,
                code=CONTRADICTED,
            )
        )
    return tuple(found)


__all__ = ["REASON", "conflict", "contradictions"]
