"""The crosswalk: for each law, framework or standard, which answers and measurements bear on which control, and what is missing.

A control is listed where a checklist of the audit names it. Nothing here says that anything conforms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ethicscheck.model.checklist_record import ItemEntry, SectionEntry
from ethicscheck.model.controls_record import ControlEntry, ControlMapEntry
from ethicscheck.model.record import Finding
from ethicscheck.model.wording import features_label, visible

from .checklists import OPEN_STATES, STATE_WORDS, families, item_anchor
from .index import RecordIndex, metric_of, title
from .measured import measured_title
from .wording import VERDICT_MARKS, VERDICT_ORDER, VERDICT_WORDS

EVERY = "*"
# What stands for a control that no map knows.
UNKNOWN = "No control map of this version knows it, so nothing can be said of what it asks."
NOT_ASKED = "Every question on it is set aside by another answer."
NO_RULE = "Measurements could bear on it, but no rule and no question of this audit measures anything for it."
CANT_TELL = ("inconclusive", "not_evaluable")


@dataclass(frozen=True)
class Answers:
    """Questions of one section that bear on a control: where they stand, and how many of the section's there are."""

    anchor: str
    title: str
    few: str


@dataclass(frozen=True)
class Measurement:
    """A measurement that bears on some control; the page tells it once, by its number."""

    number: int
    verdict: str
    mark: str
    word: str
    anchor: str
    text: str


@dataclass(frozen=True)
class ControlName:
    """A control, and what it is about."""

    id: str
    title: str
    says: str


@dataclass(frozen=True)
class ControlView:
    """What bears on a control, and what is missing; `names` holds several where all of it is the same for them."""

    names: tuple[ControlName, ...]
    answers: tuple[Answers, ...]
    answered: str
    measurements: tuple[tuple[str, str, str], ...]  # sign, word and numbers, by verdict
    missing: str


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
    measurements: tuple[Measurement, ...]
    maps: tuple[ControlMapView, ...]


@dataclass(frozen=True)
class _Asked:
    """The questions of a section that bear on a control, with the place of their checklist in the record."""

    place: int
    section: SectionEntry
    items: tuple[ItemEntry, ...]


@dataclass(frozen=True)
class _Found:
    """What the page tells: the rules of the audit, and the measurements that were named so far, in that order."""

    rules: Sequence[tuple[int, Finding]]
    measured: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def number(self, verdict: str, anchor: str, text: str) -> int:
        return self.measured.setdefault((verdict, anchor, text), len(self.measured) + 1)


def controls_section(index: RecordIndex) -> ControlsSection | None:
    """Return the section, or None where no checklist of the audit names a control of its maps."""
    asked = _asked(index)
    if not asked:
        return None
    from .findings import ranked  # the page's order of findings; the page itself is made from this section

    found = _Found([(at, finding) for at, finding in enumerate(ranked(index.record.findings)) if finding.rule.metric])
    maps = [_map(part, asked, found) for part in index.record.controls or ()]
    known = {f"{part.id}:{control.id}" for part in index.record.controls or () for control in part.controls}
    if strangers := [name for name in asked if name not in known]:
        maps.append(_strangers(strangers, asked, found))
    controls = [control for part in maps for control in part.controls]
    lacking = sum(len(control.names) for control in controls if control.missing)
    takeaway = (
        f"The checklists of this audit name {_count(sum(len(control.names) for control in controls), 'control')}; "
        + (f"something is missing on {lacking} of them." if lacking else "nothing that was asked is missing on any.")
    )
    measurements = tuple(
        Measurement(number, verdict, VERDICT_MARKS[verdict], VERDICT_WORDS[verdict], anchor, text)
        for (verdict, anchor, text), number in found.measured.items()
    )
    return ControlsSection(takeaway, measurements, tuple(maps))


def _asked(index: RecordIndex) -> dict[str, list[_Asked]]:
    """Return which questions bear on which control: those that a question names itself, else those of its section."""
    left_out = set(index.record.report.left_out_maps) if index.record.report is not None else set()
    asked: dict[str, list[_Asked]] = {}
    for place, entry in enumerate(index.record.checklists):
        for section in entry.sections:
            bearing: dict[str, list[ItemEntry]] = {name: [] for name in section.controls}
            for item in section.items:
                for name in section.controls if item.controls is None else item.controls:
                    bearing.setdefault(name, []).append(item)
            for name, items in bearing.items():
                shown = tuple(item for item in items if item.state != "hidden")
                if items and name.partition(":")[0] not in left_out:
                    asked.setdefault(name, []).append(_Asked(place, section, shown))
    return asked


