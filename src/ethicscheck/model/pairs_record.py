"""What the record says of matched pairs: a case and its twin, alike but for one sensitive feature."""

from __future__ import annotations

from pydantic import Field

from .part import Interval, Part


class PairDirection(Part):
    """All pairs that go from one label of a feature to another; "after" is the row with the second label."""

    before: str
    after: str
    pairs: int
    flips: int | None = Field(None, description="Pairs whose two decisions differ.")
    flip_rate: float | None = None
    flip_interval: Interval | None = None
    to_positive: int | None = Field(None, description="Pairs whose decision is positive after and negative before.")
    to_negative: int | None = None
    change: float | None = Field(None, description="Share positive after − share positive before.")
    interval: Interval | None = None
    p_value: float | None = Field(None, description="That a flip is as likely either way.")
    p_adjusted: float | None = Field(None, description="Holm's, over all directions of all features.")
    test: str | None = Field(
        None, description="mcnemar_exact, or sign_test_of_cases where a case has several pairs: each counts once."
    )
    scored: int | None = Field(None, description="Pairs with both scores.")
    shift: float | None = Field(None, description="Mean of score after − score before.")
    shift_interval: Interval | None = None


class PairFeature(Part):
    """All pairs that differ in one feature alone, each counted once."""

    feature: str
    pairs: int
    flips: int | None = None
    flip_rate: float | None = None
    interval: Interval | None = None
    directions: tuple[PairDirection, ...]


class Pairs(Part):
    """Matched pairs. cases = used + single + identical + several."""

    column: str = Field(description="The column that says which case a row belongs to.")
    rows: int = Field(description="Rows with a known case, decision and known features.")
    left_out: int = Field(description="Judged rows without all of these.")
    cases: int
    used: int = Field(description="Cases with at least one matched pair.")
    single: int = Field(description="Cases with one row only.")
    identical: int = Field(description="Cases whose rows differ in no sensitive feature.")
    several: int = Field(description="Cases whose rows differ only in more than one feature at once.")
    identical_pairs: int = Field(description="Pairs of rows, of all cases, that differ in no feature; not used.")
    several_pairs: int = Field(description="Pairs that differ in more than one feature; not used.")
    features: tuple[PairFeature, ...]
