"""The crosswalk: for each law, framework or standard, which answers and measurements bear on which control, and what is missing.

A control is listed where a checklist of the audit names it. Nothing here says that anything conforms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ethicscheck.model.checklist_record import ItemEntry, SectionEntry
from ethicscheck.model.controls_record import ControlEntry, ControlMapEntry
from ethicscheck.model.record import Finding
from ethicscheck.model.wording import features_label, visible

from .checklists import OPEN_STATES, STATE_WORDS, families, item_anchor, measured_title
from .index import RecordIndex, metric_of, title
from .wording import VERDICT_MARKS, VERDICT_ORDER, VERDICT_WORDS

EVERY = "*"
# What stands for a control that no map knows.
UNKNOWN = "No control map of this version knows it, so nothing can be said of what it asks."
NOT_ASKED = "Every question on it is set aside by another answer."
NO_RULE = "Measurements could bear on it, but no rule and no question of this audit measures anything for it."
CANT_TELL = ("inconclusive", "not_evaluable")


@dataclass(frozen=True)
class Answers:
    """Questions that belong together and bear on a control: where they stand, and how many are in which state."""

    anchor: str
    title: str
    states: str


@dataclass(frozen=True)
class Measurements:
    """Measurements of one verdict that bear on a control, as (anchor, text)."""

    verdict: str
    mark: str
    word: str
    measured: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ControlView:
    """One control."""

    id: str
    title: str
    says: str
    answers: tuple[Answers, ...]
    measurements: tuple[Measurements, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class ControlMapView:
    """One law, framework or standard."""

    title: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    source: str
    controls: tuple[ControlView, ...]


@dataclass(frozen=True)
class ControlsSection:
    """All of them."""

    takeaway: str
    maps: tuple[ControlMapView, ...]


@dataclass(frozen=True)
class _Asked:
    """A section of a checklist with the place of that checklist in the record."""

    place: int
    section: SectionEntry

    def items(self) -> tuple[ItemEntry, ...]:
        return tuple(item for item in self.section.items if item.state != "hidden")


def controls_section(index: RecordIndex) -> ControlsSection | None:
    """Return the section, or None where no checklist of the audit names a control."""
    asked: dict[str, list[_Asked]] = {}
    for place, entry in enumerate(index.record.checklists):
        for section in entry.sections:
            for name in dict.fromkeys(section.controls):
                asked.setdefault(name, []).append(_Asked(place, section))
    if not asked:
        return None
    from .findings import ranked  # the page's order of findings; the page itself is made from this section

    rules = [(place, finding) for place, finding in enumerate(ranked(index.record.findings)) if finding.rule.metric]
    maps = [_map(part, asked, rules) for part in index.record.controls or ()]
    known = {f"{part.id}:{control.id}" for part in index.record.controls or () for control in part.controls}
    if strangers := [name for name in asked if name not in known]:
        maps.append(_strangers(strangers, asked, rules))
    controls = [control for part in maps for control in part.controls]
    lacking = sum(bool(control.missing) for control in controls)
    takeaway = f"The checklists of this audit name {_count(len(controls), 'control')}; " + (
        f"something is missing on {lacking} of them." if lacking else "nothing that was asked is missing on any."
    )
    return ControlsSection(takeaway, tuple(maps))


def _map(
    part: ControlMapEntry,
    asked: dict[str, list[_Asked]],
    rules: Sequence[tuple[int, Finding]],
) -> ControlMapView:
    controls = tuple(_control(control, asked[f"{part.id}:{control.id}"], rules) for control in part.controls)
    return ControlMapView(
        visible(part.title),
        _summary(controls, f" of the {part.known} that the map knows"),
        (
            ("Text", visible(part.edition)),
            ("Status", visible(part.status)),
            ("Map", f"version {visible(part.version)} of {part.dated}, SHA-256 {part.sha256[:12]}…"),
        ),
        visible(part.source),
        controls,
    )


def _strangers(
    names: Iterable[str], asked: dict[str, list[_Asked]], rules: Sequence[tuple[int, Finding]]
) -> ControlMapView:
    """Return the controls that a checklist names and no map knows: they are shown, not passed over."""
    controls = tuple(_control(ControlEntry(id=name, title="", says=""), asked[name], rules) for name in names)
    return ControlMapView("Controls of no known map", _summary(controls, ""), (), "", controls)


def _summary(controls: Sequence[ControlView], among: str) -> str:
    lacking = sum(bool(control.missing) for control in controls)
    named = f"{_count(len(controls), 'control')}{among} {'is' if len(controls) == 1 else 'are'} named"
    return f"{named}, something is missing on {lacking}" if lacking else f"{named}, nothing that was asked is missing"


def _control(control: ControlEntry, asked: Sequence[_Asked], rules: Sequence[tuple[int, Finding]]) -> ControlView:
    pairs = [(part.place, item) for part in asked for item in part.items()]
    linked = [(place, item) for place, item in pairs if item.metric is not None]
    measures: set[str] = set()
    for name in [*(item.metric.metric for _, item in linked if item.metric is not None), *control.metrics]:
        if name != EVERY:
            measures |= families(name)
    bearing = [
        (place, finding)
        for place, finding in rules
        if EVERY in control.metrics or families(metric_of(finding)) & measures
    ]
    measured = [(finding.verdict, _rule(place, finding)) for place, finding in bearing]
    measured += [(item.metric.verdict, _link(place, item)) for place, item in linked if item.metric is not None]
    return ControlView(
        visible(control.id),
        visible(control.title),
        visible(control.says),
        tuple(_answers(part) for part in asked if part.items()),
        tuple(
            Measurements(verdict, VERDICT_MARKS[verdict], VERDICT_WORDS[verdict], tuple(found))
            for verdict in VERDICT_ORDER
            if (found := dict.fromkeys(part for own, part in measured if own == verdict))
        ),
        _missing([item for _, item in pairs], [finding for _, finding in bearing], control),
    )


def _answers(part: _Asked) -> Answers:
    items = part.items()
    counts: Counter[str] = Counter(item.state for item in items)
    states = ", ".join(f"{counts[state]} {_lowered(word)}" for state, word in STATE_WORDS.items() if counts[state])
    return Answers(item_anchor(part.place, items[0]), visible(part.section.title), states)


def _rule(place: int, finding: Finding) -> tuple[str, str]:
    return f"finding-{place}", f"{title(metric_of(finding))} by {features_label(finding.rule.across)}"


def _link(place: int, item: ItemEntry) -> tuple[str, str]:
    measured = item.metric
    assert measured is not None, "only asked then"
    what = measured_title(measured) if measured.features else title(measured.metric)
    return item_anchor(place, item), f"{what} (own limit)"


def _missing(items: Sequence[ItemEntry], findings: Sequence[Finding], control: ControlEntry) -> tuple[str, ...]:
    """Return what is missing on a control, in sentences: answers first, then measurements."""
    found = [] if control.says else [UNKNOWN]
    if not items:
        found.append(NOT_ASKED)
    counts: Counter[str] = Counter(item.state for item in items)
    words = {**STATE_WORDS, "unsure": "answered “not known yet”"}
    found += [
        f"{_count(counts[state], 'question')} {'is' if counts[state] == 1 else 'are'} {_lowered(words[state])}."
        for state in OPEN_STATES
        if counts[state]
    ]
    verdicts = [*(finding.verdict for finding in findings), *(item.metric.verdict for item in items if item.metric)]
    if undecided := sum(verdict in CANT_TELL for verdict in verdicts):
        found.append(f"{_count(undecided, 'measurement')} can’t tell yet.")
    if control.metrics and not verdicts:
        found.append(NO_RULE)
    return tuple(found)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
