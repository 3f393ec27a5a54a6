"""What is required of a checklist, as a finding: an unmet checklist is a fail."""

from __future__ import annotations

from typing import Literal

from ethicscheck.checklist.status import ChecklistStatus
from ethicscheck.model.record import Finding, RuleEntry

MOST = 4


def checklist_finding(
    status: ChecklistStatus, require: Literal["complete", "signed"], line: int | None = None
) -> Finding:
    """Return the finding for a checklist that the config requires to be complete or signed."""
    unmet = status.unmet(require)
    title = status.checklist.title
    counts = status.progress()
    done = counts["items"] - counts.get("hidden", 0)
    if unmet:
        more = f", and {len(unmet) - MOST} more" if len(unmet) > MOST else ""
        message = f"“{title}” is not {require}: {'; '.join(unmet[:MOST])}{more}."
        remedy = "Answer, settle or mend what is open, with the people concerned, then audit again."
    else:
        message = f"“{title}” is {require}: all {done} questions that apply are answered."
        remedy = "Look at the answers again when the model, the data or the people change."
    name = f"checklist:{status.checklist.id}"
    return Finding(
        id=name,
        kind="checklist",
        verdict="fail" if unmet else "pass",
        rule=RuleEntry(id=name, checklist=status.checklist.id, require=require, line=line),
        observed=None,
        message=message,
        remedy=remedy,
        reason="checklist_unmet" if unmet else None,
    )
