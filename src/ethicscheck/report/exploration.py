"""The section on where it is worst: what was searched, what stood out, and what rows not used to find it say."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.exploration_record import Contrast, Exploration, FoundSubgroup, PooledTable
from ethicscheck.model.part import Interval
from ethicscheck.model.wording import decimal, features_label, lower_first, percent, visible, whole

from .index import RecordIndex, title
from .tables import write_p

MOST_POOLED = 12


@dataclass(frozen=True)
class FoundRow:
    """One subgroup that stood out."""

    mark: str
    word: str
    group: str
    measure: str
    first: str
    second: str
    difference: str
    interval: str
    p_value: str


@dataclass(frozen=True)
class PooledRow:
    """One group, its own value and its pooled one; positions in per cent of the chart's width."""

    group: str
    people: str
    own: str
    pooled: str
    interval: str
    x: float
    low: float
    high: float
    own_x: float | None


@dataclass(frozen=True)
class PooledView:
    """All groups of one intersection, borrowing strength."""

    title: str
    takeaway: str
    rows: tuple[PooledRow, ...]
    more: int
    mean_x: float
    start: str
    end: str


@dataclass(frozen=True)
class ExplorationSection:
    """The section."""

    takeaway: str
    plan: str
    rows: tuple[FoundRow, ...]
    reading: str
    pooled: tuple[PooledView, ...]


def exploration_section(index: RecordIndex) -> ExplorationSection | None:
    """Return the section; None where nothing was searched."""
    found = index.record.exploration
    if found is None:
        return None
    return ExplorationSection(
        takeaway=_takeaway(found),
        plan=_plan(found),
        rows=tuple(_row(part) for part in sorted(found.found, key=lambda part: not part.confirmed)),
        reading=(
            "A subgroup is listed once: neither its parts nor its wholes are, unless they differ from it. The interval of each "
            f"difference holds at {percent(index.record.plan.confidence, 0)} over all subgroups in the list at once. That a "
            "group fares worse says nothing of why."
        ),
        pooled=tuple(_pooled(table) for table in found.pooled),
    )


def _takeaway(found: Exploration) -> str:
    if not found.found:
        return "No subgroup stands out beyond what so many comparisons bring about by chance."
    confirmed = [part for part in found.found if part.confirmed]
    followed = len(found.found)
    some = "One subgroup was followed up" if followed == 1 else f"{followed} subgroups were followed up"
    if not confirmed:
        return f"{some}, and none is confirmed by the other half of the rows."
    first = confirmed[0]
    said = f"{lower_first(title(first.metric))} {_value(first.confirmation.value)} against {_value(first.confirmation.other)} for everyone else"
    return (
        f"{some}; {'one is' if len(confirmed) == 1 else f'{len(confirmed)} are'} confirmed by the other half of the rows. "
        f"First: {_label(first)} ({said})."
    )


def _plan(found: Exploration) -> str:
    metrics = " and ".join(lower_first(title(name)) for name in found.metrics)
    columns = ", ".join(visible(name) for name in found.columns)
    most = "one condition" if found.depth == 1 else f"up to {found.depth} conditions"
    return (
        f"Set down before the search: {metrics}, over every combination of {most} on {columns}. {whole(found.subgroups)} "
        f"subgroups occur; {whole(found.comparisons)} comparisons with at least {whole(found.min_denominator)} people on each "
        "side were looked at in one random half of the rows. What stood out there was tested in the other half, and its p-values "
        "are adjusted for how many were followed up."
    )


def _row(part: FoundSubgroup) -> FoundRow:
    return FoundRow(
        mark="●" if part.confirmed else "○",
        word="confirmed" if part.confirmed else "not confirmed",
        group=_label(part),
        measure=title(part.metric),
        first=_half(part.discovery),
        second=_half(part.confirmation),
        difference=_signed(part.confirmation.difference),
        interval=_range(part.interval, 100),
        p_value=write_p(part.p_adjusted),
    )


def _label(part: FoundSubgroup) -> str:
    return " and ".join(f"{visible(name)} {visible(label)}" for name, label in part.group.items())


def _half(half: Contrast) -> str:
    return f"{_value(half.value)} of {whole(half.denominator)}, others {_value(half.other)}"


def _value(value: float | None) -> str:
    return percent(value) if value is not None else "nobody"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{'+' if value > 0 else ''}{decimal(value * 100, 1)}"


def _range(interval: Interval | None, scale: int) -> str:
    if interval is None or interval.high is None:
        return ""
    return f"{decimal(interval.low * scale, 1)} to {decimal(interval.high * scale, 1)}"


def _pooled(table: PooledTable) -> PooledView:
    shown = table.groups[:MOST_POOLED]
    ends = [group.interval.low for group in shown] + [group.interval.high or 1.0 for group in shown] + [table.mean]
    low, high = min(ends), max(ends)
    width = max(high - low, 1e-9)

    def at(value: float) -> float:
        return round(min(max((value - low) / width, 0.0), 1.0) * 97 + 1.5, 2)

    rows = tuple(
        PooledRow(
            group=" · ".join(visible(label) for label in group.group.values()),
            people=whole(group.denominator),
            own=_value(group.value),
            pooled=percent(group.pooled),
            interval=_range(group.interval, 100),
            x=at(group.pooled),
            low=at(group.interval.low),
            high=at(group.interval.high or 1.0),
            own_x=at(group.value) if group.value is not None and low <= group.value <= high else None,
        )
        for group in sorted(shown, key=lambda group: -group.pooled)
    )
    spread = (
        f"Groups differ by about {decimal(table.spread * 100, 1)} points around {percent(table.mean)} beyond chance."
    )
    return PooledView(
        title=f"{title(table.metric)} by {features_label(table.features)}",
        takeaway=spread,
        rows=rows,
        more=len(table.groups) - len(shown) + table.more,
        mean_x=at(table.mean),
        start=percent(low),
        end=percent(high),
    )
