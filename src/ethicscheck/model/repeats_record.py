"""What the record says of rows that belong together: how many people (or sites, or cases) each group rests on."""

from __future__ import annotations

from pydantic import Field

from .part import Part


class RepeatsOfGroup(Part):
    """One group."""

    group: dict[str, str]
    rows: int
    clusters: int
    effective: float = Field(description="(Σ amounts)²/Σ amounts² over clusters: so many of one size weigh as much.")


class RepeatsOfFeature(Part):
    """The groups of one feature or intersection; of everyone where `features` is empty."""

    features: tuple[str, ...]
    clusters: int = Field(description="Clusters with a known group.")
    straddling: int = Field(description="Of these, how many have rows in several groups.")
    groups: tuple[RepeatsOfGroup, ...]


class Repeats(Part):
    """Rows that belong to the same cluster."""

    column: str
    features: tuple[RepeatsOfFeature, ...]
