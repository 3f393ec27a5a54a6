"""What every part of the config and of a checklist is: strict and frozen. By itself, since it is needed where the config is not."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A strict, frozen part of the config."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)


__all__ = ["Section"]
