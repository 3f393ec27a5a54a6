"""What changed between two versions of a checklist, and moving a journal from one to the other.

An answer carries the digest of the question it answers. It goes on counting as long as the question means the same:
that, and nothing else, decides; so nothing is rewritten when a checklist changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ethicscheck.errors import UsageError

from .definition import Checklist, Item
from .entries import Answer, Migration, Withdrawal
from .opening import OpenJournal, beside, latest_version
from .rules import check_not_applicable, evidence_missing

Fate = Literal["compatible", "renamed", "needs_re_answer", "removed", "new"]


@dataclass(frozen=True)
class PartChange:
    """A part of a question that differs: what it was and what it is, in words; "" for nothing.

    `meaning` says whether it makes the question another one; the rest is help, rules and places.
    """

    part: str
    before: str
    after: str
    meaning: bool


@dataclass(frozen=True)
class QuestionChange:
    """What becomes of a question, and of its answers.

    Parameters
    ----------
    fate : compatible: old answers count. renamed: they count under the new id. needs_re_answer: they are kept, and asked again.
        removed: they are kept, and no longer asked for. new: nobody was asked before.
    id : its id in the newer version; the older one's where it was removed.
    was : its former ids, where it has another now.
    """

    fate: Fate
    id: str
    text: str
    was: tuple[str, ...] = ()
    changed: tuple[PartChange, ...] = ()


def compare_versions(old: Checklist, new: Checklist) -> tuple[QuestionChange, ...]:
    """Return what became of each question, in the order of the newer version; the removed ones stand at the end.

    Raises
    ------
    UsageError
        When they are two checklists and not two versions of one.
    """
    if old.id != new.id:
        hint = "compare two versions of one checklist: their `id` is the same"
        raise UsageError(f"these are two checklists: {old.id!r} and {new.id!r}", "", hint)
    kept = {item.id for _, item in new.items()}
    sources: dict[str, list[Item]] = {}
    for _, item in old.items():
        sources.setdefault(new.current_id(item.id), []).append(item)
    found = []
    for _, item in new.items():
        before = sources.get(item.id, [])
        changed = tuple(dict.fromkeys(part for other in before for part in _changes(other, item, old, new)))
        was = tuple(other.id for other in before if other.id != item.id)
        meaning = any(part.meaning for part in changed)
        fate: Fate = "needs_re_answer" if meaning else "renamed" if was else "compatible" if before else "new"
        found.append(QuestionChange(fate, item.id, item.text, was, changed))
    gone = [item for name, items in sources.items() if name not in kept for item in items]
    return (*found, *(QuestionChange("removed", item.id, item.text) for item in gone))


def _changes(before: Item, after: Item, old: Checklist, new: Checklist) -> Iterator[PartChange]:
    shown_before, shown_after = _meaning(before, old), _meaning(after, new)
    for part in dict.fromkeys((*shown_before, *shown_after)):
        first, second = shown_before.get(part, ""), shown_after.get(part, "")
        if first != second:
            yield PartChange(part, first, second, True)
    rest_before, rest_after = _rest(before, old), _rest(after, new)
    for part, first in rest_before.items():
        if first != rest_after[part]:
            yield PartChange(part, first, rest_after[part], False)


def compare_frames(old: Checklist, new: Checklist) -> tuple[PartChange, ...]:
    """Return what differs outside the questions: titles, introductions, who signs, which sections there are."""
    before, after = _frame(old), _frame(new)
    return tuple(
        PartChange(part, before.get(part, ""), after.get(part, ""), False)
        for part in dict.fromkeys((*before, *after))
        if before.get(part, "") != after.get(part, "")
    )


def _frame(checklist: Checklist) -> dict[str, str]:
    parts = {"title": checklist.title, "summary": checklist.summary or ""}
    parts["sign"] = _flat(checklist.sign.model_dump(mode="json"))
    for section in checklist.sections:
        where = f"section {section.id}"
        parts |= {where: section.title, f"{where}, intro": section.intro or ""}
        parts |= {f"{where}, controls": ", ".join(section.controls)}
    return parts


def _meaning(item: Item, checklist: Checklist) -> dict[str, str]:
    """Return the parts that `Checklist.item_sha256` covers, in words."""
    parts = {"type": item.type, "text": item.text}
    parts |= {f"option {key}": label for key, label in checklist.options_of(item).items()}
    for column in item.columns:
        parts[f"column {column.id}"] = column.title
        parts |= {f"column {column.id}, option {key}": label for key, label in (column.options or {}).items()}
    if item.columns:
        parts["columns"] = ", ".join(column.id for column in item.columns)
    parts |= {key: f"{limit:.15g}" for key in ("min", "max") if (limit := getattr(item, key)) is not None}
    parts |= {f"step {key}": label for key, label in item.labels.items()}
    if item.metric is not None:
        parts["metric"] = _flat(item.metric.model_dump(mode="json", exclude_none=True))
    return parts


def _rest(item: Item, checklist: Checklist) -> dict[str, str]:
    section = checklist.section_of(item)
    return {
        "section": section.id,
        "help": item.help or "",
        "when": _flat(item.when.model_dump(mode="json", by_alias=True, exclude_none=True)) if item.when else "",
        "evidence": _flat(item.evidence.model_dump(mode="json", by_alias=True, exclude_none=True))
        if item.evidence
        else "",
        "na": _flat(item.na.model_dump(mode="json")) if item.na else "",
        "risk": _flat(item.risk) if item.risk else "",
        "roles": _flat(section.roles.model_dump(mode="json")),
        "review": _flat(section.review.model_dump(mode="json", exclude_none=True)),
    }


def _flat(value: Any) -> str:
    """Return nested values on one line: `metric: accuracy, max: 0.1`."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_flat(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_flat, value))}]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Moved:
    """What a migration means for the answers given so far.

    Parameters
    ----------
    written : the event, None where the journal stood there already.
    counting : questions whose answers go on counting.
    renamed : those of them that have another id now, as (old, new).
    again : questions that mean something else now: answers are kept, and asked for again.
    falling_short : questions whose answers no longer will do, though they mean the same, as (question, why): N/A is no longer
        allowed, or evidence is asked for.
    removed : questions that are no longer asked: answers are kept.
    unanswered : questions nobody has answered yet.
    """

    written: Migration | None
    counting: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    again: tuple[str, ...]
    removed: tuple[str, ...]
    unanswered: tuple[str, ...]
    notes: tuple[str, ...] = ()
    falling_short: tuple[tuple[str, str], ...] = ()


