"""The geometry of a threshold sweep: one curve a group over all thresholds, and the line where decisions stand today.

Curves are drawn in a box of 1000 × 340 that stretches; text and dots stand outside it, so that they keep their shape.
Drawn by `templates/sweep.svg.j2`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ethicscheck.model.wording import limit, percent

Floats = NDArray[np.float64]

# The height of the box, the room above it for the labels of the lines, and below it for the axis.
BOX = 170
TALL = 2 * BOX  # half pixels: nobody sees less
TOP = 24
AXIS = 40
MOST_CURVES = 5
# Where "nobody is selected" is drawn, and where the highest score is, in per cent of the width.
NOBODY = 98.5
HIGHEST = 94.0
LOWEST = 3.0
MOST_TICKS = 11
MOST_ROWS = 21
ACCURACY = "accuracy"


@dataclass(frozen=True)
class Curve:
    """One line: `path` in the stretching box, `dots` at the marked thresholds as (x in per cent, y in pixels)."""

    kind: str
    label: str
    value: str
    path: str
    dot: tuple[float, float] | None


@dataclass(frozen=True)
class Mark:
    """An upright line at a threshold."""

    kind: str
    x: float
    text: str
    anchor: str
    y: int


@dataclass(frozen=True)
class SweepChart:
    """Curves over thresholds."""

    id: str
    title: str
    takeaway: str
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...]
    x_ticks: tuple[tuple[float, str, str], ...]
    x_title: str
    y_ticks: tuple[tuple[float, str], ...]
    band: tuple[float, float] | None
    note: str
    topic: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rows_note: str
    top: int
    box: int
    height: int


@dataclass(frozen=True)
class Line:
    """What is to be drawn: a label and a value at each threshold, NaN where there is none."""

    label: str
    values: Floats
    kind: str


def sweep_chart(
    chart_id: str,
    title: str,
    topic: str,
    takeaway: str,
    score: str,
    thresholds: Sequence[float | None],
    lines: Sequence[Line],
    stepped: bool,
    operating: float | None,
    texts: tuple[str, ...],
    write: Callable[[float], str],
    other: tuple[float, str] | None = None,
    band: tuple[float, float] | None = None,
    note: str = "",
) -> SweepChart:
    """Lay out a chart.

    Parameters
    ----------
    topic : what stands above the curves' columns in the table of numbers.
    thresholds : ascending; None, the last, selects nobody.
    lines : the curves, each with a value at every threshold, in [0, 1].
    stepped : whether every threshold that matters is there, so that steps are true; else points are joined.
    operating : today's threshold.
    texts : each line's value at today's threshold ("" where there is none).
    write : how the values of the first lines are written in the table; those of accuracy are percentages.
    other : another threshold to mark, with its label.
    band : the values that are allowed, in the curves' own unit.
    """
    x = _positions(thresholds)
    curves = []
    for line, text in zip(lines, texts, strict=True):
        dot = None
        if operating is not None:
            at = _place(thresholds, operating)
            if not np.isnan(line.values[at]):
                dot = (_x(operating, thresholds), _y(float(line.values[at])))
        curves.append(Curve(line.kind, line.label, text, _path(x, line.values, stepped), dot))
    return SweepChart(
        id=chart_id,
        title=title,
        takeaway=takeaway,
        curves=tuple(curves),
        marks=_marks(thresholds, operating, other),
        x_ticks=_x_ticks(thresholds),
        x_title=f"{score}: selected from this threshold on",
        y_ticks=tuple((TOP + BOX * (1 - value), f"{value * 100:.0f}") for value in (0.0, 0.25, 0.5, 0.75, 1.0)),
        band=None if band is None else (_y(min(band[1], 1.0)), _y(max(band[0], 0.0))),
        note=note,
        topic=topic,
        head=("Threshold", *(line.label for line in lines)),
        rows=tuple(_rows(thresholds, lines, write)),
        rows_note=f"{MOST_ROWS} of the {len(thresholds)} thresholds in audit.json."
        if len(thresholds) > MOST_ROWS
        else "",
        top=TOP,
        box=BOX,
        height=TOP + BOX + AXIS,
    )


def _rows(
    thresholds: Sequence[float | None], lines: Sequence[Line], write: Callable[[float], str]
) -> Iterator[tuple[str, ...]]:
    count = len(thresholds)
    places = range(count) if count <= MOST_ROWS else np.linspace(0, count - 1, MOST_ROWS).round().astype(int).tolist()
    for place in places:
        threshold = thresholds[place]
        values = [float(line.values[place]) for line in lines]
        yield (
            "nobody" if threshold is None else limit(float(f"{threshold:.4g}")),
            *(
                "–" if math.isnan(value) else percent(value) if line.kind == "accuracy" else write(value)
                for line, value in zip(lines, values, strict=True)
            ),
        )


def chosen_lines(labels: Sequence[str], values: Floats, sizes: Sequence[int], at: int) -> list[int]:
    """Return which groups to draw: all of a few; of many the highest, the lowest and the largest, in order of value.

    Parameters
    ----------
    values : shape (G, T).
    sizes : people by group.
    at : the threshold by which they are ordered.
    """
    key = np.nan_to_num(values[:, at], nan=-1.0)
    order = sorted(range(len(labels)), key=lambda place: (-key[place], labels[place]))
    if len(order) <= MOST_CURVES:
        return order
    known = [place for place in order if not np.isnan(values[place, at])] or order
    kept = {known[0], known[-1]}
    for place in sorted(order, key=lambda place: (-sizes[place], labels[place])):
        if len(kept) < MOST_CURVES:
            kept.add(place)
    return [place for place in order if place in kept]


def _place(thresholds: Sequence[float | None], threshold: float) -> int:
    known = [value for value in thresholds if value is not None]
    return int(np.searchsorted(known, threshold, side="left"))


def _span(thresholds: Sequence[float | None]) -> tuple[float, float]:
    known = [value for value in thresholds if value is not None]
    low, high = known[0], known[-1]
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _x(threshold: float | None, thresholds: Sequence[float | None]) -> float:
    if threshold is None:
        return NOBODY
    low, high = _span(thresholds)
    at = LOWEST + (HIGHEST - LOWEST) * (threshold - low) / (high - low)
    return round(min(max(at, 0.0), NOBODY), 2)


def _positions(thresholds: Sequence[float | None]) -> list[float]:
    return [_x(threshold, thresholds) for threshold in thresholds]


def _y(value: float) -> float:
    return round(TOP + BOX * (1 - min(max(value, 0.0), 1.0)), 1)


def _path(x: Sequence[float], values: Floats, stepped: bool) -> str:
    """Return the path of a curve in a box of 1000 × 340; a value belongs to all thresholds up to its own.

    Whole numbers, the next one written as a step from the last, and no step of 0: hundreds of thresholds stay small.
    """
    parts: list[str] = []
    at: tuple[int, int] | None = None
    for place, value in enumerate(values.tolist()):
        if np.isnan(value):
            at = None
            continue
        y = round(TALL * (1 - min(max(value, 0.0), 1.0)))
        stop = round(10 * x[place])
        start = 0 if place == 0 else round(10 * x[place - 1])
        if at is None:
            at = (start if stepped or place == 0 else stop, y)
            parts.append(f"M{at[0]} {at[1]}")
        if stepped and y != at[1]:
            parts.append(f"v{y - at[1]}")
        right, down = stop - at[0], 0 if stepped else y - at[1]
        if down:
            parts.append(f"l{right} {down}")
        elif right and parts[-1].startswith("h"):
            parts[-1] = f"h{int(parts[-1][1:]) + right}"
        elif right:
            parts.append(f"h{right}")
        at = (stop, y)
    return "".join(parts)


def _marks(
    thresholds: Sequence[float | None], operating: float | None, other: tuple[float, str] | None
) -> tuple[Mark, ...]:
    marks = []
    if operating is not None:
        x = _x(operating, thresholds)
        marks.append(Mark("today", x, f"today: {limit(operating)}", "end" if x > 50 else "start", 10))
    if other is not None:
        x = _x(other[0], thresholds)
        marks.append(Mark("other", x, other[1], "end" if x > 50 else "start", 22))
    return tuple(marks)


def _x_ticks(thresholds: Sequence[float | None]) -> tuple[tuple[float, str, str], ...]:
    """Return every score where there are few, else round numbers between the lowest and the highest."""
    known = [value for value in thresholds if value is not None]
    low, high = _span(thresholds)
    chosen = known if len(known) <= MOST_TICKS else _round_numbers(low, high)
    return tuple(
        (_x(value, thresholds), limit(float(f"{value:.4g}")), "start" if _x(value, thresholds) < 6 else "middle")
        for value in chosen
    )


def _round_numbers(low: float, high: float) -> list[float]:
    raw = (high - low) / 4
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(place * step, 12) for place in range(first, math.floor(high / step + 1e-9) + 1)]


def kinds(sizes: Sequence[int], drawn: Sequence[int]) -> dict[int, str]:
    """Return the style of each group's line: the largest groups keep theirs from chart to chart."""
    rank = {place: order for order, place in enumerate(sorted(range(len(sizes)), key=lambda at: (-sizes[at], at)))}
    found = {place: f"s{rank[place]}" for place in drawn if rank[place] < MOST_CURVES}
    free = [f"s{order}" for order in range(MOST_CURVES) if f"s{order}" not in found.values()]
    return {place: found[place] if place in found else free.pop(0) for place in drawn}
