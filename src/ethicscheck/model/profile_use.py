"""How a config asks for a shipped profile: by its name alone, or with what the profile needs to know."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from .scalars import Day, Text


class ProfileUse(BaseModel):
    """A shipped rule set with what it needs to know; its name alone will do where it needs nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use: Text = Field(description="The profile's name.")
    sex: Text | None = Field(
        None, description="For nyc-ll144: the sensitive feature that is sex; default: found by its name."
    )
    race: Text | None = Field(
        None, description="For nyc-ll144: the one that is race/ethnicity; default: found by its name."
    )
    under_two_percent: Literal["leave_out", "show"] = Field(
        "leave_out", description="For nyc-ll144: whether a category under 2 % of the people gets an impact ratio."
    )
    why: Text | None = Field(
        None, description="For nyc-ll144: the auditor's own reason for leaving such categories out."
    )
    distributed: Day | None = Field(
        None, description="For nyc-ll144, on the published page: the day the employer or agency began to use the tool."
    )
    audited: Day | None = Field(
        None, description="For nyc-ll144: the day of the most recent bias audit; default: the day of this audit."
    )
    auditor: Text | None = Field(None, description="For nyc-ll144: the independent auditor.")
    data: Literal["historical", "test"] | None = Field(
        None, description="For nyc-ll144: whether the data are from the tool's own use, or test data."
    )
    data_explained: Text | None = Field(None, description="For nyc-ll144: where the data come from, and what they are.")
    why_test_data: Text | None = Field(
        None,
        description="For nyc-ll144, with test data: why historical data were not used, how these were made and had.",
    )


def _shape(value: Any) -> str:
    return "<use>" if isinstance(value, (dict, ProfileUse)) else "<name>"


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Profiles = Annotated[
    tuple[
        Annotated[
            Annotated[ProfileUse, Tag("<use>")] | Annotated[Text, Tag("<name>")],
            Discriminator(_shape),
        ],
        ...,
    ],
    BeforeValidator(_as_list, json_schema_input_type=str | list[str | ProfileUse]),
]


def names_of(profiles: tuple[ProfileUse | str, ...]) -> tuple[str, ...]:
    """Return the names of the profiles a config asks for, in its order.

    >>> names_of(("four-fifths", ProfileUse(use="nyc-ll144")))
    ('four-fifths', 'nyc-ll144')
    """
    return tuple(part.use if isinstance(part, ProfileUse) else part for part in profiles)
