"""What a profile asks to be in the record beside verdicts: tables of impact ratios."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .part import Interval, Part


class ImpactCategory(Part):
    """One category of people: how many were assessed, how many of them selected or scored above the median."""

    keep_null = frozenset({"impact_ratio"})

    group: dict[str, str]
    applicants: int = Field(description="People of this category.")
    selected: int = Field(description="Those selected, or with a score above the median of the whole sample.")
    rate: float = Field(description="selected ÷ applicants.")
    rate_interval: Interval
    share: float = Field(description="The category's share of the people in this table.")
    under_two_percent: bool = Field(description="Whether that share is under 2 %.")
    impact_ratio: float | None = Field(description="rate ÷ the highest category's rate.")
    impact_ratio_interval: Interval | None = None
    undefined: str | None = Field(None, description="Why there is no impact ratio.")


class ImpactTable(Part):
    """Impact ratios by one feature or by two together, as the rules on New York City's Local Law 144 define them."""

    profile: str
    kind: Literal["selection", "scoring"] = Field(
        description="selection: the share selected; scoring: the share with a score above the sample's median."
    )
    features: tuple[str, ...]
    applicants: int = Field(description="People in this table: those whose category is known.")
    selected: int
    unknown: int = Field(description="People assessed who are not in this table, for their category is not known.")
    highest: dict[str, str] | None = Field(None, description="The category with the highest rate, the divisor.")
    left_out_because: str | None = Field(None, description="Why categories under 2 % have no impact ratio.")
    median: float | None = Field(None, description="Of scoring: the median score of everyone, the unknown included.")
    at_median: int | None = Field(None, description="Of scoring: people whose score is the median; not above it.")
    score_error: float | None = Field(
        None, description="Of scoring: scores were put on a grid and may be off by so much. Absent: they are exact."
    )
    categories: tuple[ImpactCategory, ...]