def _map(part: ControlMapEntry, asked: dict[str, list[_Asked]], found: _Found) -> ControlMapView:
    controls = _grouped(
        _control(control, asked[f"{part.id}:{control.id}"], found)
        for control in part.controls
        if f"{part.id}:{control.id}" in asked
    )
    facts = [
        ("Text", visible(part.edition)),
        ("Status", visible(part.status)),
        ("Map", f"version {visible(part.version)} of {part.dated}, SHA-256 {part.sha256[:12]}…"),
    ]
    if unchecked := [visible(control.id) for control in part.controls if control.checked is False]:
        facts.append(("Ids from memory", f"{', '.join(unchecked)}: not compared with a second list"))
    return ControlMapView(
        visible(part.title),
        _summary(controls, f" of the {part.known} that the map knows"),
        tuple(facts),
        visible(part.source),
        controls,
    )


def _strangers(names: Iterable[str], asked: dict[str, list[_Asked]], found: _Found) -> ControlMapView:
    """Return the controls that a checklist names and no map knows: they are shown, not passed over."""
    controls = _grouped(_control(ControlEntry(id=name, title="", says=""), asked[name], found) for name in names)
    return ControlMapView("Controls of no known map", _summary(controls, ""), (), "", controls)


def _grouped(controls: Iterable[ControlView]) -> tuple[ControlView, ...]:
    """Return one row for the controls on which all the same bears; the first of them says where it stands."""
    rows: dict[ControlView, list[ControlName]] = {}
    for control in controls:
        rows.setdefault(replace(control, names=()), []).extend(control.names)
    return tuple(replace(control, names=tuple(names)) for control, names in rows.items())


def _summary(controls: Sequence[ControlView], among: str) -> str:
    count = sum(len(control.names) for control in controls)
    lacking = sum(len(control.names) for control in controls if control.missing)
    named = f"{_count(count, 'control')}{among} {'is' if count == 1 else 'are'} named"
    return f"{named}, something is missing on {lacking}" if lacking else f"{named}, nothing that was asked is missing"


def _control(control: ControlEntry, asked: Sequence[_Asked], found: _Found) -> ControlView:
    pairs = [(part.place, item) for part in asked for item in part.items]
    linked = [(place, item) for place, item in pairs if item.metric is not None]
    measures: set[str] = set()
    for name in [*(item.metric.metric for _, item in linked if item.metric is not None), *control.metrics]:
        if name != EVERY:
            measures |= families(name)
    bearing = [
        (place, finding)
        for place, finding in found.rules
        if EVERY in control.metrics or families(metric_of(finding)) & measures
    ]
    numbers: dict[str, set[int]] = {}
    for place, finding in bearing:
        numbers.setdefault(finding.verdict, set()).add(found.number(finding.verdict, *_rule(place, finding)))
    for place, item in linked:
        if item.metric is not None:
            verdict = item.metric.verdict
            numbers.setdefault(verdict, set()).add(found.number(verdict, *_link(place, item)))
    done = sum(item.state in ("answered", "not_applicable") for _, item in pairs)
    return ControlView(
        (ControlName(visible(control.id), visible(control.title), visible(control.says)),),
        tuple(_answers(part) for part in asked if part.items),
        f"{done} of {len(pairs)} answered" if pairs else "",
        tuple(
            (VERDICT_MARKS[verdict], VERDICT_WORDS[verdict], _ranges(numbers[verdict]))
            for verdict in VERDICT_ORDER
            if verdict in numbers
        ),
        _missing([item for _, item in pairs], [finding for _, finding in bearing], control),
    )


def _answers(part: _Asked) -> Answers:
    whole = sum(item.state != "hidden" for item in part.section.items)
    few = "" if len(part.items) == whole else f" ({len(part.items)} of its {whole} questions)"
    return Answers(item_anchor(part.place, part.items[0]), visible(part.section.title), few)


def _ranges(numbers: Iterable[int]) -> str:
    """Return numbers in order, runs of three and more in short.

    >>> _ranges({4, 1, 2, 3, 7, 8})
    '1–4, 7, 8'
    """
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _rule(place: int, finding: Finding) -> tuple[str, str]:
    return f"finding-{place}", f"{title(metric_of(finding))} by {features_label(finding.rule.across)}"


def _link(place: int, item: ItemEntry) -> tuple[str, str]:
    measured = item.metric
    assert measured is not None, "only asked then"
    what = measured_title(measured) if measured.features else title(measured.metric)
    return item_anchor(place, item), f"{what} (own limit)"


def _missing(items: Sequence[ItemEntry], findings: Sequence[Finding], control: ControlEntry) -> str:
    """Return what is missing on a control: answers first, then measurements; "" where nothing is."""
    found = [] if control.says else [UNKNOWN]
    if not items:
        found.append(NOT_ASKED)
    counts: Counter[str] = Counter(item.state for item in items)
    parts = [f"{counts[state]} {_lowered(STATE_WORDS[state])}" for state in OPEN_STATES if counts[state]]
    verdicts = [*(finding.verdict for finding in findings), *(item.metric.verdict for item in items if item.metric)]
    if undecided := sum(verdict in CANT_TELL for verdict in verdicts):
        parts.append(f"{_count(undecided, 'measurement')} can’t tell yet")
    found += [f"{', '.join(parts)}."] if parts else []
    if control.metrics and not verdicts:
        found.append(NO_RULE)
    return " ".join(found)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
