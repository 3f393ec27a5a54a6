"""Folds a journal onto its checklist: what the answers come to, question by question.

Pure: no clock, no files. The day comes from the caller, and so does what became of the evidence.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ethicscheck.errors import UsageError

from .conditions import UNANSWERED, Possible, describe, items_in, measured_in, parents_first, possible_truths
from .definition import Checklist, ChecklistSection, Item
from .entries import Answer, Comment, Entry, Evidence, Resolution, Withdrawal
from .kinds import read_value, show_value
from .pausing import nothing_thrown_away
from .rules import AS_IT_WAS, NOT_APPLICABLE, check_not_applicable, chosen, evidence_missing, same
from .signing import LateParts, digest, latest_signatures, requests_of, said_in, said_on_signing, signature_of
from .standing import Given, Standing, stand
from .status import (
    ChecklistStatus,
    GivenAnswer,
    GivenEvidence,
    ItemStatus,
    MeasuredAnswer,
    RemovedQuestion,
    State,
)


def fold(
    checklist: Checklist,
    entries: Iterable[Entry],
    *,
    today: datetime.date,
    evidence_problem: Callable[[Evidence], str],
    measured: Mapping[str, MeasuredAnswer],
    checklist_sha256: str = "",
    record_parts: Mapping[str, str] | None = None,
    max_age: int | None = None,
) -> ChecklistStatus:
    """Return where a checklist stands.

    Parameters
    ----------
    checklist : the questions as they are now.
    entries : the journal, in order.
    today : the day on which evidence and reviews are looked at.
    evidence_problem : what is wrong with a piece of evidence, "" where nothing is.
    measured : what the audit says to metric-linked questions, by id.
    checklist_sha256 : digest of the checklist's file; signatures cover it.
    record_parts : digests of the model and of what was measured, where an audit is at hand; signatures may cover them.
    max_age : days after which any answer is out of date, beside the section's own.
    """
    with nothing_thrown_away():
        fixed = {"checklist": checklist_sha256, **(record_parts or {})}
        return _fold(checklist, entries, today, evidence_problem, measured, fixed, max_age)


def _fold(
    checklist: Checklist,
    entries: Iterable[Entry],
    today: datetime.date,
    evidence_problem: Callable[[Evidence], str],
    measured: Mapping[str, MeasuredAnswer],
    fixed: Mapping[str, str],
    max_age: int | None,
) -> ChecklistStatus:
    places = {item.id: section for section, item in checklist.items()}
    entries = tuple(entries)
    given, notes, comments = _collect(checklist, entries, places)
    signed, strangers = said_on_signing(entries, checklist)
    digests = {item.id: checklist.item_sha256(item) for _, item in checklist.items()}
    judge = _Judge(checklist, places, given, comments, digests, today, evidence_problem, measured, max_age)
    found = {item.id: judge.status(item) for item in parents_first(checklist)}
    parts = LateParts(fixed, lambda: digest(_signed(given)))
    removed = tuple(
        RemovedQuestion(
            name, tuple(_given_answer(answer, _look_at(answer.evidence, evidence_problem)) for answer in part.current())
        )
        for name, part in given.items()
        if name not in places and part.answers
    )
    if removed:
        names = ", ".join(part.item for part in removed)
        notes.append(f"answers to questions that are no longer asked are kept: {names}")
    return ChecklistStatus(
        checklist,
        tuple(found[item.id] for _, item in checklist.items()),
        tuple(signature_of(signing, parts) for signing in latest_signatures(signed)),
        tuple(dict.fromkeys((*notes, *strangers))),
        parts,
        removed,
        requests_of(signed),
    )


def _collect(
    checklist: Checklist, entries: Iterable[Entry], places: Mapping[str, ChecklistSection]
) -> tuple[dict[str, Given], list[str], dict[str, list[Comment]]]:
    given: dict[str, Given] = {}
    comments: dict[str, list[Comment]] = {}
    notes: list[str] = []
    renamed = checklist.renamed
    roles_of = {name: section.roles for name, section in places.items()}
    for place, entry in enumerate(entries):
        if not isinstance(entry, (Answer, Withdrawal, Resolution)):
            if isinstance(entry, Comment):
                comments.setdefault(checklist.current_id(entry.item), []).append(entry)
            continue
        name = checklist.current_id(entry.item) if renamed and entry.item in renamed else entry.item
        part = given.get(name)
        if part is None:
            part = given[name] = Given()
        roles = roles_of.get(name)
        if isinstance(entry, Answer):
            part.answers[entry.by] = (place, entry)
            if roles is not None and roles.answer and entry.role not in roles.answer:
                notes.append(
                    f"{name}: {entry.by} answered as {entry.role}; it is for {' or '.join(roles.answer)} to answer"
                )
        elif isinstance(entry, Withdrawal):
            part.answers.pop(entry.by, None)
        elif roles is not None and roles.resolve and entry.role not in roles.resolve:
            notes.append(
                f"{name}: {entry.by} settled it as {entry.role}, which does not count; it is for "
                f"{' or '.join(roles.resolve)} to settle"
            )
        else:
            part.resolution = (place, entry)
    return given, notes, comments


@dataclass
class _Judge:
    """Gives each question its state; parents come first, since what they come to opens or hides the others."""

    checklist: Checklist
    places: Mapping[str, ChecklistSection]
    given: Mapping[str, Given]
    comments: Mapping[str, Sequence[Comment]]
    digests: Mapping[str, str]
    today: datetime.date
    evidence_problem: Callable[[Evidence], str]
    measured: Mapping[str, MeasuredAnswer]
    max_age: int | None
    possible: dict[str, Possible] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    misfits: dict[tuple[str, type, Any], str] = field(default_factory=dict)
    unfit: set[str] = field(default_factory=set)

    def status(self, item: Item) -> ItemStatus:
        given = self.given.get(item.id) or Given()
        standing = self.standings[item.id] = stand(given.as_asked_now(self.digests[item.id]), item)
        hidden = item.when is not None and True not in possible_truths(item.when, self._possible, self._numbers)
        if hidden:
            self.hidden.add(item.id)
        self.possible[item.id] = UNANSWERED if hidden else _possible(standing, self._against(item, standing))
        everything = tuple(self._answer(answer, item) for answer in given.current())
        counting = {answer.by for answer in standing.current}
        answers = tuple(answer for answer in everything if answer.by in counting)
        state: State = "hidden"
        why = ""
        if hidden:
            why = self._why_hidden(item)
        else:
            state, why = self._state(item, standing, answers)
        return ItemStatus(
            self.places[item.id],
            item,
            state,
            why,
            everything,
            self.measured.get(item.id),
            self._settled(item, standing.decision),
            standing.value,
            state == "stale" and item.id in self.unfit,
            tuple(dict.fromkeys(self.comments.get(item.id, ()))),  # a merge may leave a line there twice
        )

    def _possible(self, name: str) -> Possible:
        return self.possible.get(self.checklist.current_id(name), UNANSWERED)

    def _numbers(self, name: str) -> Possible:
        found = self.measured.get(self.checklist.current_id(name))
        return (frozenset({found.answer}),) if found is not None else UNANSWERED

    def _state(self, item: Item, standing: Standing, answers: tuple[GivenAnswer, ...]) -> tuple[State, str]:
        if not answers:
            return "unanswered", ""
        if standing.disputed:
            return "disputed", "; ".join(self._said(answer, item) for answer in answers)
        if (measured := self._against(item, standing)) is not None:
            return "contradicted", f"answered {self._shown(standing.value, item)}, but measured: {measured.message}"
        if problem := self._stale(item, standing, answers):
            return "stale", problem
        if standing.not_applicable:
            decided = standing.decision.na_reason if standing.decision is not None else None
            return "not_applicable", decided or answers[-1].na_reason or ""
        return ("unsure" if standing.value in ("unsure", ("unsure",)) else "answered"), ""

    def _against(self, item: Item, standing: Standing) -> MeasuredAnswer | None:
        """Return the measurement that says the opposite of what was answered, None where there is none."""
        measured = self.measured.get(item.id)
        opposite = {"yes": "no", "no": "yes"}.get(standing.value) if isinstance(standing.value, str) else None
        return measured if measured is not None and opposite is not None and measured.answer == opposite else None

    def _stale(self, item: Item, standing: Standing, answers: tuple[GivenAnswer, ...]) -> str:
        """Return why the answers no longer stand, "" when they do."""
        newest: Answer | Resolution = standing.decision or standing.current[-1]
        moments = [answer.at for answer in standing.current]
        moments += [standing.decision.at] if standing.decision is not None else []
        if newest.item_sha256 not in ("", self.digests[item.id]):
            return "the question has changed since it was answered"
        if standing.decision is not None and (problem := self._undecided(standing.decision, item)):
            if standing.decision.na_reason is None:
                self.unfit.add(item.id)
            return problem
        agreeing = [answer for answer in answers if same(answer.value, standing.value) and not standing.not_applicable]
        if standing.decision is not None and not agreeing and evidence_missing(item, standing.value, ()):
            return "it was settled as an answer that asks for evidence, and nobody who gives it brings any"
        if standing.decision is not None and standing.not_applicable:
            answers = tuple(answer for answer in answers if answer.na_reason is not None)
        for answer in agreeing or answers:
            if answer.problem and not (standing.decision is not None and answer.problem == AS_IT_WAS):
                if answer.na_reason is None and answer.problem == self._misfit(answer.value, item):
                    self.unfit.add(item.id)
                return answer.problem
        limits = [days for days in (self.places[item.id].review.after_days, self.max_age) if days is not None]
        after = min(limits, default=None)
        if after is None:
            return ""
        last = max(_day(moment) for moment in moments)
        if (self.today - last).days > after:
            return f"last answered on {last.isoformat()}; it is to be looked at again after {after} days"
        return ""

    def _answer(self, answer: Answer, item: Item) -> GivenAnswer:
        evidence = _look_at(answer.evidence, self.evidence_problem) if answer.evidence else ()
        if answer.na_reason is not None:
            problem = check_not_applicable(item, answer.na_reason)
        else:
            problem = self._misfit(answer.value, item)
        for piece in evidence:
            if not problem and piece.problem:
                problem = f"the evidence {piece.path or piece.url} {piece.problem}"
        missing = evidence_missing(item, answer.value, evidence) if item.evidence is not None else 0
        if not problem and missing:
            problem = f"{missing} more evidence is asked for with this answer"
        if not problem and answer.item_sha256 not in ("", self.digests[item.id]):
            problem = AS_IT_WAS
        return _given_answer(answer, evidence, problem)

    def _undecided(self, decision: Resolution, item: Item) -> str:
        """Return why a decision can't stand, "" when it can."""
        if decision.na_reason is not None:
            return check_not_applicable(item, decision.na_reason)
        return self._misfit(decision.value, item)

    def _misfit(self, value: Any, item: Item) -> str:
        if not isinstance(value, (str, int)):
            several = isinstance(value, tuple) and all(type(part) is str for part in value)
            if not several:
                return self._read_again(value, item)
        known = (item.id, type(value), value)
        if known not in self.misfits:  # many people give the same answer
            self.misfits[known] = self._read_again(value, item)
        return self.misfits[known]

    def _read_again(self, value: Any, item: Item) -> str:
        try:
            return "" if same(read_value(item, self.checklist, value), value) else "the answer no longer fits"
        except UsageError as error:
            return f"the answer no longer fits the question: {error}"

    def _said(self, answer: GivenAnswer, item: Item) -> str:
        shown = NOT_APPLICABLE if answer.na_reason is not None else self._shown(answer.value, item)
        return f"{answer.by} ({answer.role}): {shown}"

    def _shown(self, value: Any, item: Item) -> str:
        return f"“{show_value(value, item, self.checklist)}”"

    def _settled(self, item: Item, decision: Resolution | None) -> str:
        if decision is None:
            return ""
        shown = NOT_APPLICABLE if decision.na_reason is not None else self._shown(decision.value, item)
        return f"{decision.by} ({decision.role}) settled it as {shown}: {decision.reason}"

    def _why_hidden(self, item: Item) -> str:
        assert item.when is not None, "only conditions hide"
        said = []
        for name in dict.fromkeys(items_in(item.when)):
            parent = self.checklist.item(name)
            if parent is None or parent.id in self.hidden or parent.id not in self.standings:
                said.append(f"{name} is not asked itself")
                continue
            standing = self.standings[parent.id]
            people = ", ".join(answer.by for answer in standing.current)
            if not standing.current:
                said.append(f"{name} has no answer")
            elif standing.not_applicable:
                said.append(f"{name} is {NOT_APPLICABLE} ({people})")
            elif standing.disputed:
                said.append(f"{name} is disputed")
            else:
                said.append(f"{name} is {self._shown(standing.value, parent)} ({people})")
        for name in dict.fromkeys(measured_in(item.when)):
            found = self.measured.get(self.checklist.current_id(name))
            said.append(f"{name} is {f'measured as “{found.answer}”' if found is not None else 'not measured here'}")
        return f"asked only when {describe(item.when, self.checklist)}; {' and '.join(said)}"


