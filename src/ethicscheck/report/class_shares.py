"""The section "Which class gets which group": the share of each group that is put in each class."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.metrics.multiclass import of_class
from ethicscheck.model.record import Estimate
from ethicscheck.model.wording import features_label, group_label, percent, visible

from .index import RecordIndex, group_key

MOST_GROUPS = 12


@dataclass(frozen=True)
class ClassCell:
    """The share of one group in one class: text, bar and likely range, in per cent of the group."""

    text: str
    width: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassTable:
    """One feature: a row for each class, a column for each group."""

    anchor: str
    title: str
    groups: tuple[str, ...]
    rows: tuple[tuple[str, tuple[ClassCell | None, ...], str], ...]
    takeaway: str
    more: int


def class_shares_section(index: RecordIndex) -> tuple[ClassTable, ...] | None:
    """Return a table for every single feature; None where no class has a selection rate."""
    names = [name for name in index.metrics() if name.endswith(":selection_rate") and of_class(name) is not None]
    single = [features for features in index.axes() if len(features) == 1]
    if not names or index.record.plan.task != "multiclass":
        return None
    return tuple(_table(index, names, features, place) for place, features in enumerate(single))


def _table(index: RecordIndex, names: list[str], features: tuple[str, ...], place: int) -> ClassTable:
    rows = index.estimates.get((names[0], features), [])
    ordered = sorted(rows, key=lambda row: (-row.rows, group_label(row.group)))
    shown = ordered[:MOST_GROUPS]
    lines = []
    for name in names:
        found = {group_key(row.group): row for row in index.estimates.get((name, features), [])}
        cells = tuple(_cell(found.get(group_key(row.group))) for row in shown)
        gap = index.gaps.get((name, features, "difference"))
        apart = "–" if gap is None or gap.value is None else f"{gap.value * 100:.1f}"
        lines.append((visible(of_class(name) or name), cells, apart))
    return ClassTable(
        anchor=f"class-shares-{place}",
        title=f"By {features_label(features)}",
        groups=tuple(group_label(row.group) for row in shown),
        rows=tuple(lines),
        takeaway=_takeaway(index, names, features),
        more=len(ordered) - len(shown),
    )


def _cell(row: Estimate | None) -> ClassCell | None:
    if row is None or row.value is None or row.interval is None:
        return None
    high = row.interval.high if row.interval.high is not None else 1.0
    ends = (row.value, row.interval.low, high)
    width, low, end = (round(part * 100, 2) for part in ends)
    return ClassCell(percent(row.value), width, low, end)


def _takeaway(index: RecordIndex, names: list[str], features: tuple[str, ...]) -> str:
    """Name the class whose shares are furthest apart, and say whether that may be chance."""
    gaps = [gap for name in names if (gap := index.gaps.get((name, features, "difference"))) is not None]
    defined = [gap for gap in gaps if gap.value is not None and gap.interval is not None]
    if not defined:
        return "Fewer than two groups are large enough to be compared."
    widest = max(defined, key=lambda gap: gap.value or 0.0)
    values = {group_key(row.group): row.value for row in index.estimates[(widest.metric, features)]}
    first, second = (
        f"{percent(values[group_key(group)] or 0.0)} of {group_label(group)}"
        for group in (widest.group, widest.against)
    )
    sure = widest.interval is not None and widest.interval.low > 0
    label = visible(of_class(widest.metric) or "")
    return f"Furthest apart for “{label}”: {first} are put there, {second}." + ("" if sure else " That may be chance.")
