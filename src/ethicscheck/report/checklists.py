"""The questions no metric answers: every question, its state, who answered what, and what was measured beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ethicscheck.model.checklist_record import (
    AnswerEntry,
    ChecklistEntry,
    EvidenceEntry,
    ItemEntry,
    SectionEntry,
    SignatureEntry,
)
from ethicscheck.model.record import Finding
from ethicscheck.model.wording import features_label, visible

from .charts import Strip
from .index import RecordIndex, components, metric_of, title
from .measured import MEASURED_WORDS, measured_link, measured_plot, measured_value
from .wording import rows_word

STATE_WORDS = {
    "unanswered": "Not answered",
    "answered": "Answered",
    "unsure": "Not known yet",
    "not_applicable": "Does not apply",
    "hidden": "Not asked",
    "disputed": "Disputed",
    "contradicted": "Contradicted",
    "stale": "Out of date",
}
STATE_MARKS = {
    "unanswered": "○",
    "answered": "●",
    "unsure": "?",
    "not_applicable": "–",
    "hidden": "·",
    "disputed": "⇄",
    "contradicted": "≠",
    "stale": "↻",
}
WHY_CONTRADICTED = "A decision that rests on the answer rests on something the numbers deny, or the numbers miss something that people know."
# The order in which open questions are listed: what needs a person first.
OPEN_STATES = ("contradicted", "disputed", "stale", "unanswered", "unsure")
# Where somebody has to answer still, the page says why it is asked and what a good answer holds; elsewhere it would only be long.
NEEDS_HELP = ("contradicted", "disputed", "stale", "unanswered")
# Measures that say the same of a group, seen from the other side.
SAME = {
    "true_positive_rate": "false_negative_rate",
    "true_negative_rate": "false_positive_rate",
    "precision": "false_discovery_rate",
    "negative_predictive_value": "false_omission_rate",
    "favourable_rate": "selection_rate",
}


# What failed rules open, in a sentence, by the checklist's place in the record and the question's id.
Opened = Mapping[tuple[int, str], str]


@dataclass(frozen=True)
class AnswerView:
    """One person's answer."""

    shown: str
    table: tuple[tuple[str, ...], ...]
    who: str
    comment: str
    evidence: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class ItemView:
    """One question."""

    anchor: str
    id: str
    text: str
    help: str
    state: str
    word: str
    mark: str
    why: str
    answers: tuple[AnswerView, ...]
    settled: str
    measured: str
    measured_value: str
    measured_word: str
    conflict: str
    opened: str
    plot: Strip | None
    plot_link: str


@dataclass(frozen=True)
class SectionView:
    """Questions that belong together."""

    title: str
    intro: str
    controls: str
    items: tuple[ItemView, ...]


@dataclass(frozen=True)
class SignatureView:
    """Who signed what, and whether that is still what stands there."""

    who: str
    digest: str
    covers: str
    lapsed: str


@dataclass(frozen=True)
class ChecklistView:
    """One checklist."""

    anchor: str
    title: str
    version: str
    summary: str
    requirement: str
    tally: tuple[tuple[str, str, str], ...]
    open_items: tuple[tuple[str, str, str], ...]
    sections: tuple[SectionView, ...]
    signatures: tuple[SignatureView, ...]
    unsigned: tuple[str, ...]
    notes: tuple[str, ...]


def checklist_views(index: RecordIndex) -> tuple[ChecklistView, ...]:
    """Return every checklist of a record."""
    opened = _opened(index)
    return tuple(_checklist(index, entry, place, opened) for place, entry in enumerate(index.record.checklists))


def bearing_questions(index: RecordIndex, finding: Finding) -> tuple[tuple[str, str], ...]:
    """Return the questions whose measurement bears on a metric finding, as (anchor, text)."""
    return tuple((item_anchor(place, item), visible(item.text)) for place, item in _bearing(index, finding))


