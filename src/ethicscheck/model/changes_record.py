"""What the record says of two models on the same rows: how each value, and each gap, changes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .part import Interval, Part


class ValueChange(Part):
    """One group's value under both models; `features` is empty for everyone."""

    keep_null = frozenset({"value", "other", "change"})

    metric: str
    features: tuple[str, ...]
    group: dict[str, str]
    value: float | None = Field(description="Under the model that is audited.")
    other: float | None = Field(description="Under the model it is compared with.")
    change: float | None = Field(description="value − other.")
    undefined: str | None = None
    interval: Interval | None = None
    p_value: float | None = Field(None, description="That no more people changed one way than the other.")
    test: str | None = None


class GapChange(Part):
    """The gap over all groups (max − min) under both models; more than 0 is a wider gap."""

    keep_null = frozenset({"value", "other", "change"})

    metric: str
    features: tuple[str, ...]
    compare: Literal["difference"] = "difference"
    value: float | None = Field(description="Under the model that is audited.")
    other: float | None = Field(description="Under the model it is compared with.")
    change: float | None = Field(description="value − other.")
    undefined: str | None = None
    interval: Interval | None = None
    verdict: Literal["better", "worse", "unclear"] | None = Field(
        None, description="Whether the interval lies below 0, above it, or holds it. No rule is judged by it."
    )
    groups: tuple[dict[str, str], ...] = Field((), description="The groups that are compared.")


class Changes(Part):
    """Two models on the same rows."""

    other: str = Field(description="The column with the decisions of the model that is compared with.")
    rows: int = Field(description="Rows on which both models decided.")
    decided_alike: int = Field(description="Rows on which both decided the same.")
    gaps: tuple[GapChange, ...]
    values: tuple[ValueChange, ...]
