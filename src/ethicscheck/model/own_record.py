"""What the record says of a measure of the audit's own, so that a report can be drawn without the function."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .part import Part


class OwnMeasureEntry(Part):
    """A function of the user's own that groups were measured by."""

    name: str
    title: str
    asks: str
    misleads: str
    function: str = Field(description="Where it came from: file:function, or package.module:function.")
    sha256: str | None = Field(None, description="Digest of its file, where it came from one beside the config.")
    lowest: float | None = Field(None, description="The smallest value it can have; not there when there is no limit.")
    highest: float | None = None
    worse: Literal["higher", "lower", "depends"]
    ratio: bool = Field(description="Whether values can be divided.")
    said: tuple[str, ...] = Field((), description="What the function said where it gave no value.")
