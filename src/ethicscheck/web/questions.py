"""A question as a page shows it to one visitor: its form with their own answer in it, what others said, what was measured."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ethicscheck.checklist.answering import may
from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.checklist.entries import Answer, Comment
from ethicscheck.checklist.evidence import is_web_address
from ethicscheck.checklist.forms.html_form import paragraphs
from ethicscheck.checklist.kinds import KINDS, choices_of, show_value
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.rules import NOT_APPLICABLE
from ethicscheck.checklist.status import ChecklistStatus, GivenAnswer, ItemStatus
from ethicscheck.model.wording import visible
from ethicscheck.report.checklists import STATE_MARKS, STATE_WORDS
from ethicscheck.report.measured import MEASURED_WORDS

from .access import Person
from .journals import last_line
from .measured import MeasuredView

BLANK_ROWS = 2  # in a table, for a browser without a script
OPENED = ("contradicted", "disputed", "stale", "unanswered")


@dataclass(frozen=True)
class PieceView:
    """A piece of evidence: its name for people, where it can be had, what is wrong with it; of a file digest and size."""

    name: str
    label: str
    address: str
    problem: str
    digest: str = ""
    size: str = ""


@dataclass(frozen=True)
class SaidView:
    """What one person said."""

    who: str
    own: bool
    at: str
    lines: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    comment: str
    evidence: tuple[PieceView, ...]
    problem: str
    seq: int


@dataclass(frozen=True)
class FormView:
    """What stands in the form: the own answer, or what was typed and could not be saved."""

    value: str = ""
    chosen: frozenset[str] = frozenset()
    rows: tuple[Mapping[str, str], ...] = ()
    na: bool = False
    na_reason: str = ""
    links: str = ""


@dataclass(frozen=True)
class QuestionView:
    """One question of a page.

    `drawn_from` is what the form carries: the number of the last line about the question, and digits of how it is asked.
    `needing` holds the answers that need `pieces` pieces of evidence, `*` where every answer does. In a `conflict` the own
    answer of another window stands beside what was typed here.
    """

    place: int
    id: str
    text: str
    help: tuple[str, ...]
    widget: str
    example: str
    choices: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    na_chars: int
    evidence_asked: str
    needing: tuple[str, ...]
    pieces: int
    state: str
    word: str
    mark: str
    why: str
    settled: str
    asked: bool
    may_answer: bool
    may_settle: bool
    for_roles: str
    base: int
    drawn_from: str
    form: FormView
    own: SaidView | None
    others: tuple[SaidView, ...]
    measured: MeasuredView | None = None
    comments: int = 0
    latest: tuple[str, str] = ("", "")
    message: str = ""
    meanwhile: tuple[str, ...] = field(default=())
    conflict: bool = False

    @property
    def anchor(self) -> str:
        """The question's id in the page."""
        return f"q{self.place}"


def question_view(
    item: ItemStatus,
    status: ChecklistStatus,
    opened: OpenJournal,
    who: Person,
    *,
    measured: MeasuredView | None = None,
    typed: FormView | None = None,
    message: str = "",
    meanwhile: tuple[str, ...] = (),
    conflict: bool = False,
) -> QuestionView:
    """Return a question for one visitor.

    Parameters
    ----------
    typed : what the form holds instead of the own answer: what could not be saved.
    message : why it could not be saved.
    meanwhile : what others said since the form was drawn, in words.
    conflict : whether the own answer of another window stands against what was typed.
    """
    checklist, asked = status.checklist, item.item
    talk = _comments(opened, asked.id)
    places = [part.item.id for part in status.items]
    said = tuple(said_view(answer, asked, checklist, who) for answer in item.answers)
    own = next((answer for answer in item.answers if answer.by == who.name), None)
    roles = item.section.roles
    kind = KINDS[asked.type]
    return QuestionView(
        place=places.index(asked.id) + 1,
        id=asked.id,
        text=visible(asked.text),
        help=tuple(visible(part) for part in paragraphs(asked.help or "")),
        widget="long" if asked.type == "text" else asked.type if asked.type in ("number", "date") else kind.widget,
        example=kind.example(asked),
        choices=tuple((key, visible(label)) for key, label in choices_of(asked, checklist).items()),
        columns=tuple(
            (column.id, visible(column.title), tuple((column.options or {}).items())) for column in asked.columns
        ),
        na_chars=asked.na.reason_min_chars if asked.na is not None else 0,
        evidence_asked=_evidence_asked(asked, checklist),
        needing=(tuple(asked.evidence.for_ or ("*",)) if asked.evidence is not None else ()),
        pieces=asked.evidence.min if asked.evidence is not None else 0,
        state=item.state,
        word=STATE_WORDS[item.state],
        mark=STATE_MARKS[item.state],
        why=why_words(item, checklist),
        settled=visible(settled_words(item.settled)),
        asked=item.state != "hidden",
        may_answer=may("answer", who.role, roles),
        may_settle=may("resolve", who.role, roles),
        for_roles=_listed(roles.answer),
        base=last_line(opened, asked.id),
        drawn_from=f"{last_line(opened, asked.id)}.{checklist.item_sha256(asked)[:12]}",
        form=typed or form_of(asked, own),
        own=next((part for part in said if part.own), None),
        others=tuple(part for part in said if not part.own),
        measured=measured,
        comments=len(talk),
        latest=(visible(talk[-1].by), visible(talk[-1].text)) if talk else ("", ""),
        message=message,
        meanwhile=meanwhile,
        conflict=conflict,
    )


