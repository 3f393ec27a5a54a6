"""What a good statistician would point out about the rules and the data of an audit."""

from __future__ import annotations

from pydantic import Field

from .part import Part


class WarningEntry(Part):
    """One warning; it changes no verdict."""

    code: str = Field(description="Its stable name; `ethicscheck explain CODE` says more.")
    title: str
    message: str = Field(description="What is so here, with the numbers.")
    rules: tuple[str, ...] = Field((), description="The findings that it speaks of, by id.")