def opening_rules(index: RecordIndex) -> tuple[tuple[int, str, str], ...]:
    """Return what failed rules open: the checklist's place in the record, the question's id, the rule in words."""
    return tuple(
        (
            place,
            item.id,
            visible(f"{title(metric_of(finding))} by {features_label(finding.rule.across)} ({finding.id})"),
        )
        for finding in index.record.findings
        if finding.verdict == "fail"
        for place, item in _bearing(index, finding)
    )


def _bearing(index: RecordIndex, finding: Finding) -> Iterator[tuple[int, ItemEntry]]:
    """Yield the questions whose measurement bears on a metric finding, each with its checklist's place."""
    if finding.rule.metric is None:
        return
    wanted = families(finding.rule.metric)
    for place, entry in enumerate(index.record.checklists):
        for item in (item for section in entry.sections for item in section.items):
            if item.metric is not None and item.state != "hidden" and families(item.metric.metric) & wanted:
                yield place, item


BODIES = {"eu-ai-act": "EU AI Act", "nist-ai-rmf": "NIST AI RMF", "iso-42001": "ISO/IEC 42001"}


def _control(control: str) -> str:
    body, _, number = control.partition(":")
    return visible(f"{BODIES.get(body, body)} {number.replace('-', ' ')}".strip())


def _controls_of(section: SectionEntry) -> tuple[str, ...]:
    """Return the controls of a section and of its questions, each once."""
    own = (name for item in section.items for name in item.controls or ())
    return tuple(dict.fromkeys((*section.controls, *own)))


def families(metric: str) -> set[str]:
    """Return what a measure is about: names that say the same of a group, seen from the other side, are one."""
    return {SAME.get(name, name) for name in components(metric)}


def item_anchor(place: int, item: ItemEntry) -> str:
    """Return where a question stands on the page; `place` is its checklist's in the record."""
    return f"q{place}-{item.id}"


def _checklist(index: RecordIndex, entry: ChecklistEntry, place: int, opened: Opened) -> ChecklistView:
    texts = {item.id: item.text for section in entry.sections for item in section.items}
    views = tuple(
        SectionView(
            visible(section.title),
            visible(section.intro or ""),
            ", ".join(_control(control) for control in _controls_of(section)),
            tuple(_item(index, item, place, texts, opened) for item in section.items),
        )
        for section in entry.sections
    )
    items = [item for section in views for item in section.items]
    open_items = [(item.anchor, item.word, item.text) for state in OPEN_STATES for item in items if item.state == state]
    open_items += [
        (item.anchor, "Opened by a failed rule", item.text)
        for item in items
        if item.opened and item.state not in OPEN_STATES
    ]
    counts = [(state, sum(item.state == state for item in items)) for state in STATE_WORDS]
    need = {
        "none": "Nothing is required of it.",
        "complete": "Required: complete.",
        "signed": "Required: complete and signed.",
    }
    return ChecklistView(
        anchor=f"checklist-{place}",
        title=visible(entry.title),
        version=f"{entry.id} {entry.version}",
        summary=visible(entry.summary or ""),
        requirement=need[entry.require],
        tally=tuple(
            (state, STATE_MARKS[state], f"{count} {STATE_WORDS[state].lower()}") for state, count in counts if count
        ),
        open_items=tuple(open_items),
        sections=views,
        signatures=tuple(map(_signature, entry.signatures)),
        unsigned=tuple(map(visible, entry.unsigned)),
        notes=tuple(map(visible, entry.notes)),
    )


def _signature(sign: SignatureEntry) -> SignatureView:
    covers = [f"the {visible(name)}" for name in sign.covers]
    return SignatureView(
        f"{visible(sign.by)}, {visible(sign.role).replace('_', ' ')}, {sign.at[:10]}",
        sign.sha256[:12],
        " and ".join([", ".join(covers[:-1]), covers[-1]] if len(covers) > 1 else covers),
        visible(sign.lapsed or ""),
    )


