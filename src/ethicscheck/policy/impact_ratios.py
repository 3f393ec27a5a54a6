"""The tables of impact ratios that a profile asks for, from the count tables of an audit.

Counts of people, never weights: the rule counts applicants. What is undefined has its reason; a category that is left
out keeps its count and its rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.bases import Scores
from ethicscheck.counts.table import FALSE_NEGATIVE, FALSE_POSITIVE, TRUE_NEGATIVE, TRUE_POSITIVE, GroupCounts
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.metrics.rows import group_names, interval
from ethicscheck.model.config import Config
from ethicscheck.model.profile_record import ImpactCategory, ImpactTable
from ethicscheck.model.profile_use import ProfileUse
from ethicscheck.stats.impact_ratios import above_median, impact_ratios

from .profile_uses import columns_of, uses_of
from .profiles import load_profile

LEAST_SHARE = Fraction(2, 100)
BECAUSE = "Under 2 % of the people in the table: so few that chance alone would move its ratio far."
RATE_METHOD = "wilson"
RATIO_METHOD = "pairwise_mover_ratio_simultaneous_upper"


@dataclass(frozen=True)
class _Events:
    """Who counts as selected: the columns of a table's cells, and for scores what they are above."""

    kind: Literal["selection", "scoring"]
    table: str
    columns: tuple[int, ...]
    median: float | None = None
    at_median: int | None = None
    score_error: float | None = None


def impact_tables(config: Config, measurement: Measurement) -> tuple[ImpactTable, ...] | None:
    """Return the tables of every profile of the config that asks for them; None where none does."""
    made: list[ImpactTable] = []
    asked = [use for use in uses_of(config) if "impact_ratios" in load_profile(use.use).tables]
    for use in asked:
        order = list(config.data.sensitive)
        columns = columns_of(use, order)
        sex, race = columns["sex"], columns["race"]
        crossed = tuple(sorted((sex, race), key=order.index))  # as the record's other tables have it
        for events in _events(measurement):
            for axes in ((sex,), (race,), crossed):
                made.append(_table(use, events, axes, measurement))
    return tuple(made) if asked else None


def _events(measurement: Measurement) -> Iterator[_Events]:
    if "decisions" in measurement.tables:
        favoured = (FALSE_POSITIVE, TRUE_POSITIVE) if measurement.favourable else (TRUE_NEGATIVE, FALSE_NEGATIVE)
        yield _Events("selection", "decisions", favoured)
    if "scores" in measurement.tables:
        basis = measurement.tables["scores"].basis
        assert isinstance(basis, Scores)
        rows = measurement.counts((), "scores").rows[0].reshape(-1, 2).sum(axis=1)
        first, at = above_median(rows)
        middle = float(basis.values[at]) if at is not None else _halfway(basis, rows, first)
        median = middle if math.isfinite(middle) else None  # scores may be infinite where only their order counts
        yield _Events(
            "scoring",
            "scores",
            tuple(range(2 * first, 2 * len(basis.values))),
            median,
            int(rows[at]) if at is not None else 0,
            basis.half_width or None,
        )


def _halfway(basis: Scores, rows: NDArray[np.int64], first: int) -> float:
    """Return the middle between the last score that is not above the median and the next one that occurs."""
    upper = first + int(np.flatnonzero(rows[first:])[0])
    return (float(basis.values[first - 1]) + float(basis.values[upper])) / 2


def _table(use: ProfileUse, events: _Events, features: tuple[str, ...], measurement: Measurement) -> ImpactTable:
    counts = measurement.counts(features, events.table)
    counts = counts.pick(np.flatnonzero(counts.rows.sum(axis=1)).tolist())
    applicants, selected = _counted(counts, events)
    total = sum(applicants)
    shares = [Fraction(n, total) for n in applicants]
    under = [share < LEAST_SHARE for share in shares]
    leave_out = use.under_two_percent == "leave_out"
    left_out = frozenset(place for place, small in enumerate(under) if small and leave_out)
    confidence = measurement.confidence
    found = impact_ratios(selected, applicants, left_out, 1 - confidence)
    names = group_names(counts)
    categories = []
    for place, name in enumerate(names):
        rate, ratio = found.rates[place], found.ratios[place]
        assert rate is not None, "a category that occurs has people"
        categories.append(
            ImpactCategory(
                group=name,
                applicants=applicants[place],
                selected=selected[place],
                rate=float(rate),
                rate_interval=interval(
                    float(found.rate_limits[0][place]), float(found.rate_limits[1][place]), confidence, RATE_METHOD
                ),
                share=float(shares[place]),
                under_two_percent=under[place],
                impact_ratio=float(ratio) if ratio is not None else None,
                impact_ratio_interval=None
                if ratio is None
                else interval(
                    float(found.ratio_limits[0][place]), float(found.ratio_limits[1][place]), confidence, RATIO_METHOD
                ),
                undefined=None
                if ratio is not None
                else "under_two_percent"
                if place in left_out
                else "divided_by_zero",
            )
        )
    return ImpactTable(
        profile=use.use,
        kind=events.kind,
        features=features,
        applicants=total,
        selected=sum(selected),
        unknown=measurement.tables[events.table].judged - total,
        highest=names[found.highest] if found.highest is not None else None,
        left_out_because=(use.why or BECAUSE) if left_out else None,
        median=events.median,
        at_median=events.at_median,
        score_error=events.score_error,
        categories=tuple(categories),
    )


def _counted(counts: GroupCounts, events: _Events) -> tuple[list[int], list[int]]:
    rows = counts.rows
    everyone = rows.sum(axis=1)
    picked = rows[:, list(events.columns)].sum(axis=1)
    return [int(n) for n in everyone], [int(n) for n in picked]
