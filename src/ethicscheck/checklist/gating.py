"""The gate: what stands in the way of a requirement, one finding each, with a code that machines can sort by.

`ethicscheck explain CODE` says what each code means (`CODES`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from .status import OPEN, ChecklistStatus, Require

Code = Literal[
    "unanswered",
    "unsure",
    "contradicted",
    "disputed",
    "stale",
    "unsigned",
    "lapsed",
    "changes_requested",
    "invalid",
]

# Those that no state of a question explains: title, meaning.
CODES: Final[Mapping[str, tuple[str, str]]] = {
    "unsigned": (
        "Not signed",
        "A role that the checklist names has not signed, or fewer different people have than it asks for (sign: {people: 2}). "
        "Mend it with `ethicscheck checklist sign`.",
    ),
    "lapsed": (
        "Signature lapsed",
        "What was signed is no longer what stands there: the answers, the checklist, the model or the metrics changed since; the "
        "message says which. The signature stays in the journal; look at what changed, then sign again.",
    ),
    "changes_requested": (
        "Changes requested",
        "Somebody who may sign has asked for changes instead, with a reason. It stands until that person signs, or until the answers "
        "have changed and somebody else in the same role signs them.",
    ),
    "invalid": (
        "Can't be read",
        "The journal or the checklist is damaged, missing or another's, so nothing was judged (exit code 2). The message names the line; "
        "nothing was changed.",
    ),
}


@dataclass(frozen=True)
class GateFinding:
    """One thing to see to.

    Parameters
    ----------
    blocking : whether it leaves the requirement unmet; an honest "we do not know yet" does not.
    item : the question, None where it is about signatures.
    """

    code: Code
    message: str
    blocking: bool
    item: str | None = None


def gate_findings(status: ChecklistStatus, require: Require) -> tuple[GateFinding, ...]:
    """Return what stands in the way of a requirement, and what is openly not known yet; in the checklist's order."""
    return tuple(_findings(status, require))


def _findings(status: ChecklistStatus, require: Require) -> Iterator[GateFinding]:
    if require == "none":
        return
    for part in status.items:
        if part.state in OPEN or part.state == "unsure":
            yield GateFinding(
                part.state,  # type: ignore[arg-type]
                f"{part.item.id} is {part.state}: {part.item.text}" + (f" ({part.why})" if part.why else ""),
                part.state in OPEN,
                part.item.id,
            )
    if require == "signed":
        for code, text in status.unsigned():
            yield GateFinding(code, text, True)


__all__ = ["CODES", "Code", "GateFinding", "gate_findings"]
