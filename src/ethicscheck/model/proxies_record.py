"""What the record says of columns that reveal a sensitive feature."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from .part import Interval, Part


class ProxyClass(Part):
    """One group of the feature, in the sample."""

    label: str
    rows: int


class ProxyColumn(Part):
    """One column: what it tells of the feature alone, and what the model would lose without it."""

    column: str
    kind: Literal["number", "categories", "constant"]
    different: int = Field(description="Different values in the sample.")
    missing: int = Field(description="Rows of the sample that have no value.")
    auc: float | None = Field(
        None, description="AUC of the feature's groups from this column alone; none where it is constant."
    )
    interval: Interval | None = None
    importance: float | None = Field(
        None, description="By how much the model's AUC falls when this column is shuffled."
    )


class ProxyFeature(Part):
    """One sensitive feature, guessed from the columns."""

    keep_null: ClassVar[frozenset[str]] = frozenset({"auc"})

    feature: str
    rows: int = Field(description="Rows of the sample whose group is known and looked at.")
    classes: tuple[ProxyClass, ...]
    left_out: tuple[ProxyClass, ...] = Field(
        (), description="Groups with too few rows in the sample, or too many groups."
    )
    undefined: str | None = Field(None, description="Why there is no answer.")
    auc: float | None = Field(
        description="Cross-validated AUC of the model on all columns; with more than two groups the mean over each against the rest."
    )
    interval: Interval | None = None
    columns: tuple[ProxyColumn, ...]


class Proxies(Part):
    """Which other columns reveal a sensitive feature, on a sample of the rows."""

    rows: int = Field(description="Rows in the sample.")
    total: int = Field(description="Rows in the data.")
    seed: int
    folds: int
    model: str = Field(description="The model that guesses, with its settings.")
    columns: tuple[str, ...] = Field(description="The columns looked at.")
    features: tuple[ProxyFeature, ...]
