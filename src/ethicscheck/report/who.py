"""The section "Who is in the data, and who is missing": shares against a population, missing values, unknown groups.

Everything is read from the record; the bars' geometry stands here, their drawing in `templates/representation.svg.j2`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ethicscheck.model.missing_record import (
    Absent,
    GapBounds,
    MissingValues,
    Representation,
    RepresentedGroup,
    SharesTest,
)
from ethicscheck.model.record import Finding
from ethicscheck.model.wording import decimal, features_label, group_label, limit, percent, visible, whole

from .charts import extremes, write, write_interval
from .index import RecordIndex, components, is_share, metric_findings, metric_of, title
from .tables import MOST_COMPARED, write_p
from .tables import TESTS as EQUALITY_TESTS

ROW = 46
MOST = 24
MOST_NAMED = 6

PARTS = (("label", "outcome"), ("prediction", "decision"), ("score", "score"))
TESTS = {
    **EQUALITY_TESTS,
    "exact_binomial": "exact binomial test",
    "exact_multinomial": "exact multinomial test",
    "chi_squared_fit": "χ² test",
    "multinomial_monte_carlo": "the exact multinomial test, simulated",
}


@dataclass(frozen=True)
class ShareBar:
    """One group: its bar, its interval and the population's mark, in per cent of the width."""

    y: int
    label: str
    rows: str
    share: str
    interval: str
    population: str
    ratio: str
    p_value: str
    width: float
    low: float
    high: float
    mark: float
    nobody: bool


@dataclass(frozen=True)
class ShareChart:
    """Who is in the data against the population, by one feature."""

    id: str
    title: str
    takeaway: str
    notes: tuple[str, ...]
    rows: tuple[ShareBar, ...]
    drawn: tuple[ShareBar, ...]
    height: int


@dataclass(frozen=True)
class MissingTable:
    """What is missing, by the groups of one feature; a row is label, rows and a text for each part."""

    title: str
    takeaways: tuple[str, ...]
    parts: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class BoundsTable:
    """How far each gap of one feature could be moved; a row is measure, gap, smallest, largest.

    `rows` are the gaps that rules judge (where there are none, the first), `rest` the others, to unfold.
    """

    title: str
    unknown: str
    sentences: tuple[str, ...]
    rows: tuple[tuple[str, str, str, str], ...]
    rest: tuple[tuple[str, str, str, str], ...]
    rest_title: str


@dataclass(frozen=True)
class BaseRates:
    """How often the outcome happens, by the groups of one feature."""

    title: str
    takeaway: str
    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class WhoSection:
    """The section "Who is in the data, and who is missing"."""

    charts: tuple[ShareChart, ...]
    missing: tuple[MissingTable, ...]
    bounds: tuple[BoundsTable, ...]
    base_rates: tuple[BaseRates, ...]


def who_section(index: RecordIndex) -> WhoSection | None:
    """Return the section; None where there is nothing to say."""
    record = index.record
    section = WhoSection(
        charts=tuple(_chart(index, part, place) for place, part in enumerate(record.representation or ())),
        missing=tuple(_missing(index, part) for part in record.missing or ()),
        bounds=tuple(_bounds(index)),
        base_rates=tuple(_base_rates(index)),
    )
    return section if any((section.charts, section.missing, section.bounds, section.base_rates)) else None


