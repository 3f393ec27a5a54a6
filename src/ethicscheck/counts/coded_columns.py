"""Decisions and outcomes as expressions that an engine can run, once the audit knows which of their values means what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from ethicscheck.model.text import text_of

from .collect import Collected
from .query import cut_value
from .roles import FrameView, Roles
from .values import Coding


@dataclass(frozen=True)
class CodedColumns:
    """The columns of few values, read as the count tables read them.

    Parameters
    ----------
    view, roles : the data and which column plays which part.
    collected : how values were read.
    """

    view: FrameView
    roles: Roles
    collected: Collected
    _distinct: dict[str, list[Any]] = field(default_factory=dict, repr=False)

    def decision(self) -> nw.Expr:
        """Return whether the decision is positive; null or False where it is not known."""
        if self.roles.prediction is not None:
            return self.positive(self.roles.prediction, self.collected.prediction)
        return cut_value(self.view, self.roles) == 1

    def positive(self, column: str | None, coding: Coding | None) -> nw.Expr:
        """Return whether a binary column is positive."""
        assert column is not None
        assert coding is not None
        return self._one_of(column, [value for value in self._values(column) if coding.code(str(text_of(value)))])

    def known(self, column: str) -> nw.Expr:
        """Return whether a column of few values has one that is known."""
        return self._one_of(column, self._values(column))

    def _one_of(self, column: str, values: Sequence[Any]) -> nw.Expr:
        name = nw.col(self.view.original(column))
        return nw.when(name.is_in(list(values))).then(nw.lit(True)).otherwise(nw.lit(False))

    def _values(self, column: str) -> list[Any]:
        if column not in self._distinct:
            name = nw.col(self.view.original(column)).alias("v")
            rows = self.view.run(self.view.frame.select(name).group_by("v").agg(nw.len()).select("v"))
            texts = [(row[0], text_of(row[0])) for row in rows]
            unknown = self.roles.unknown_texts
            self._distinct[column] = [value for value, text in texts if text is not None and text not in unknown]
        return self._distinct[column]
