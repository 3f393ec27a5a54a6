"""The geometry of changes around 0, in percentage points: a dot and an interval each. Drawn by `changes.svg.j2`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.wording import decimal

ROW, AXIS, TOP = 40, 26, 6
_ROOM = 12.0  # per cent of the width that two numbers on the axis need between them


@dataclass(frozen=True)
class Mark:
    """One change of a share with its limits; `unsure` where they hold 0."""

    label: str
    change: float
    low: float
    high: float

    @property
    def unsure(self) -> bool:
        """Whether the interval holds 0."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True)
class PlottedMark:
    """A mark in its place: positions in per cent of the width, `y` in pixels."""

    y: int
    label: str
    value: str
    x: float
    low: float
    high: float
    unsure: bool


@dataclass(frozen=True)
class ChangePlot:
    """Changes on one scale around 0."""

    id: str
    title: str
    takeaway: str
    rows: tuple[PlottedMark, ...]
    ticks: tuple[tuple[float, str, str], ...]
    zero: float
    height: int


def change_plot(plot_id: str, title: str, takeaway: str, marks: Sequence[Mark]) -> ChangePlot:
    """Return the plot of some changes, in the order given."""
    ends = [end for mark in marks for end in (mark.low, mark.high)]
    low, high = min(*ends, -0.005), max(*ends, 0.005)
    pad = (high - low) * 0.04

    def at(value: float) -> float:
        return round((value - low + pad) / (high - low + 2 * pad) * 100, 2)

    zero = at(0.0)
    ticks = [(zero, "no change", _anchor(zero))]
    ticks += [(at(end), points(end), _anchor(at(end))) for end in (low, high) if abs(at(end) - zero) > 2 * _ROOM]
    rows = tuple(
        PlottedMark(
            TOP + place * ROW,
            mark.label,
            f"{points(mark.change)} points",
            at(mark.change),
            at(mark.low),
            at(mark.high),
            mark.unsure,
        )
        for place, mark in enumerate(marks)
    )
    return ChangePlot(plot_id, title, takeaway, rows, tuple(ticks), zero, TOP + ROW * len(rows) + AXIS)


def points(value: float) -> str:
    """Write a change of a share in percentage points, with its sign.

    >>> points(-0.0213)
    '−2.1'
    """
    return signed(value * 100, 1)


def signed(value: float, digits: int) -> str:
    """Write a change with its sign; one that rounds to nothing has none.

    >>> signed(0.0213, 2), signed(-0.0001, 2)
    ('+0.02', '0.00')
    """
    shown = decimal(value, digits)
    return f"+{shown}" if value > 0 and shown.strip("0.") else shown


def _anchor(x: float) -> str:
    return "end" if x > 100 - _ROOM else "start" if x < _ROOM else "middle"
