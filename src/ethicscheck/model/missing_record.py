"""What the record says of people who are missing: against a population, without a value, without a group."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .part import Interval, Part


class SharesTest(Part):
    """A test over all groups at once."""

    p_value: float
    test: str


class RepresentedGroup(Part):
    """One group of the population: its share of the data against its share of the population."""

    group: dict[str, str]
    rows: int
    share: float = Field(
        description="Of the rows whose group is one of the population's; weighted where there are weights."
    )
    interval: Interval
    population: float = Field(description="The population's share.")
    ratio: float = Field(description="share ÷ population.")
    ratio_interval: Interval
    p_adjusted: float | None = Field(
        None, description="Exact binomial test of the share, Holm-adjusted over the groups."
    )


class RowsOfGroup(Part):
    """A group and its rows."""

    group: dict[str, str]
    rows: int


class Representation(Part):
    """Who is in the data against a reference population, by one feature."""

    features: tuple[str, ...]
    source: str = Field(description="Where the population's shares stand.")
    source_sha256: str | None = None
    groups: tuple[RepresentedGroup, ...]
    test: SharesTest | None = None
    not_in_population: tuple[RowsOfGroup, ...] = Field((), description="Groups of the data that the population lacks.")


class Absent(Part):
    """How many rows of a group lack a value."""

    rows: int
    share: float
    interval: Interval


class MissingOfGroup(Part):
    """What a group's rows lack; the group is {} where it is not known itself."""

    group: dict[str, str]
    rows: int = Field(description="All rows read of this group.")
    label: Absent | None = None
    prediction: Absent | None = None
    score: Absent | None = None


class MissingValues(Part):
    """How often the outcome, the decision or the score is missing, by the groups of one feature."""

    features: tuple[str, ...]
    groups: tuple[MissingOfGroup, ...]
    tests: dict[Literal["label", "prediction", "score"], SharesTest] = Field(
        default_factory=dict, description="That it is missing equally often in every known group."
    )


class GapBounds(Part):
    """How small and how large a gap could be, whichever groups the rows of unknown group belong to."""

    metric: str
    features: tuple[str, ...]
    compare: Literal["difference", "ratio"]
    value: float = Field(description="The gap over the rows whose group is known.")
    low: float
    high: float
    unknown: int = Field(description="Rows of unknown group.")
    group: dict[str, str] = Field(
        description="The groups that could be furthest apart: the higher value, and the lower."
    )
    against: dict[str, str]
