"""How one rule came out over the audits of one system: the geometry of a small chart, and its sentence."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ethicscheck.model.wording import quantity, visible

WIDTH, HEIGHT = 320, 96
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 10, 24
WORDS: Final = {
    "pass": "kept",
    "fail": "missed",
    "inconclusive": "undecided",
    "not_evaluable": "not judged",
    "waived": "waived",
}


@dataclass(frozen=True)
class Point:
    """One rule in one audit.

    Parameters
    ----------
    created : when the audit was made, RFC 3339.
    row : the rule's row of the log's `trend`.
    """

    created: str
    row: Mapping[str, Any]

    @property
    def word(self) -> str:
        """How it came out."""
        return WORDS.get(str(self.row["verdict"]), "unknown")

    @property
    def text(self) -> str:
        """The value with its limits, as it stands in a table."""
        value, low, high = (self.row[name] for name in ("value", "low", "high"))
        if value is None:
            return "not shown"
        return (
            quantity(value)
            if low is None or high is None
            else f"{quantity(value)} ({quantity(low)} to {quantity(high)})"
        )


@dataclass(frozen=True)
class Chart:
    """A chart: paths in a frame of WIDTH × HEIGHT; dots are strokes of no length."""

    id: str
    rule: str
    takeaway: str
    line: str
    whiskers: str
    kept: str
    missed: str
    other: str
    top: str
    bottom: str
    y_top: float
    y_bottom: float
    first: str
    last: str


def make_chart(chart_id: str, rule: str, points: Sequence[Point]) -> Chart | None:
    """Return the chart of a rule; None where it never had a value.

    Parameters
    ----------
    chart_id : unique in the page.
    rule : the rule's id.
    points : its audits, oldest first.
    """
    shown = [point for point in points if point.row["value"] is not None]
    if not shown:
        return None
    ends = [
        end for point in shown for end in (point.row["value"], point.row["low"], point.row["high"]) if end is not None
    ]
    scale = _Scale([_moment(point.created) for point in shown], min(ends), max(ends))
    places = [(scale.x(at, point), scale.y(point.row["value"]), point) for at, point in enumerate(shown)]
    return Chart(
        id=chart_id,
        rule=visible(rule),
        takeaway=_takeaway(points, shown),
        line="M" + "L".join(f"{x} {y}" for x, y, _ in places),
        whiskers="".join(
            f"M{x} {scale.y(point.row['low'])}V{scale.y(point.row['high'])}"
            for x, _, point in places
            if point.row["low"] is not None and point.row["high"] is not None
        ),
        kept=_dots(places, {"pass"}),
        missed="".join(f"M{x} {y}m-4-4l8 8m0-8l-8 8" for x, y, point in places if point.row["verdict"] == "fail"),
        other=_dots(places, {"inconclusive", "waived", "not_evaluable"}),
        top=quantity(max(ends)),
        bottom=quantity(min(ends)),
        y_top=scale.y(max(ends)),
        y_bottom=scale.y(min(ends)),
        first=shown[0].created[:10],
        last=shown[-1].created[:10],
    )


class _Scale:
    """Where a moment and a value stand."""

    def __init__(self, moments: Sequence[float], low: float, high: float) -> None:
        self.moments, self.low, self.high = moments, low, high
        self.span = moments[-1] - moments[0]

    def x(self, at: int, point: Point) -> float:
        """By time; evenly where all is of one moment; in the middle where there is one."""
        many = len(self.moments) - 1
        share = (_moment(point.created) - self.moments[0]) / self.span if self.span > 0 else at / many if many else 0.5
        return round(_LEFT + 6 + share * (WIDTH - _LEFT - _RIGHT - 12), 1)

    def y(self, value: float) -> float:
        room = HEIGHT - _TOP - _BOTTOM
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return round(_TOP + (1 - share) * room, 1)


def _dots(places: Sequence[tuple[float, float, Point]], verdicts: set[str]) -> str:
    return "".join(f"M{x} {y}h0" for x, y, point in places if point.row["verdict"] in verdicts)


def _moment(created: str) -> float:
    return datetime.datetime.fromisoformat(created).timestamp()


def _takeaway(points: Sequence[Point], shown: Sequence[Point]) -> str:
    """Return what the chart says, in a sentence."""
    last = shown[-1]
    many = len(points)
    if many == 1:
        return f"One audit, on {last.created[:10]}: {last.word}, {last.text}."
    missed = sum(point.row["verdict"] == "fail" for point in points)
    kept = sum(point.row["verdict"] == "pass" for point in points)
    said = f"Kept in {kept} and missed in {missed} of {many} audits."
    first = shown[0]
    if first is last:
        return f"{said} One value: {last.text} on {last.created[:10]}."
    return (
        f"{said} Last {last.text} on {last.created[:10]}; first {quantity(first.row['value'])} on {first.created[:10]}."
    )


__all__ = ["HEIGHT", "WIDTH", "WORDS", "Chart", "Point", "make_chart"]