def migrate_journal(opened: OpenJournal, *, at: str, by: str | None = None, role: str | None = None) -> Moved:
    """Write into a journal that it answers `opened.loaded` from here on; one line is added and nothing else changes.

    Parameters
    ----------
    opened : the journal, opened with the checklist it moves to.
    at : the moment.
    by, role : who does it, where that is known.
    """
    checklist, path = opened.loaded.checklist, beside(opened.loaded, opened.journal.path)
    latest = latest_version(opened.contents)
    written: Migration | None = None
    notes: tuple[str, ...] = ()
    if (latest.sha256, latest.path) != (opened.loaded.sha256, path):
        event = Migration(at, checklist.id, checklist.version, opened.loaded.sha256, path, by, role)
        (entry,), notes = opened.journal.append([event])
        assert isinstance(entry, Migration)
        written = entry
    current, renamed = _current(opened)
    fates: dict[str, list[str]] = {"counting": [], "again": [], "removed": []}
    short: list[tuple[str, str]] = []
    asked = {item.id: item for _, item in checklist.items()}
    for name, answers in current.items():
        item = asked.get(name)
        if item is None:
            fates["removed"].append(name)
            continue
        # As in `folding`: those who answered the question as it is decide, where anybody did.
        meant = [answer for answer in answers if answer.item_sha256 in ("", checklist.item_sha256(item))]
        if not meant:
            fates["again"].append(name)
        elif why := next(filter(None, (_shortfall(answer, item) for answer in meant)), ""):
            short.append((name, why))
        else:
            fates["counting"].append(name)
    return Moved(
        written,
        tuple(fates["counting"]),
        tuple(renamed.items()),
        tuple(fates["again"]),
        tuple(fates["removed"]),
        tuple(name for name in asked if name not in current),
        notes,
        tuple(short),
    )


def _shortfall(answer: Answer, item: Item) -> str:
    """Return what the rules of a question ask of an answer beyond what it brings, "" for nothing."""
    if answer.na_reason is not None:
        return check_not_applicable(item, answer.na_reason)
    missing = evidence_missing(item, answer.value, answer.evidence)
    return f"{missing} more piece{'s' if missing > 1 else ''} of evidence" if missing else ""


def _current(opened: OpenJournal) -> tuple[dict[str, list[Answer]], dict[str, str]]:
    """Return the latest answers by question, the newest last, and which ids were renamed."""
    checklist = opened.loaded.checklist
    given: dict[str, dict[str, Answer]] = {}
    renamed: dict[str, str] = {}
    for entry in opened.contents.entries:
        if isinstance(entry, (Answer, Withdrawal)):
            name = checklist.current_id(entry.item)
            answers = given.setdefault(name, {})
            answers.pop(entry.by, None)
            if isinstance(entry, Answer):
                answers[entry.by] = entry
                if name != entry.item:
                    renamed[entry.item] = name
    return {name: list(answers.values()) for name, answers in given.items() if answers}, renamed


__all__ = ["Moved", "PartChange", "QuestionChange", "compare_frames", "compare_versions", "migrate_journal"]
