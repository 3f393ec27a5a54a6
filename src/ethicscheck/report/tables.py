"""Full tables: every measure of a feature in one overview, then each measure with all its groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.metrics.multiclass import of_class
from ethicscheck.model.record import Disparity, Estimate
from ethicscheck.model.wording import decimal, features_label, group_label, percent, whole

from .charts import DotPlot, dot_plot, write, write_bare, write_interval
from .grid import Grid, grids
from .hiding import hidden_note, hidden_sizes
from .index import (
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


@dataclass(frozen=True)
class OverviewRow:
    """One measure: everyone, the extremes, the gap."""

    anchor: str
    title: str
    overall: str
    highest: str
    lowest: str
    gap: str
    gap_interval: str
    ratio: str


@dataclass(frozen=True)
class GroupRow:
    """One group's value, and how it compares with the reference and with everyone."""

    label: str
    rows: str
    denominator: str
    value: str
    interval: str
    against_reference: str
    against_overall: str
    p_value: str
    mark: str


@dataclass(frozen=True)
class MeasureDetail:
    """One measure over all groups of a feature."""

    anchor: str
    title: str
    asks: str
    formula: str
    groups: tuple[GroupRow, ...]
    plot: DotPlot | None
    gap_sentence: str


@dataclass(frozen=True)
class FeatureTables:
    """All tables of one feature or intersection."""

    anchor: str
    title: str
    reference: str
    intersection: bool
    overview: tuple[OverviewRow, ...]
    criteria: tuple[OverviewRow, ...]
    details: tuple[MeasureDetail, ...]
    hidden: str
    grids: tuple[Grid, ...]


def feature_tables(index: RecordIndex) -> tuple[FeatureTables, ...]:
    """Return the tables of every feature, then of every intersection."""
    return tuple(_tables(index, features, place) for place, features in enumerate(index.axes()))


def _tables(index: RecordIndex, features: tuple[str, ...], place: int) -> FeatureTables:
    metrics = index.metrics()
    gap_names = dict.fromkeys(row.metric for row in index.record.disparities if row.to == "gap")
    criteria = [name for name in gap_names if name not in metrics]
    reference = next(
        (
            group_label(row.against)
            for row in index.record.disparities
            if row.features == features and row.to == "reference" and row.against
        ),
        "",
    )
    return FeatureTables(
        anchor=f"feature-{place}",
        title=features_label(features),
        reference=reference,
        intersection=len(features) > 1,
        overview=tuple(_overview(index, name, features, _anchor(place, name, metrics)) for name in metrics),
        criteria=tuple(_overview(index, name, features, "") for name in criteria),
        details=tuple(
            _detail(
                index,
                name,
                features,
                _anchor(place, name, metrics),
                f"p{place}-{at}" if name in _drawn(index, features) else None,
            )
            for at, name in enumerate(metrics)
        ),
        hidden=hidden_note(index, features),
        grids=grids(index, features, place),
    )


# Of a measure and its mirror image (1 less the other) one is drawn.
MIRRORED = {
    "true_negative_rate": "false_positive_rate",
    "true_positive_rate": "false_negative_rate",
    "false_discovery_rate": "precision",
    "false_omission_rate": "negative_predictive_value",
}
MOST_DRAWN = 6


def _drawn(index: RecordIndex, features: tuple[str, ...]) -> list[str]:
    """Return the measures that have a chart beside their table: the first few that no finding draws already."""
    metrics = index.metrics()
    judged = {
        part
        for finding in metric_findings(index.record)
        if finding.rule.across == features
        for part in components(metric_of(finding))
    }
    left = [name for name in metrics if name not in judged and MIRRORED.get(name) not in metrics]
    return left[:MOST_DRAWN]


def _anchor(place: int, name: str, metrics: Sequence[str]) -> str:
    """Return the anchor of a measure's table; a class may be called anything, so its measures are numbered."""
    return f"m{place}-{name}" if of_class(name) is None else f"m{place}-class-{metrics.index(name)}"


