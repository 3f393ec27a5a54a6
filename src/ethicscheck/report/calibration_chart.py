"""The geometry of one group's calibration chart: what happened at each score, above the spread of the scores.

Curves and bars are drawn in boxes that stretch; text and dots stand outside, so that they keep their shape. Drawn by
`templates/calibration.svg.j2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.calibration_record import Calibration, CurveBin, GroupScores
from ethicscheck.model.wording import limit

# Heights in pixels: the box of rates, the gap, the box of shares, the axis.
TOP = 16
BOX = 150
GAP = 8
BARS = 34
AXIS = 36
# Scores lie between these, in per cent of the width: dots at the ends stay whole.
LEFT, RIGHT = 9.0, 97.0


@dataclass(frozen=True)
class Point:
    """One bin's dot; x in per cent, y in pixels."""

    x: float
    y: float


@dataclass(frozen=True)
class CalibrationChart:
    """One group's chart."""

    id: str
    title: str
    description: str
    label: str
    note: str
    points: tuple[Point, ...]
    path: str
    everyone: str
    ideal: str
    whiskers: str
    bars: str
    y_ticks: tuple[tuple[float, str], ...]
    x_ticks: tuple[tuple[float, str, str], ...]
    x_title: str
    top: int
    box: int
    bars_top: int
    bars_height: int
    height: int


def calibration_chart(
    chart_id: str,
    part: Calibration,
    group: GroupScores,
    label: str,
    title: str,
    description: str,
    note: str,
) -> CalibrationChart:
    """Lay out a group's chart; all charts of a record have the same scales."""
    low, high = span(part)
    tallest = max(*group.distribution, *part.everyone.distribution)
    return CalibrationChart(
        id=chart_id,
        title=title,
        description=description,
        label=label,
        note=note,
        points=tuple(Point(_x(point.mean_score, low, high), _y(point.rate)) for point in group.curve),
        whiskers=_whiskers(group.curve, low, high),
        path=_path(group.curve, low, high),
        everyone=_path(part.everyone.curve, low, high),
        ideal=f"M{LEFT:g} 100L{RIGHT:g} 0" if part.probabilities else "",
        bars=_bars(part, group, low, high, tallest),
        y_ticks=tuple((_y(value), f"{value * 100:.0f}") for value in (0.0, 0.25, 0.5, 0.75, 1.0)),
        x_ticks=tuple((_x(value, low, high), text, anchor) for value, text, anchor in _x_ticks(part, low, high)),
        x_title=part.score,
        top=TOP,
        box=BOX,
        bars_top=TOP + BOX + GAP,
        bars_height=BARS,
        height=TOP + BOX + GAP + BARS + AXIS,
    )


def span(part: Calibration) -> tuple[float, float]:
    """Return the scores at the two ends of the axis."""
    if part.probabilities:
        return 0.0, 1.0
    return (part.lowest, part.highest) if part.highest > part.lowest else (part.lowest - 0.5, part.highest + 0.5)


def _x(score: float, low: float, high: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * (score - low) / (high - low), 2)


def _y(rate: float) -> float:
    return round(TOP + BOX * (1 - rate), 1)


def _path(curve: Sequence[CurveBin], low: float, high: float) -> str:
    if len(curve) < 2:
        return ""
    points = (f"{_x(point.mean_score, low, high):.4g} {100 * (1 - point.rate):.3g}" for point in curve)
    return "M" + "L".join(points)


def _whiskers(curve: Sequence[CurveBin], low: float, high: float) -> str:
    """Return the intervals of all bins as one path of upright lines, in a box of 100 × 100."""
    ends = ((point, point.interval.high if point.interval.high is not None else 1.0) for point in curve)
    return "".join(
        f"M{_x(point.mean_score, low, high):.4g} {100 * (1 - point.interval.low):.3g}V{100 * (1 - top):.3g}"
        for point, top in ends
    )


def _bars(part: Calibration, group: GroupScores, low: float, high: float, tallest: float) -> str:
    """Return the bars as one path, in a box of 100 × 100."""
    if part.values is not None:
        steps = [b - a for a, b in zip(part.values, part.values[1:], strict=False)]
        half = 0.4 * (min(steps) if steps else high - low)
        ends = [(value - half, value + half) for value in part.values]
    else:
        assert part.edges is not None
        ends = list(zip(part.edges, part.edges[1:], strict=False))
    found = []
    for (start, stop), share in zip(ends, group.distribution, strict=True):
        if share > 0:
            left, right = max(_x(start, low, high), LEFT - 4), min(_x(stop, low, high), RIGHT + 3)
            tall = max(100 * share / tallest, 1.0)
            found.append(f"M{left:.4g} 100v{-tall:.3g}h{right - left:.3g}v{tall:.3g}z")
    return "".join(found)


def _x_ticks(part: Calibration, low: float, high: float) -> Sequence[tuple[float, str, str]]:
    if part.probabilities:
        return [(value, limit(value), "middle") for value in (0.0, 0.25, 0.5, 0.75, 1.0)]
    if part.values is not None and len(part.values) <= 11:
        return [(value, limit(float(f"{value:.4g}")), "middle") for value in part.values]
    return [
        (value, limit(float(f"{value:.4g}")), anchor)
        for value, anchor in ((low, "start"), ((low + high) / 2, "middle"), (high, "end"))
    ]