def _item(index: RecordIndex, item: ItemEntry, place: int, texts: Mapping[str, str], opened: Opened) -> ItemView:
    measured = item.metric
    return ItemView(
        anchor=item_anchor(place, item),
        id=item.id,
        text=visible(item.text),
        help=visible(item.help or "") if item.state in NEEDS_HELP else "",
        state=item.state,
        word=STATE_WORDS[item.state],
        mark=STATE_MARKS[item.state],
        why=sentence(with_questions(item.why or "", texts)),
        answers=tuple(_answer(answer) for answer in item.answers),
        settled=visible(item.settled or ""),
        measured=measured.message if measured is not None else "",
        measured_value=measured_value(measured, rows_word(index.record.plan)) if measured is not None else "",
        measured_word=MEASURED_WORDS[measured.answer] if measured is not None else "",
        conflict=visible(item.conflict or ""),
        opened=opened.get((place, item.id), ""),
        plot=measured_plot(index, measured, item_anchor(place, item)) if measured is not None else None,
        plot_link=measured_link(index, measured) if measured is not None else "",
    )


def _opened(index: RecordIndex) -> Opened:
    """Return which failed rules open which question."""
    rules: dict[tuple[int, str], list[str]] = {}
    for place, name, rule in opening_rules(index):
        rules.setdefault((place, name), []).append(rule)
    return {
        where: f"{'A rule that failed opens' if len(found) == 1 else 'Rules that failed open'} this question anew: "
        f"{', '.join(found)}."
        for where, found in rules.items()
    }


def with_questions(why: str, texts: Mapping[str, str]) -> str:
    """Put the questions themselves where a reason names them by id; said once, a lone one is "that" from then on."""
    names = [name for name in texts if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", why)]
    for name in names:
        pattern = rf"(?<![\w.]){re.escape(name)}(?![\w.])"
        why = re.sub(pattern, lambda _, name=name: f"“{texts[name]}”", why, count=1)  # type: ignore[misc]
        if len(names) == 1:
            why = re.sub(pattern, "that", why)
        else:
            why = re.sub(pattern, lambda _, name=name: f"“{texts[name]}”", why)  # type: ignore[misc]
    return why


def sentence(text: str) -> str:
    """Return text as a sentence: safe to show, with a capital and a full stop."""
    shown = visible(text)
    return shown[:1].upper() + shown[1:] + ("." if shown and shown[-1] not in ".?!" else "")


def _answer(answer: AnswerEntry) -> AnswerView:
    shown = f"Does not apply: {answer.na_reason}" if answer.na_reason else (answer.shown or "")
    evidence = tuple(
        (
            visible(part.path or part.url or ""),
            part.url if part.url and part.url.startswith(("http://", "https://")) else "",
            _evidence_note(part),
        )
        for part in answer.evidence
    )
    return AnswerView(
        "" if answer.table else visible(shown).replace("␊", "\n"),
        tuple(tuple(map(visible, row)) for row in answer.table or ()),
        f"{visible(answer.by)}, {visible(answer.role).replace('_', ' ')}, {answer.at[:10]}",
        visible(answer.comment or ""),
        evidence,
    )


def _evidence_note(part: EvidenceEntry) -> str:
    notes = [
        f"of {part.dated}" if part.dated else "",
        f"counts until {part.expires}" if part.expires else "",
        part.problem or (f"SHA-256 {part.sha256[:12]}…" if part.sha256 else ""),
    ]
    return ", ".join(visible(note) for note in notes if note)


def checklist_heading(finding: Finding, index: RecordIndex) -> str:
    """Return the heading of a checklist finding."""
    if finding.reason == "contradicted":
        return "Answer and measurement contradict each other"
    entry = next((entry for entry in index.record.checklists if entry.id == finding.rule.checklist), None)
    return f"Checklist: {visible(entry.title)}" if entry is not None else f"Checklist {finding.rule.checklist}"


def contradicted_question(index: RecordIndex, finding: Finding) -> ItemView | None:
    """Return the question whose answer a finding says to be contradicted; None for other findings."""
    if finding.reason != "contradicted":
        return None
    for place, entry in enumerate(index.record.checklists):
        for item in (item for section in entry.sections for item in section.items):
            if entry.id == finding.rule.checklist and finding.id == f"{finding.rule.id}:{item.id}":
                return _item(index, item, place, {}, {})
    return None