def _overview(index: RecordIndex, name: str, features: tuple[str, ...], anchor: str) -> OverviewRow:
    overall = index.overall(name)
    difference = index.gaps.get((name, features, "difference"))
    ratio = index.gaps.get((name, features, "ratio"))
    values = {group_key(row.group): row for row in index.estimates.get((name, features), [])}

    def end(group: dict[str, str] | None) -> str:
        row = values.get(group_key(group))
        label = group_label(group) if group else "–"
        return f"{write(name, row.value)} {label}" if row is not None and row.value is not None else label

    # The two ends of a criterion with several components may be ends of different measures.
    defined = difference is not None and difference.value is not None and len(components(name)) == 1
    return OverviewRow(
        anchor=anchor,
        title=title(name),
        overall=write(name, overall.value) if overall is not None and overall.value is not None else "–",
        highest=end(difference.group) if defined and difference is not None else "–",
        lowest=end(difference.against) if defined and difference is not None else "–",
        gap=_gap(name, difference, index),
        gap_interval=_gap_interval(name, difference),
        ratio=_ratio(ratio, index),
    )


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


def _detail(
    index: RecordIndex, name: str, features: tuple[str, ...], anchor: str, plot_id: str | None
) -> MeasureDetail:
    known = definition(name, index.record.plan.task)
    small = index.record.plan.min_group
    rows = index.estimates.get((name, features), [])
    ordered = sorted(rows, key=lambda row: (row.value is None, -(row.value or 0.0), group_label(row.group)))
    return MeasureDetail(
        anchor=anchor,
        title=title(name),
        asks=known.asks if known is not None else "",
        formula=known.formula if known is not None else "",
        groups=tuple(_group(index, name, features, row, row.rows < small) for row in ordered),
        plot=dot_plot(index, name, features, plot_id) if plot_id is not None else None,
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


def _group(index: RecordIndex, name: str, features: tuple[str, ...], row: Estimate, small: bool) -> GroupRow:
    reference = index.pairs.get((name, features, "difference", "reference", group_key(row.group)))
    overall = index.pairs.get((name, features, "difference", "overall", group_key(row.group)))
    return GroupRow(
        label=group_label(row.group),
        rows=whole(row.rows),
        denominator=whole(row.denominator) if isinstance(row.denominator, int) else decimal(row.denominator, 1),
        value=write(name, row.value) if row.value is not None else reason_text(row.undefined, index.record),
        interval=write_interval(name, row),
        against_reference="reference" if reference is None else _signed(name, reference),
        against_overall=_signed(name, overall) if overall is not None else "–",
        p_value=write_p(reference.p_value) if reference is not None and reference.p_value is not None else "",
        mark="few people" if small else "",
    )


def _signed(name: str, row: Disparity) -> str:
    if row.value is None:
        return "–"
    sign = "+" if row.value > 0 else ""
    text = f"{sign}{write_bare(name, row.value)}"
    if row.interval is not None and row.interval.high is not None:
        text += f" ({write_bare(name, row.interval.low)} to {write_bare(name, row.interval.high)})"
    return text


def share_rows(index: RecordIndex) -> Sequence[tuple[str, Sequence[tuple[str, str, str, float, bool]], str]]:
    """Return, for each feature, its groups as (label, rows, share, bar width, small), and the unknown rows."""
    return [
        (
            features_label((feature.name,)),
            [
                (
                    group_label({"": group.label}),
                    whole(group.rows),
                    percent(group.share),
                    round(group.share * 100, 2),
                    group.small,
                )
                for group in feature.groups
            ]
            + [(label, "hidden", "hidden", 0.0, False) for label in hidden_sizes(index, feature.name)],
            whole(feature.unknown) if feature.unknown else "",
        )
        for feature in index.record.data.features
    ]
