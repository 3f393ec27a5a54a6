"""The geometry of charts: positions in per cent of the width, so that text never shrinks on a phone.

Drawn by the macros in `templates/charts.svg.j2`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.record import Estimate, Finding, Interval
from ethicscheck.model.wording import decimal, group_label, percent, quantity, whole

from .index import RecordIndex, is_quantity, is_share, title
from .wording import reason_text

ROW = 42
TOP = 6
AXIS = 30
MOST_AT_AN_END = 12
_NO_LOW_END = -1e300  # a record writes −∞ as the least float


@dataclass(frozen=True)
class Tick:
    """A gridline with its number."""

    x: float
    text: str
    anchor: str


@dataclass(frozen=True)
class DotRow:
    """One group: dot and interval, or the reason there is none. Positions in per cent, `y` in pixels."""

    y: int
    label: str
    note: str
    value: str
    interval: str
    rows: str
    x: float | None
    low: float | None
    high: float | None
    small: bool
    reason: str


@dataclass(frozen=True)
class DotPlot:
    """A dot plot with intervals, the overall as a line and the rule's margin as a band."""

    id: str
    title: str
    takeaway: str
    band_text: str
    rows: tuple[DotRow, ...]
    ticks: tuple[Tick, ...]
    height: int
    overall_x: float | None
    overall_text: str
    band: tuple[float, float] | None


@dataclass(frozen=True)
class Strip:
    """A small chart: one dot a group on one line, the extremes named."""

    id: str
    description: str
    dots: tuple[float, ...]
    low: tuple[float, str]
    high: tuple[float, str]
    start: str
    end: str


def write(metric: str, value: float, digits: int = 1) -> str:
    """Write a group's value."""
    if is_share(metric):
        return percent(value, digits)
    return quantity(value) if is_quantity(metric) else decimal(value)


def write_bare(metric: str, value: float) -> str:
    """Write a difference of values; shares in points, without the word."""
    return decimal(value * 100, 1) if is_share(metric) else write(metric, value)


def write_interval(metric: str, estimate: Estimate) -> str:
    """Write an estimate's interval, "42.6–47.2 %"."""
    return write_interval_of(metric, estimate.interval)


def write_interval_of(metric: str, interval: Interval | None) -> str:
    """Write an interval of a group's value."""
    if interval is None:
        return ""
    low, high = interval.low, interval.high
    if low <= _NO_LOW_END:
        return "any value" if high is None else f"{write(metric, high)} or less"
    if high is None:
        return f"{write(metric, low)} or more"
    if is_share(metric):
        return f"{low * 100:.1f}–{percent(high)}"
    return f"{write(metric, low)} to {write(metric, high)}"


def dot_plot(
    index: RecordIndex, metric: str, features: tuple[str, ...], plot_id: str, finding: Finding | None = None
) -> DotPlot | None:
    """Return the dot plot of one metric over the groups of one feature, highest value first."""
    rows = index.estimates.get((metric, features), [])
    if not rows:
        return None
    overall = index.overall(metric)
    band = _band(rows, index, finding)
    low, high = _domain(rows, overall, band)
    ticks, low, high = _ticks(low, high, is_share(metric))
    small = _small(index)
    ordered = sorted(rows, key=lambda row: (row.value is None, -(row.value or 0.0), group_label(row.group)))
    shown, folded = _extremes(ordered)
    drawn = tuple(_row(index, metric, row, place, low, high, row.rows < small) for place, row in enumerate(shown))
    overall_x = _at(overall.value, low, high) if overall is not None and overall.value is not None else None
    return DotPlot(
        id=plot_id,
        title=f"{title(metric)} by group, with {percent(index.record.plan.confidence, 0)} intervals",
        takeaway=extremes(index, metric, ordered),
        band_text=" ".join(part for part in (_band_text(metric, finding), folded) if part),
        rows=drawn,
        ticks=ticks,
        height=TOP + ROW * len(drawn) + AXIS,
        overall_x=overall_x,
        overall_text=f"everyone {write(metric, overall.value)}" if overall and overall.value is not None else "",
        band=(max(_at(band[0], low, high), 0.0), min(_at(band[1], low, high), 100.0)) if band else None,
    )


def _extremes(ordered: Sequence[Estimate]) -> tuple[Sequence[Estimate], str]:
    """Return the rows to draw: all of a few groups, the highest and lowest of many, and the words that say so."""
    if len(ordered) <= 2 * MOST_AT_AN_END:
        return ordered, ""
    defined = [row for row in ordered if row.value is not None]
    count = f"Drawn are the {MOST_AT_AN_END} highest and the {MOST_AT_AN_END} lowest of {len(ordered)} groups."
    return [*defined[:MOST_AT_AN_END], *defined[MOST_AT_AN_END:][-MOST_AT_AN_END:]], count


def _row(
    index: RecordIndex,
    metric: str,
    row: Estimate,
    place: int,
    low: float,
    high: float,
    small: bool,
) -> DotRow:
    y = TOP + ROW * place
    ends = row.interval
    marks = []
    if small:
        marks.append(f"few people ({whole(row.rows)})")
    return DotRow(
        y=y,
        label=group_label(row.group),
        note=", ".join(marks),
        value=write(metric, row.value) if row.value is not None else "–",
        interval=write_interval(metric, row),
        rows=whole(row.rows),
        x=_at(row.value, low, high) if row.value is not None else None,
        low=max(_at(ends.low, low, high), 0.0) if ends else None,
        high=min(_at(ends.high, low, high), 100.0) if ends and ends.high is not None else (100.0 if ends else None),
        small=small,
        reason=reason_text(row.undefined, index.record) if row.undefined else "",
    )