def form_of(item: Item, own: GivenAnswer | Answer | None) -> FormView:
    """Return a question's form with a person's answer in it."""
    if own is None:
        return FormView(rows=_with_blanks(()) if item.columns else ())
    if own.na_reason is not None:
        return FormView(na=True, na_reason=own.na_reason, rows=_with_blanks(()) if item.columns else ())
    value = own.value
    if item.columns:
        rows = tuple(row for row in value if isinstance(row, Mapping)) if isinstance(value, tuple) else ()
        return FormView(rows=_with_blanks(rows))
    chosen = frozenset(map(str, value)) if isinstance(value, tuple) else frozenset({str(value)})
    return FormView(value=f"{value:.15g}" if isinstance(value, float) else str(value), chosen=chosen)


def typed_form(item: Item, value: Any, na_reason: str | None, links: tuple[str, ...] = ()) -> FormView:
    """Return the form with what was typed in it, be it an answer or not."""
    rows = tuple(value) if item.columns and isinstance(value, list) else ()
    chosen = frozenset(value) if isinstance(value, list) and not item.columns else frozenset({str(value)})
    return FormView(
        value=value if isinstance(value, str) else "",
        chosen=chosen,
        rows=_with_blanks(rows) if item.columns else (),
        na=na_reason is not None,
        na_reason=na_reason or "",
        links="\n".join(links),
    )


def said_words(answer: GivenAnswer | Answer, item: Item, checklist: Checklist) -> str:
    """Return an answer in words, on one line."""
    if answer.na_reason is not None:
        return visible(f"{NOT_APPLICABLE}: {answer.na_reason}")
    return visible(" ".join(show_value(answer.value, item, checklist).split()))


def _with_blanks(rows: tuple[Mapping[str, str], ...]) -> tuple[Mapping[str, str], ...]:
    return (*rows, *({} for _ in range(BLANK_ROWS)))


def said_view(answer: GivenAnswer, item: Item, checklist: Checklist, who: Person) -> SaidView:
    """Return what one person said, as a page shows it; only a web address becomes a link."""
    table: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()
    if answer.na_reason is not None:
        lines = (f"Does not apply: {answer.na_reason}",)
    elif item.columns and isinstance(answer.value, tuple):
        titles = tuple(visible(column.title) for column in item.columns)
        cells = [
            tuple(
                visible((column.options or {}).get(str(row.get(column.id)), str(row.get(column.id, ""))))
                for column in item.columns
            )
            for row in answer.value
            if isinstance(row, Mapping)
        ]
        table = (titles, *cells)
    else:
        lines = tuple(show_value(answer.value, item, checklist).splitlines())
    return SaidView(
        who=visible(f"{answer.by}, {answer.role.replace('_', ' ')}"),
        own=answer.by == who.name,
        at=answer.at[:10],
        lines=tuple(map(visible, lines)),
        table=table,
        comment=visible(answer.comment or ""),
        evidence=tuple(
            PieceView(
                part.path or part.url or "",
                _label(part.path or part.url or ""),
                part.url if part.url is not None and is_web_address(part.url) else "",
                visible(part.problem),
                (part.sha256 or "")[:12],
                size_words(part.size),
            )
            for part in answer.evidence
        ),
        problem=visible(answer.problem),
        seq=answer.seq,
    )


def size_words(size: int | None) -> str:
    """Return a file's size for people, "" where it is not known.

    >>> size_words(1536)
    '1.5 kB'
    """
    if size is None:
        return ""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.3g} kB" if size < 1024**2 else f"{size / 1024**2:.3g} MB"


def _comments(opened: OpenJournal, item_id: str) -> list[Comment]:
    current = opened.loaded.checklist.current_id
    return [entry for entry in opened.contents.entries if isinstance(entry, Comment) and current(entry.item) == item_id]


_DIGITS = re.compile(r"^evidence/[0-9a-f]{12}-")


def _label(name: str) -> str:
    """Return a piece of evidence's name without the digits that keep it apart from others."""
    return visible(_DIGITS.sub("", name))


def why_words(item: ItemStatus, checklist: Checklist) -> str:
    """Return why a question stands as it does; what was measured stands beside it, so a contradiction is said in short."""
    if item.state == "contradicted" and item.measured is not None:
        shown = show_value(item.value, item.item, checklist)
        return visible(f"Answered “{shown}”, but measured “{MEASURED_WORDS[item.measured.answer]}”.")
    text = visible(item.why)
    return text[:1].upper() + text[1:] + ("." if text and text[-1] not in ".?!" else "")


def _evidence_asked(item: Item, checklist: Checklist) -> str:
    """Return which answers need evidence, "" where none does."""
    if item.evidence is None:
        return ""
    labels = choices_of(item, checklist)
    named = [f"“{visible(labels.get(key, key))}”" for key in item.evidence.for_ or ()]
    pieces = "a piece" if item.evidence.min == 1 else f"{item.evidence.min} pieces"
    return f"{_listed(named) or 'Every answer'} needs {pieces} of evidence."


def _listed(words: Any) -> str:
    shown = [str(word).replace("_", " ") for word in words]
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def settled_words(settled: str) -> str:
    """Return who settled a question, as what and why, with the role as people say it.

    >>> settled_words("Rita (ethics_reviewer) settled it as N/A: nobody_asked")
    'Rita (ethics reviewer) settled it as N/A: nobody_asked'
    """
    by, bracket, rest = settled.partition(" (")
    role, end, said = rest.partition(")")
    return f"{by} ({role.replace('_', ' ')}){said}" if bracket and end else settled


__all__ = [
    "FormView",
    "QuestionView",
    "form_of",
    "question_view",
    "said_words",
    "settled_words",
    "size_words",
    "typed_form",
]
