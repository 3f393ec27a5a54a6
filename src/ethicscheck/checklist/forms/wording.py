"""What the forms say beside the answers: the question, its help, what an answer may be. Never read back."""

from __future__ import annotations

from ethicscheck.checklist.conditions import describe
from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.checklist.kinds import KINDS, choices_of


def allowed(item: Item, checklist: Checklist) -> str:
    """Return what an answer may be: `yes (Yes), no (No)`."""
    found = choices_of(item, checklist)
    if found:
        what = "any of" if item.type == "multi" else "one of"
        words = f"{what}: {', '.join(key if key == label else f'{key} ({label})' for key, label in found.items())}"
    else:
        words = KINDS[item.type].example(item)
    if item.columns:
        parts = (
            column.title + (f" ({'/'.join(column.options.values())})" if column.options else "")
            for column in item.columns
        )
        words = f"rows, one a line, cells with | between: {' | '.join(parts)}"
    return words


def notes(item: Item, checklist: Checklist, *, labels: bool = False) -> list[str]:
    """Return what else must be known to answer: who answers, when it is asked, which answers need evidence, whether it may be set aside.

    Parameters
    ----------
    labels : name answers by their labels, where people choose them by those, instead of by their ids.
    """
    said = []
    if roles := checklist.section_of(item).roles.answer:
        said.append(f"For {' or '.join(roles)}.")
    if item.when is not None:
        said.append(f"Asked only when {describe(item.when, checklist)}.")
    if item.evidence is not None:
        names = choices_of(item, checklist) if labels else {}
        named = " or ".join(f"“{names[key]}”" if key in names else key for key in item.evidence.for_ or ())
        which = f"The answer {named}" if named else "An answer"
        said.append(f"{which} needs {item.evidence.min} piece{'s' if item.evidence.min > 1 else ''} of evidence.")
    if item.na is not None:
        said.append(f"May be set aside with a reason of at least {item.na.reason_min_chars} characters.")
    return said


__all__ = ["allowed", "notes"]
