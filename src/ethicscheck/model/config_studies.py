"""The parts of the config that ask for more than the measures: a search, proxies, what-ifs, measures of one's own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from .config_data import OneOrMore, Section, as_list
from .scalars import Number, Text, Whole, as_switch, refuse
from .strict_yaml import Plain


class ExploreConfig(Section):
    """Where to search for the groups that are treated worst: exploration, never a verdict."""

    columns: Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)] = Field(
        (), description="More columns to combine with the sensitive features."
    )
    depth: Whole = Field(2, description="How many conditions a subgroup may combine: 1 to 4.")
    metrics: Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)] | None = Field(
        None, description="What to look at; default: the metrics of the rules, else the selection rate."
    )

    @field_validator("depth")
    @classmethod
    def _shallow(cls, depth: int) -> int:
        if not 1 <= depth <= 4:
            raise refuse("a depth from 1 to 4 is meant here")
        return depth


class ProxiesConfig(Section):
    """Which other columns reveal a sensitive feature."""

    columns: Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)] = Field(
        description="The columns to look at, such as those the model is trained on; or `all`."
    )
    sample: Whole = Field(20_000, description="How many rows are read at most.")

    @field_validator("sample")
    @classmethod
    def _bounded(cls, rows: int) -> int:
        if not 100 <= rows <= 1_000_000:
            raise refuse("a number from 100 to 1,000,000 is meant here")
        return rows


Constraint = Literal["demographic_parity", "equalized_odds", "true_positive_rate_parity", "false_positive_rate_parity"]


class MitigationConfig(Section):
    """What thresholds of their own for each group would do: a what-if, no advice."""

    constraints: tuple[Constraint, ...] = Field(
        ("demographic_parity", "equalized_odds"), description="What Fairlearn's ThresholdOptimizer should equalise."
    )


def as_section(value: Any) -> Any:
    """Read `true` as a section with its defaults, and `false` as none."""
    if isinstance(value, bool) or (isinstance(value, Plain) and value.lower() in ("true", "false")):
        return {} if as_switch(value) else None
    return value


class CustomMetric(Section):
    """A measure of your own: any function f(y_true, y_pred, sample_weight=)."""

    function: Text = Field(description='"package.module:function", or "file.py:function" relative to this file.')
    title: Text | None = Field(None, description="A few words for people.")
    asks: Text | None = Field(None, description="The question it answers, in a plain sentence.")
    misleads: Text | None = Field(None, description="When it misleads.")
    lowest: Number | None = Field(None, description="The smallest value it can have; default: no limit.")
    highest: Number | None = Field(None, description="The largest value it can have; default: no limit.")
    worse: Literal["higher", "lower", "depends"] = Field("depends", description="Which direction is worse.")
    needs: Literal["decisions", "scores"] = Field("decisions", description="What y_pred is.")


def as_custom(value: Any) -> Any:
    """Read a function's name alone as a part."""
    return {"function": value} if isinstance(value, str) else value