def _chart(index: RecordIndex, part: Representation, place: int) -> ShareChart:
    most = max(max(group.share, group.population, group.interval.high or 0.0) for group in part.groups)
    rows = tuple(_bar(group, at, most) for at, group in enumerate(part.groups))
    name = features_label(part.features)
    notes = [f"The population: {visible(part.source)}."]
    if part.test is not None:
        notes.append(
            "If the data were drawn from this population at random, shares this far off would come up with "
            f"p {write_p(part.test.p_value)} ({TESTS[part.test.test]})."
        )
    else:
        notes.append("There is no test: the rows are weighted, or several belong to one person.")
    if part.not_in_population:
        named = [f"{group_label(other.group)} ({whole(other.rows)})" for other in part.not_in_population[:MOST_NAMED]]
        more = len(part.not_in_population) - len(named)
        notes.append(
            f"The population says nothing of {', '.join(named)}{f' and {more} more' if more else ''}: left out of these shares."
        )
    if len(rows) > MOST:
        notes.append(f"Drawn are the first {MOST} of {len(rows)} groups.")
    return ShareChart(
        id=f"who-{place}",
        title=f"{name}: share of the data against share of the population",
        takeaway=_represented(index, part.groups),
        notes=tuple(notes),
        rows=rows,
        drawn=rows[:MOST],
        height=ROW * len(rows[:MOST]) + 4,
    )


def _bar(group: RepresentedGroup, place: int, most: float) -> ShareBar:
    low, high = group.interval.low, group.interval.high or 0.0
    return ShareBar(
        y=ROW * place,
        label=group_label(group.group),
        rows=whole(group.rows),
        share=percent(group.share),
        interval=f"{low * 100:.1f}–{percent(high)}",
        population=percent(group.population),
        ratio=f"{decimal(group.ratio)} ({decimal(group.ratio_interval.low)} to {decimal(group.ratio_interval.high or 0.0)})",
        p_value=write_p(group.p_adjusted).removeprefix("= ") if group.p_adjusted is not None else "–",
        width=round(98 * group.share / most, 2),
        low=round(98 * low / most, 2),
        high=round(98 * high / most, 2),
        mark=round(98 * group.population / most, 2),
        nobody=group.rows == 0,
    )


def _represented(index: RecordIndex, groups: Sequence[RepresentedGroup]) -> str:
    """Return the one sentence a reader should take away."""
    alpha = 1 - index.record.plan.confidence
    nobody = [group_label(group.group) for group in groups if group.rows == 0]
    absent = f"Nobody at all from {_listed(nobody)}. " if nobody else ""
    sure = [
        group
        for group in groups
        if group.rows and (group.p_adjusted < alpha if group.p_adjusted is not None else _apart(group))
    ]
    if not sure:
        return absent or "No group’s share of the data is surely another than its share of the population."
    least, most = min(sure, key=lambda group: group.ratio), max(sure, key=lambda group: group.ratio)
    parts = []
    if least.ratio < 1:
        parts.append(f"most under-represented: {_against(least)}")
    if most.ratio > 1:
        parts.append(f"most over-represented: {_against(most)}")
    text = "; ".join(parts)
    return f"{absent}{text[:1].upper()}{text[1:]}."


def _apart(group: RepresentedGroup) -> bool:
    return group.ratio_interval.low > 1 or (group.ratio_interval.high or 0.0) < 1


def _against(group: RepresentedGroup) -> str:
    return f"{group_label(group.group)} ({percent(group.share)} of the data, {percent(group.population)} of the population)"


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:MOST_NAMED])
    more = len(names) - len(shown)
    return (
        f"{', '.join(shown)} and {more} more"
        if more
        else " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
    )


def _missing(index: RecordIndex, part: MissingValues) -> MissingTable:
    named = [(key, word) for key, word in PARTS if any(getattr(group, key) is not None for group in part.groups)]
    return MissingTable(
        title=features_label(part.features),
        takeaways=tuple(text for key, word in named if (text := _most_missing(index, part, key, word))),
        parts=tuple(f"{word} missing" for _, word in named),
        rows=tuple(
            (
                group_label(group.group) if group.group else "not known",
                whole(group.rows),
                tuple(_absent(getattr(group, key)) for key, _ in named),
            )
            for group in part.groups
        ),
    )


def _absent(part: Absent | None) -> str:
    if part is None:
        return "–"
    return f"{whole(part.rows)} = {percent(part.share)} ({part.interval.low * 100:.1f}–{percent(part.interval.high or 0.0)})"


