"""Full tables: every measure of a feature in one overview, then each measure with all its groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ethicscheck.metrics.definition import Metric
from ethicscheck.metrics.multiclass import of_class
from ethicscheck.model.record import Disparity, Estimate
from ethicscheck.model.wording import NO_BREAK, decimal, features_label, group_label, lower_first, whole

from .charts import write, write_bare, write_interval
from .grid import Grid, grids
from .hiding import hidden_note
from .index import (
    GroupKey,
    RecordIndex,
    components,
    definition,
    group_key,
    is_share,
    metric_findings,
    metric_of,
    title,
)
from .wording import reason_text

MOST_SIDE_BY_SIDE = 8  # groups that stand beside one another in one table; more of them get a table for each measure
MOST_COMPARED = 40  # groups that have a table for each measure, and are set against the reference; more share one table


@dataclass(frozen=True)
class OverviewRow:
    """One measure: everyone, the extremes, the gap."""

    anchor: str
    name: str
    title: str
    overall: str
    highest: str
    lowest: str
    gap: str
    gap_interval: str
    ratio: str
    spread: str
    p_value: str
    cells: tuple[Cell, ...] = ()
    against: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cell:
    """One group's value of one measure: `end` is "high" or "low" where it is an end of the gap."""

    value: str
    interval: str
    counted: str
    end: str


@dataclass(frozen=True)
class Column:
    """One group at the head of a table."""

    label: str
    rows: str
    small: bool


@dataclass(frozen=True)
class GroupRow:
    """One group's value, and how it compares with the reference."""

    label: str
    denominator: str
    value: str
    interval: str
    against_reference: str
    p_value: str
    mark: str


@dataclass(frozen=True)
class MeasureDetail:
    """One measure over all groups of a feature, the highest value first."""

    anchor: str
    title: str
    asks: str
    formula: str
    groups: tuple[GroupRow, ...]
    gap_sentence: str


@dataclass(frozen=True)
class ManyRow:
    """One of very many groups: its people, and its value of every measure."""

    column: Column
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class FeatureTables:
    """All tables of one feature or intersection.

    Few groups stand side by side (`columns`, and cells in each row of the overview); many get a table for each measure
    (`details`), so that no table is wider than a page; very many share one table (`many`), those treated worst by the
    measure that is judged first on top.
    """

    anchor: str
    title: str
    reference: str
    intersection: bool
    takeaway: str
    columns: tuple[Column, ...]
    overview: tuple[OverviewRow, ...]
    criteria: tuple[OverviewRow, ...]
    details: tuple[MeasureDetail, ...]
    many: tuple[ManyRow, ...]
    many_order: str
    compared: bool
    hidden: str
    grids: tuple[Grid, ...]


def feature_tables(index: RecordIndex) -> tuple[FeatureTables, ...]:
    """Return the tables of every feature, then of every intersection."""
    return tuple(_tables(index, features, place) for place, features in enumerate(index.axes()))


def many_groups(index: RecordIndex, features: tuple[str, ...]) -> bool:
    """Return whether a feature has so many groups that the page does not set each against the reference."""
    return len(_groups(index, features)) > MOST_COMPARED


def _groups(index: RecordIndex, features: tuple[str, ...]) -> dict[GroupKey, Estimate]:
    rows = (row for name in index.metrics() for row in index.estimates.get((name, features), []))
    found: dict[GroupKey, Estimate] = {}
    for row in rows:
        found.setdefault(group_key(row.group), row)
    return found


def _tables(index: RecordIndex, features: tuple[str, ...], place: int) -> FeatureTables:
    metrics = index.metrics()
    gap_names = dict.fromkeys(row.metric for row in index.record.disparities if row.to == "gap")
    groups = _groups(index, features)
    side_by_side = len(groups) <= MOST_SIDE_BY_SIDE
    long = len(groups) > MOST_COMPARED
    first = _first_judged(index, features)
    reference = next(
        (
            group_label(row.against)
            for row in index.record.disparities
            if row.features == features and row.to == "reference" and row.against
        ),
        "",
    )

    def measure(name: str, anchor: str) -> OverviewRow:
        return _overview(index, name, features, anchor, tuple(groups) if side_by_side else ())

    return FeatureTables(
        anchor=f"feature-{place}",
        title=features_label(features),
        reference=reference,
        intersection=len(features) > 1,
        takeaway=_takeaway(index, features),
        columns=tuple(_column(index, row) for row in groups.values()) if side_by_side else (),
        overview=tuple(measure(name, _anchor(place, name, metrics)) for name in metrics),
        criteria=tuple(measure(name, "") for name in gap_names if name not in metrics),
        details=()
        if side_by_side or long
        else tuple(_detail(index, name, features, _anchor(place, name, metrics)) for name in metrics),
        many=tuple(_many(index, features, first)) if long else (),
        many_order=title(first) if first is not None else "",
        compared=bool(reference) and not long,
        hidden=hidden_note(index, features),
        grids=grids(index, features, place),
    )


