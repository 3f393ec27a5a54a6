"""The record's part on scores: what happened at each score by group, whether scores keep their promise, how they spread."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .part import Interval, Part


class CurveBin(Part):
    """People of one group with scores near each other: what their scores say, and what happened."""

    lowest: float = Field(description="The lowest score among them.")
    highest: float
    rows: int
    share: float = Field(description="Of the group; weighted where there are weights.")
    mean_score: float
    rate: float = Field(description="How often the outcome happened.")
    interval: Interval = Field(description="Of the rate, for this bin by itself.")


class InTheLarge(Part):
    """Mean score less observed rate: above 0 the scores promise more than happens."""

    value: float
    interval: Interval


class GroupScores(Part):
    """One group's scores; the group is {} for everyone."""

    group: dict[str, str]
    rows: int
    small: bool
    distribution: tuple[float, ...] = Field(
        description="Share of the group at each of `values`, or between each two of `edges` (the last includes its end)."
    )
    quartiles: tuple[float, float, float] = Field(description="Lower quartile, median and upper quartile.")
    curve: tuple[CurveBin, ...] = Field((), description="Ascending; there where the outcome is known.")
    in_the_large: InTheLarge | None = Field(None, description="There where scores are probabilities.")
    plain_error: float | None = Field(
        None, description="The expected calibration error as other tools print it, too large by chance."
    )
    error_bounds: dict[str, float] | None = Field(
        None, description="How far each measure of the group can be off through the grid that scores were put on."
    )


class AxisScores(Part):
    """The groups of one feature or intersection."""

    features: tuple[str, ...]
    groups: tuple[GroupScores, ...]


class Calibration(Part):
    """Scores by group, and where they are probabilities whether they are calibrated."""

    score: str
    distinct: int = Field(description="How many different scores (or points of the grid) there are.")
    half_width: float = Field(description="0: scores are exact. Else each true score lies within this of its point.")
    lowest: float
    highest: float
    probabilities: bool = Field(description="Whether every score lies in [0, 1].")
    not_calibrated: Literal["scores_outside_0_1", "no_label"] | None = Field(
        None, description="Why nothing is said of calibration."
    )
    infinite: int = Field(0, description="Rows with an infinite score, left out of this part.")
    bins: Literal["each_score", "equal_mass"] = Field(description="What a point of a curve stands for.")
    values: tuple[float, ...] | None = Field(None, description="The scores that occur, where they are few.")
    edges: tuple[float, ...] | None = Field(None, description="Else the edges of the distributions' bins.")
    everyone: GroupScores
    axes: tuple[AxisScores, ...]
