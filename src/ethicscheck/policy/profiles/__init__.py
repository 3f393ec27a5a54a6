"""Shipped rule sets, one dated and cited YAML each, and their reader."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import Field, ValidationError

from ethicscheck.model.config import RuleConfig, Section
from ethicscheck.model.scalars import Text
from ethicscheck.model.strict_yaml import read_yaml


class RequiredChecklist(Section):
    """A checklist that a profile asks for."""

    use: Text = Field(description="A shipped checklist's id.")
    require: Literal["complete", "signed"] = Field(
        description="What must hold: every question answered, or signed too."
    )


class Profile(Section):
    """A shipped rule set: limits on measures, tables that must be made, checklists that must be answered."""

    schema_: str = Field(alias="schema", description="The format of this file.")
    id: Text = Field(description="The name by which configs use it.")
    version: Text = Field(description="Its version: raised when a rule changes.")
    dated: Text = Field(description="The day its citation and status were last checked.")
    title: Text = Field(description="What it is called, as people read it.")
    summary: Text = Field(description="What it asks, in plain words.")
    citation: Text = Field(description="Where it is written, so that a reader can look it up.")
    status: Text = Field(description="The state of the law on that day.")
    rules: tuple[RuleConfig, ...] = Field((), description="What must hold; none where the law sets no limit.")
    tasks: tuple[Text, ...] = Field(
        ("binary",), description="What must be predicted for the profile to have a meaning."
    )
    columns: dict[Text, tuple[Text, ...]] = Field(
        {}, description="Features that it needs, and the names by which each is known where the config doesn't say."
    )
    tables: tuple[Literal["impact_ratios"], ...] = Field((), description="Tables that it asks for in the record.")
    checklists: tuple[RequiredChecklist, ...] = Field((), description="Checklists that it requires.")


def profile_names() -> tuple[str, ...]:
    """Return the names of the shipped profiles."""
    found = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


@lru_cache
def load_profile(name: str) -> Profile:
    """Read a shipped profile; only for names from `profile_names`."""
    text = (files(__name__) / f"{name}.yaml").read_text(encoding="utf-8")
    document = read_yaml(text, f"{name}.yaml")
    if document.problems:
        raise AssertionError(f"the shipped profile {name} is broken: {document.problems}")
    try:
        return Profile.model_validate(document.value)
    except ValidationError as error:
        raise AssertionError(f"the shipped profile {name} is broken") from error