def _most_missing(index: RecordIndex, part: MissingValues, key: str, word: str) -> str:
    known = [(group, found) for group in part.groups if group.group and (found := getattr(group, key)) is not None]
    known = [pair for pair in known if pair[0].rows >= index.record.plan.min_group]
    if len(known) < 2:
        return ""
    most, least = max(known, key=lambda pair: pair[1].share), min(known, key=lambda pair: pair[1].share)
    test: SharesTest | None = part.tests.get(key)  # type: ignore[call-overload]
    chance = (
        f" If it were missing alike, this would come up with p {write_p(test.p_value)} ({TESTS[test.test]})."
        if test
        else ""
    )
    if most[1].share == least[1].share:
        return f"The {word} is missing in {percent(most[1].share)} of the rows of every group."
    return (
        f"The {word} is missing most often for {group_label(most[0].group)} ({percent(most[1].share)}), least often for "
        f"{group_label(least[0].group)} ({percent(least[1].share)}).{chance}"
    )


def _bounds(index: RecordIndex) -> Iterator[BoundsTable]:
    for features in index.axes():
        rows = [row for row in index.record.bounds or () if row.features == features]
        if not rows:
            continue
        findings = [finding for finding in metric_findings(index.record) if finding.rule.across == features]
        ruled = {name for finding in findings for name in components(metric_of(finding))}
        gaps = [row for row in rows if row.compare == "difference"]
        shown = [row for row in gaps if row.metric in ruled] or gaps[:1]
        rest = [row for row in gaps if row not in shown]
        yield BoundsTable(
            title=features_label(features),
            unknown=whole(max(row.unknown for row in rows)),
            sentences=tuple(text for finding in findings if (text := _rule_holds(rows, finding))),
            rows=tuple(map(_bound, shown)),
            rest=tuple(map(_bound, rest)),
            rest_title=f"The other {len(rest)} gaps" if len(rest) > 1 else "The other gap",
        )


def _bound(row: GapBounds) -> tuple[str, str, str, str]:
    return title(row.metric), _figure(row, row.value), _figure(row, row.low), _figure(row, row.high)


def _rule_holds(rows: Sequence[GapBounds], finding: Finding) -> str:
    """Say whether a rule's limit is kept by the counted gap whichever groups the unknown people belong to."""
    names, rule = components(metric_of(finding)), finding.rule
    row = next((row for row in rows if row.metric == names[0] and row.compare == rule.compare), None)
    if len(names) > 1 or row is None:
        return ""
    bound = rule.max if rule.max is not None else rule.min
    assert bound is not None
    ends = [end <= bound if rule.max is not None else end >= bound for end in (row.low, row.high)]
    shown = f"{bound * 100:.10g} points" if is_share(row.metric) and row.compare == "difference" else limit(bound)
    where = f"{title(row.metric)}: the limit of {shown}"
    if all(ends):
        return f"{where} is kept by what was counted, whichever groups they belong to."
    if not any(ends):
        return f"{where} is not kept by what was counted, whichever groups they belong to."
    return f"{where} may be kept or not: it hangs on which groups they belong to."


def _figure(row: GapBounds, value: float) -> str:
    return decimal(value * 100, 1) if is_share(row.metric) else write(row.metric, value)


def _base_rates(index: RecordIndex) -> Iterator[BaseRates]:
    for features in index.axes():
        rows = index.estimates.get(("base_rate", features), [])
        if (
            0 < len(rows) <= MOST_COMPARED and len(features) == 1
        ):  # very many stand in all measures, with their base rate
            yield BaseRates(
                features_label(features),
                extremes(index, "base_rate", rows),
                tuple(
                    (
                        group_label(row.group),
                        whole(row.rows),
                        write("base_rate", row.value) if row.value is not None else "–",
                        write_interval("base_rate", row),
                    )
                    for row in rows
                ),
            )
