"""One question of a walk as it stands on the screen: its place, words, options, and what was said and measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.checklist.kinds import KINDS, choices_of
from ethicscheck.checklist.pieces import Evidence
from ethicscheck.checklist.rules import check_not_applicable, evidence_missing
from ethicscheck.checklist.status import ChecklistStatus, GivenAnswer, ItemStatus
from ethicscheck.errors import UsageError

from .checklist_rows import numbered
from .checklist_speech import Speech
from .checklist_words import print_text, progress_line, said


def print_section(item: ItemStatus, checklist: Checklist, console: Console, speech: Speech) -> None:
    """Print the head of a section: its title, which of how many it is, and its introduction."""
    sections = [section.id for section in checklist.sections]
    which = speech.section.format(sections.index(item.section.id) + 1, len(sections)) if len(sections) > 1 else ""
    print_text(console, f"{item.section.title}{which}", "bold underline")
    print_text(console, item.section.intro or "")


def print_question(
    item: ItemStatus, status: ChecklistStatus, by: str, rules: tuple[str, ...], console: Console, speech: Speech
) -> None:
    """Print a question with everything that helps to answer it; `rules` are the failed ones that open it."""
    checklist = status.checklist
    print_text(console, progress_line(status, speech), "dim")
    print_text(console, f"{item.item.text}  [{item.item.id}]", "bold")
    labels = choices_of(item.item, checklist)
    for number, key in numbers_of(item.item, checklist).items():
        text = labels[key] if labels[key] != number else ""
        print_text(console, f"{number}  {text}".rstrip(), indent=2, hanging=len(number) + 2)
    if KINDS[item.item.type].widget != "one_of":
        print_text(console, _how(item.item, own_answer(item, by), speech), "dim")
    for answer in item.answers:
        words = said(answer, item, checklist, speech)
        print_text(console, speech.you.format(words) if answer.by == by else words, "cyan")
    if item.settled:
        print_text(console, item.settled, "cyan")
    if item.measured is not None and item.state != "contradicted":
        measured = speech.measured.format(speech.measurements[item.measured.answer], item.measured.message)
        print_text(console, measured, "magenta")
    if rules:
        words = speech.opened_by_one if len(rules) == 1 else speech.opened_by
        print_text(console, words.format(", ".join(rules)), "yellow")
    if item.state in ("stale", "contradicted", "disputed"):
        why = f": {item.why}" if item.state != "disputed" else ""
        print_text(console, f"{speech.states[item.state]}{why}", "yellow")


def _how(item: Item, own: GivenAnswer | None, speech: Speech) -> str:
    """Return what an answer looks like."""
    if not item.columns:
        return f"({speech.example(item)})"
    text = speech.columns.format(" · ".join(column.title for column in item.columns))
    return f"{text}\n{speech.keep_rows}" if own is not None and own.value else text


def evidence_asked(item: Item, checklist: Checklist, speech: Speech) -> str:
    """Return which answers need evidence, "" where none does."""
    if item.evidence is None:
        return ""
    labels = choices_of(item, checklist)
    named = [speech.quoted.format(labels.get(key, key)) for key in item.evidence.for_ or ()]
    which = speech.with_these.format(speech.listed(named)) if named else speech.with_every
    return speech.evidence_asked.format(which, item.evidence.min)


def check_in_words(item: Item, given: Any, evidence: Sequence[Evidence], na_reason: str | None, speech: Speech) -> None:
    """Say in the walk's language what `answer_item` would say in English.

    Raises
    ------
    UsageError
        When the reason of an N/A won't do, or evidence is missing, and the language has words for it.
    """
    if na_reason is not None and speech.na_refused and check_not_applicable(item, na_reason):
        if item.na is None:
            raise UsageError(speech.na_refused.format(item.id))
        raise UsageError(speech.na_short.format(item.na.reason_min_chars, len(na_reason), item.id))
    if speech.evidence_missing and (missing := evidence_missing(item, given, evidence)):
        raise UsageError(speech.evidence_missing.format(missing, item.id))


def numbers_of(item: Item, checklist: Checklist) -> Mapping[str, str]:
    """Return the options by the numbers they are shown with; a scale's steps are numbers themselves."""
    labels = choices_of(item, checklist)
    return {key: key for key in labels} if item.type == "scale" else numbered(labels)


def own_answer(item: ItemStatus, by: str) -> GivenAnswer | None:
    """Return a person's own answer, None where they have given none."""
    return next((answer for answer in item.answers if answer.by == by), None)


__all__ = ["check_in_words", "evidence_asked", "numbers_of", "own_answer", "print_question", "print_section"]