def _column(index: RecordIndex, row: Estimate) -> Column:
    return Column(group_label(row.group), whole(row.rows), row.rows < index.record.plan.min_group)


def _first_judged(index: RecordIndex, features: tuple[str, ...]) -> str | None:
    """Return the measure by which a long table is ordered: of the first rule on the feature, else the first made."""
    made = index.metrics()
    judged = (
        name
        for finding in metric_findings(index.record)
        if finding.rule.across == features
        for name in components(metric_of(finding))
    )
    return next((name for name in judged if name in made), next(iter(made), None))


def _many(index: RecordIndex, features: tuple[str, ...], first: str | None) -> Iterator[ManyRow]:
    values = {
        name: {group_key(row.group): row for row in index.estimates.get((name, features), [])}
        for name in index.metrics()
    }
    known = definition(first, index.record.plan.task) if first is not None else None
    sign = 1 if isinstance(known, Metric) and known.worse == "lower" else -1

    def place(pair: tuple[GroupKey, Estimate]) -> tuple[bool, float, str]:
        row = values[first].get(pair[0]) if first is not None else None
        known = row is not None and row.value is not None
        return not known, sign * (row.value or 0.0) if row is not None else 0.0, group_label(pair[1].group)

    for key, row in sorted(_groups(index, features).items(), key=place):
        yield ManyRow(
            _column(index, row), tuple(_cell(index, name, found.get(key), {}) for name, found in values.items())
        )


def _takeaway(index: RecordIndex, features: tuple[str, ...]) -> str:
    """Return the sentence to take away: the share with the widest gap that is surely there."""
    gaps = [
        (row.interval.low, name)
        for name in index.metrics()
        if is_share(name)
        and (row := index.gaps.get((name, features, "difference"))) is not None
        and row.value is not None
        and row.interval is not None
    ]
    if not gaps:
        return ""
    low, name = max(gaps, key=lambda gap: gap[0])
    if round(low * 100, 1) <= 0:
        return f"By {features_label(features)}, no gap is larger than chance may make it."
    row = index.gaps[(name, features, "difference")]
    return (
        f"By {features_label(features)}, the gap that is most surely there is in {lower_first(title(name))}: "
        f"{group_label(row.group)} against {group_label(row.against)}, {row.value * 100:.1f} points "  # type: ignore[operator]
        f"(at least {low * 100:.1f})."
    )


def _anchor(place: int, name: str, metrics: Sequence[str]) -> str:
    """Return the anchor of a measure's table; a class may be called anything, so its measures are numbered."""
    return f"m{place}-{name}" if of_class(name) is None else f"m{place}-class-{metrics.index(name)}"


def _overview(
    index: RecordIndex, name: str, features: tuple[str, ...], anchor: str, columns: tuple[GroupKey, ...]
) -> OverviewRow:
    overall = index.overall(name)
    difference = index.gaps.get((name, features, "difference"))
    ratio = index.gaps.get((name, features, "ratio"))
    values = {group_key(row.group): row for row in index.estimates.get((name, features), [])}

    def end(group: dict[str, str] | None) -> str:
        row = values.get(group_key(group))
        label = group_label(group) if group else "–"
        return f"{write(name, row.value)} {label}" if row is not None and row.value is not None else label

    ends: dict[GroupKey, str] = {}
    # The two ends of a criterion with several components may be ends of different measures.
    defined = difference is not None and difference.value is not None and len(components(name)) == 1
    if defined and difference is not None and difference.value:
        ends = {group_key(difference.group): "high", group_key(difference.against): "low"}
    return OverviewRow(
        anchor=anchor,
        name=name,
        title=title(name),
        overall=write(name, overall.value) if overall is not None and overall.value is not None else "–",
        highest=end(difference.group) if defined and difference is not None else "–",
        lowest=end(difference.against) if defined and difference is not None else "–",
        gap=_gap(name, difference, index),
        gap_interval=_gap_interval(name, difference),
        ratio=_ratio(ratio, index),
        spread=_spread(name, difference),
        p_value=write_p(difference.p_value) if difference is not None and difference.p_value is not None else "",
        cells=tuple(_cell(index, name, values.get(key), ends) for key in columns),
        against=tuple((group_label(dict(key)), _against(index, name, features, key)) for key in columns),
    )