def _possible(standing: Standing, against: MeasuredAnswer | None) -> Possible:
    if standing.disputed:
        return tuple({chosen(answer.value) for answer in standing.current})
    if against is not None:  # people and numbers differ, as two people do
        return (chosen(standing.value), chosen(against.answer))
    return (chosen(standing.value),) if standing.current else UNANSWERED


def _signed(given: Mapping[str, Given]) -> list[Any]:
    """Return what a signature covers: every answer that counts and every decision, without numbers and times."""
    kept = []
    for name in sorted(given):
        part = given[name]
        for by in sorted(part.answers):
            kept.append(["answer", name, said_in(part.answers[by][1])])
        if part.resolution is not None:
            kept.append(["resolve", name, said_in(part.resolution[1])])
    return kept


def _look_at(pieces: Sequence[Evidence], evidence_problem: Callable[[Evidence], str]) -> tuple[GivenEvidence, ...]:
    if not pieces:
        return ()
    return tuple(
        GivenEvidence(
            piece.path, piece.url, piece.sha256, evidence_problem(piece), piece.dated, piece.expires, piece.size
        )
        for piece in pieces
    )


def _given_answer(answer: Answer, evidence: tuple[GivenEvidence, ...], problem: str = "") -> GivenAnswer:
    given = object.__new__(GivenAnswer)
    # What its own __init__ does, in one step instead of one for each field: there may be many.
    vars(given).update(
        seq=answer.seq,
        at=answer.at,
        by=answer.by,
        role=answer.role,
        value=answer.value,
        na_reason=answer.na_reason,
        comment=answer.comment,
        evidence=evidence,
        problem=problem,
        imported=answer.imported,
    )
    return given


def _day(moment: str) -> datetime.date:
    found = datetime.datetime.fromisoformat(moment)
    return (found.astimezone(datetime.UTC) if found.tzinfo is not None else found).date()


__all__ = ["fold"]
