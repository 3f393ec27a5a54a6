"""The section of impact ratios: each table that a profile asks for, in its own words, with what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.profile_record import ImpactCategory
from ethicscheck.model.record import ImpactTable
from ethicscheck.model.wording import NO_BREAK, decimal, features_label, group_label, percent, visible, whole

from .index import RecordIndex
from .wording import reason_text


@dataclass(frozen=True)
class ImpactRow:
    """One category; `width`, `low` and `high` are the bar of its ratio and its interval, in per cent."""

    label: str
    applicants: str
    share: str
    under: bool
    selected: str
    rate: str
    ratio: str
    interval: str
    width: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ImpactView:
    """One table."""

    anchor: str
    title: str
    selected: str
    rate: str
    takeaway: str
    rows: tuple[ImpactRow, ...]
    total: tuple[str, str]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ImpactSection:
    """All tables, and what the profiles that ask for them say of themselves."""

    profiles: tuple[tuple[str, str, str, str], ...]
    tables: tuple[ImpactView, ...]


def impact_ratio_section(index: RecordIndex) -> ImpactSection | None:
    """Return the section, or None where no profile asks for it."""
    tables = index.record.impact_ratios
    if not tables:
        return None
    asking = {table.profile for table in tables}
    profiles = tuple(
        (visible(part.title), visible(part.citation), visible(part.status), part.dated)
        for part in index.record.plan.profiles
        if part.id in asking
    )
    return ImpactSection(profiles, tuple(impact_table(table, place, index) for place, table in enumerate(tables)))


def impact_table(table: ImpactTable, place: int, index: RecordIndex) -> ImpactView:
    """Return one table in words."""
    scoring = table.kind == "scoring"
    return ImpactView(
        anchor=f"impact-{place}",
        title=f"{'Scoring rates' if scoring else 'Selection rates'} by {features_label(table.features)}",
        selected="Scored above the median" if scoring else "Selected",
        rate="Scoring rate" if scoring else "Selection rate",
        takeaway=_takeaway(table),
        rows=tuple(_row(row, table, index) for row in table.categories),
        total=(whole(table.applicants), whole(table.selected)),
        notes=tuple(_notes(table)),
    )


def _row(row: ImpactCategory, table: ImpactTable, index: RecordIndex) -> ImpactRow:
    ratio, interval = row.impact_ratio, row.impact_ratio_interval
    if ratio is None:
        shown = "left out" if row.undefined == "under_two_percent" else reason_text(row.undefined, index.record)
    else:
        shown = decimal(ratio, 3) + (" (highest)" if row.group == table.highest else "")
    return ImpactRow(
        label=group_label(row.group),
        applicants=whole(row.applicants),
        share=percent(row.share),
        under=row.under_two_percent,
        selected=whole(row.selected),
        rate=percent(row.rate),
        ratio=shown,
        interval=f"{decimal(interval.low)} to {decimal(interval.high or 1.0)}" if interval is not None else "",
        width=round(ratio * 100, 2) if ratio is not None else None,
        low=round(interval.low * 100, 2) if interval is not None else None,
        high=round((interval.high or 1.0) * 100, 2) if interval is not None else None,
    )


def _takeaway(table: ImpactTable) -> str:
    known = [row for row in table.categories if row.impact_ratio is not None]
    if not known:
        return (
            "Nobody was selected, so there is nothing to divide by."
            if table.categories
            else "Nobody’s category is known."
        )
    lowest = min(known, key=lambda row: (row.impact_ratio or 0.0, group_label(row.group)))
    if len(known) == 1:
        return f"Only {group_label(lowest.group)} has a ratio; there is no other category to compare it with."
    interval = lowest.impact_ratio_interval
    assert lowest.impact_ratio is not None
    assert interval is not None
    return (
        f"The lowest impact ratio is {decimal(lowest.impact_ratio)}, of {group_label(lowest.group)}; allowing for chance it may be anywhere "
        f"from {decimal(interval.low)} to {decimal(interval.high or 1.0)}."
    )


def _notes(table: ImpactTable) -> list[str]:
    names = " or ".join(visible(name) for name in table.features)
    notes = []
    if table.median is not None:
        at = f"{whole(table.at_median or 0)} have exactly that score and are not above it"
        notes.append(
            f"The median score of everyone assessed, those of unknown category included, is {table.median:.6g}; {at}."
        )
    if table.score_error is not None:
        notes.append(
            f"There are so many different scores that they were put on a grid; each may be off by {table.score_error:.2g}, so people whose "
            "score lies that near the median may be counted on the wrong side."
        )
    if table.left_out_because is not None:
        few = [group_label(row.group) for row in table.categories if row.undefined == "under_two_percent"]
        notes.append(
            f"Left out of the ratios, and of the search for the highest rate: {', '.join(few)}. "
            f"Reason: {visible(table.left_out_because)}"
        )
    if table.unknown:
        notes.append(
            f"{whole(table.unknown)}{NO_BREAK}people assessed are not in this table: their {names} is not known."
        )
    return notes