def _cell(index: RecordIndex, name: str, row: Estimate | None, ends: dict[GroupKey, str]) -> Cell:
    if row is None:
        return Cell("–", "", "", "")
    if row.value is None:
        return Cell(reason_text(row.undefined, index.record), "", "", "")
    interval = write_interval(name, row).removesuffix(f"{NO_BREAK}%")
    return Cell(write(name, row.value), interval, _counted(row), ends.get(group_key(row.group), ""))


def _counted(row: Estimate) -> str:
    return whole(row.denominator) if isinstance(row.denominator, int) else decimal(row.denominator, 1)


def _against(index: RecordIndex, name: str, features: tuple[str, ...], key: GroupKey) -> str:
    row = index.pairs.get((name, features, "difference", "reference", key))
    return _signed(name, row) if row is not None else "–"


def _spread(name: str, row: Disparity | None) -> str:
    if row is None or row.dispersion is None:
        return ""
    return f"{row.dispersion.value * 100:.1f}" if is_share(name) else write(name, row.dispersion.value)


def _gap(name: str, row: Disparity | None, index: RecordIndex) -> str:
    if row is None or row.value is None:
        return reason_text(row.undefined, index.record) if row is not None else "–"
    return f"{row.value * 100:.1f}" if is_share(name) else write(name, row.value)


def _gap_interval(name: str, row: Disparity | None) -> str:
    if row is None or row.interval is None:
        return ""
    low, high = row.interval.low, row.interval.high
    if high is None:
        return f"{write(name, low)} or more"
    return f"{low * 100:.1f}–{high * 100:.1f}" if is_share(name) else f"{write(name, low)}–{write(name, high)}"


def _ratio(row: Disparity | None, index: RecordIndex) -> str:
    if row is None:
        return "–"
    if row.value is None:
        return reason_text(row.undefined, index.record)
    return decimal(row.value)


def _detail(index: RecordIndex, name: str, features: tuple[str, ...], anchor: str) -> MeasureDetail:
    known = definition(name, index.record.plan.task)
    rows = index.estimates.get((name, features), [])
    ordered = sorted(rows, key=lambda row: (row.value is None, -(row.value or 0.0), group_label(row.group)))
    return MeasureDetail(
        anchor=anchor,
        title=title(name),
        asks=known.asks if known is not None else "",
        formula=known.formula if known is not None else "",
        groups=tuple(_group(index, name, features, row) for row in ordered),
        gap_sentence=_gap_sentence(index, name, features),
    )


def _gap_sentence(index: RecordIndex, name: str, features: tuple[str, ...]) -> str:
    row = index.gaps.get((name, features, "difference"))
    if row is None or row.value is None:
        return f"No gap: {reason_text(row.undefined, index.record)}." if row is not None else ""
    parts = []
    if row.p_value is not None:
        parts.append(
            f"If all groups were equal, a spread this large would come up by chance with p {write_p(row.p_value)} ({TESTS.get(row.test or '', row.test)})."
        )
    if row.dispersion is not None:
        spread = f"{row.dispersion.value * 100:.1f} points" if is_share(name) else write(name, row.dispersion.value)
        parts.append(f"Spread between groups beyond sampling noise: {spread}.")
    return " ".join(parts)


TESTS = {
    "fisher_exact": "Fisher’s exact test",
    "freeman_halton": "the exact Freeman–Halton test",
    "freeman_halton_monte_carlo": "the Freeman–Halton test, simulated",
    "chi_squared": "χ² test",
}


def write_p(p: float) -> str:
    """Write a p-value.

    >>> write_p(0.2381), write_p(1e-9)
    ('= 0.24', '< 0.001')
    """
    return "< 0.001" if p < 0.001 else f"= {p:.2f}" if p >= 0.1 else f"= {p:.3f}"


def _group(index: RecordIndex, name: str, features: tuple[str, ...], row: Estimate) -> GroupRow:
    reference = index.pairs.get((name, features, "difference", "reference", group_key(row.group)))
    return GroupRow(
        label=group_label(row.group),
        denominator=_counted(row),
        value=write(name, row.value) if row.value is not None else reason_text(row.undefined, index.record),
        interval=write_interval(name, row),
        against_reference="reference" if reference is None else _signed(name, reference),
        p_value=write_p(reference.p_value) if reference is not None and reference.p_value is not None else "",
        mark="few people" if row.rows < index.record.plan.min_group else "",
    )


def _signed(name: str, row: Disparity) -> str:
    if row.value is None:
        return "–"
    sign = "+" if row.value > 0 else ""
    text = f"{sign}{write_bare(name, row.value)}"
    if row.interval is not None and row.interval.high is not None:
        text += f" ({write_bare(name, row.interval.low)} to {write_bare(name, row.interval.high)})"
    return text
