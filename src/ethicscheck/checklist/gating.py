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

# Those that no state of a question explains, and those of a checklist's own file: title, meaning.
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
        "Can't be used",
        "Either an answer in the journal is none that its question takes, such as a word where a number is meant: no command writes one, so "
        "the line was edited by hand; answer again (exit code 1, the rest is judged). Or the journal or the checklist is damaged, missing or "
        "another's, so nothing was judged (exit code 2). The message names the line; nothing was changed.",
    ),
    # Of a checklist's own file.
    "duplicate_id": (
        "An id twice",
        "Two questions, sections or columns of a checklist have one id, so that nobody could tell their answers apart. Give each its own.",
    ),
    "dangling_condition": (
        "A condition on nothing",
        "A condition (`when`) names a question, or an answer to one, that is not there, so the question would never be asked. Mend the name.",
    ),
    "circular_condition": (
        "A condition in a circle",
        "Questions wait for one another's answers, so that none of them would ever be asked. Take one of the conditions out.",
    ),
    "unreachable_question": (
        "A question never asked",
        "No answers to the questions above could open this one. Mend its condition, or take the question out.",
    ),
    "unknown_metric": (
        "No such measure",
        "A question names a measure that nothing measures, so no number would ever stand beside its answer. `ethicscheck explain` lists "
        "the measures.",
    ),
    "missing_help": (
        "A question without help",
        "Who answers can't know why it is asked, what a good answer holds and what shows it. Say so under `help`.",
    ),
    "missing_words": (
        "Words not translated",
        "A translation beside the checklist lacks some of its words; they are shown as they were written. Add them.",
    ),
    "unknown_control": (
        "No such control",
        "A section names a control that no shipped map knows, so it stands in no crosswalk. It may be your own; a slip is the other reason.",
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
            word = "invalid" if part.unfit else part.state
            yield GateFinding(
                word,  # type: ignore[arg-type]
                f"{part.item.id} is {word}: {part.item.text}" + (f" ({part.why})" if part.why else ""),
                part.state in OPEN,
                part.item.id,
            )
    if require == "signed":
        for code, text in status.unsigned():
            yield GateFinding(code, text, True)


__all__ = ["CODES", "Code", "GateFinding", "gate_findings"]