def _small(index: RecordIndex) -> int:
    return index.record.plan.min_group


def _at(value: float | None, low: float, high: float) -> float:
    assert value is not None
    # A margin of 1.5 % keeps dots at the ends of the axis whole.
    return round(1.5 + 97.0 * (value - low) / (high - low), 1)


def _band(rows: Sequence[Estimate], index: RecordIndex, finding: Finding | None) -> tuple[float, float] | None:
    """Return the margin the rule allows, in the metric's own values."""
    if finding is None:
        return None
    rule = finding.rule
    values = [row.value for row in rows if row.value is not None and row.rows >= _small(index)]
    if not values:
        return None
    if rule.compare == "each":
        return (-math.inf, rule.max) if rule.max is not None else (rule.min or 0.0, math.inf)
    if rule.compare == "difference" and rule.max is not None:
        return min(values), min(values) + rule.max
    if rule.compare == "ratio" and rule.min is not None:
        return rule.min * max(values), max(values)
    return None


def _band_text(metric: str, finding: Finding | None) -> str:
    if finding is None:
        return ""
    rule = finding.rule
    if rule.compare == "each":
        return "Shaded: what the rule allows."
    if rule.compare == "difference" and rule.max is not None:
        width = f"{rule.max * 100:.10g} points" if is_share(metric) else f"{rule.max:.10g}"
        return f"Shaded: up to {width} above the lowest group, what the rule allows."
    if rule.compare == "ratio" and rule.min is not None:
        return f"Shaded: from {rule.min:.10g} times the highest group upward, what the rule allows."
    return ""


def _domain(
    rows: Sequence[Estimate], overall: Estimate | None, band: tuple[float, float] | None
) -> tuple[float, float]:
    ends = [row.value for row in [*rows, *([overall] if overall else [])] if row.value is not None]
    ends += [row.interval.low for row in rows if row.interval and row.interval.low > _NO_LOW_END]
    ends += [row.interval.high for row in rows if row.interval and row.interval.high is not None]
    ends += [end for end in band or () if math.isfinite(end)]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)


def _ticks(low: float, high: float, share: bool) -> tuple[tuple[Tick, ...], float, float]:
    span = max(high - low, 1e-9)
    raw = span / 4
    size = 10 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    start, stop = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    if start == stop:
        stop = start + step
    count = round((stop - start) / step)
    digits = max(0, -math.floor(math.log10(step * (100 if share else 1)) + 1e-9))
    digits += 1 if step / size == 2.5 and digits > 0 else 0
    ticks = []
    for place in range(count + 1):
        value = start + place * step
        text = f"{value * 100:.{digits}f} %" if share else _tick_text(value, digits, step)
        anchor = "start" if place == 0 else "end" if place == count else "middle"
        ticks.append(Tick(_at(value, start, stop), text.replace(" ", "\u00a0"), anchor))
    return tuple(ticks), start, stop


def _tick_text(value: float, digits: int, step: float) -> str:
    if abs(value) < step / 1000:
        return "0"
    if step >= 10 or digits > 6:
        return f"{value:,.0f}".replace("-", "−") if 10 <= step < 1e12 else quantity(value)
    return decimal(value, max(digits, 1))


def extremes(index: RecordIndex, metric: str, rows: Sequence[Estimate]) -> str:
    """Return who has the highest and who the lowest value, of the groups with enough people."""
    ordered = sorted(rows, key=lambda row: (row.value is None, -(row.value or 0.0), group_label(row.group)))
    small = _small(index)
    fit = [row for row in ordered if row.value is not None and row.rows >= small]
    if not fit:
        return "No group has enough people and a value."
    top, bottom = fit[0], fit[-1]
    assert top.value is not None
    assert bottom.value is not None
    if len(fit) == 1:
        return f"Only {group_label(top.group)} has enough people: {write(metric, top.value)}."
    if top.value == bottom.value:
        return f"{write(metric, top.value)} in every group with enough people."
    highest = _names([row for row in fit if row.value == top.value])
    lowest = _names([row for row in fit if row.value == bottom.value])
    return f"Highest for {highest} ({write(metric, top.value)}), lowest for {lowest} ({write(metric, bottom.value)})."


def _names(rows: Sequence[Estimate], most: int = 3) -> str:
    names = [group_label(row.group) for row in rows]
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def strip(index: RecordIndex, metric: str, features: tuple[str, ...], strip_id: str) -> Strip | None:
    """Return the small chart of one metric over the groups that have enough rows."""
    rows = [
        row
        for row in index.estimates.get((metric, features), [])
        if row.value is not None and row.rows >= _small(index)
    ]
    if len(rows) < 2:
        return None
    ordered = sorted(rows, key=lambda row: (row.value or 0.0, group_label(row.group)))
    values = [row.value or 0.0 for row in ordered]
    low, high = (0.0, 1.0) if is_share(metric) else (min(0.0, values[0]), max(values[-1], 1e-9))
    ends = [
        (_at(row.value, low, high), f"{group_label(row.group)} {write(metric, row.value or 0.0)}")
        for row in (ordered[0], ordered[-1])
    ]
    return Strip(
        id=strip_id,
        description=f"{title(metric)}: lowest {ends[0][1]}, highest {ends[1][1]}",
        dots=tuple(_at(value, low, high) for value in values),
        low=ends[0],
        high=ends[1],
        start=write(metric, low, 0),
        end=write(metric, high, 0),
    )
