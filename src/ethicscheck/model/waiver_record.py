"""A waiver as the record keeps it, beside the finding that it names."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .part import Part


class WaiverEntry(Part):
    """Who decided, and until when, that a finding does not count against the verdict; and whether that still holds."""

    rule: str = Field(description="The rule's or the finding's id, as the waiver names it.")
    owner: str
    reason: str
    expires: str = Field(description="The last day on which it holds, in UTC.")
    tolerate: float | None = Field(None, description="The worst value that is still waived.")
    applied: bool = Field(description="Whether it took effect.")
    was: Literal["fail", "inconclusive", "not_evaluable"] | None = Field(
        None, description="What the verdict would be without it."
    )
    lapsed: str | None = Field(None, description="Why it no longer holds.")
    note: str | None = Field(None, description="Why it is not needed.")
