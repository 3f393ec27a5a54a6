"""What a column may not hold: text where numbers are meant, and counts that are none. Said with value and rows."""

from __future__ import annotations

import narwhals as nw

from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of

from .query import Cells, whole_count
from .roles import FrameView, Roles


def refuse_text_for_numbers(view: FrameView, roles: Roles, cells: Cells) -> None:
    """Raise a DataError for cells that should be numbers and are not."""
    for place, name in enumerate(sorted(roles.numeric())):
        flag = view.unreadable(name)
        bad = sum(int(number or 0) for number in cells[f"unreadable{place}"]) if flag else 0
        if flag and bad:
            worst = smallest_value(view, name, nw.col(flag))
            raise DataError(
                f"{worst!r} is not a number ({such_rows(bad)})",
                f"column {name!r}",
                "mend the rows, or list the value under data.unknown if it means 'not known'",
            )


def refuse_bad_counts(view: FrameView, roles: Roles, cells: Cells) -> None:
    """Raise a DataError for counts that are no whole numbers from 0 up."""
    if roles.count is None:
        return
    bad = sum(int(lines) - int(good) for lines, good in zip(cells["lines"], cells["countable"], strict=True))
    if bad:
        _, whole = whole_count(view, roles.count)
        good = nw.when(whole).then(nw.lit(1)).otherwise(0)
        shown = smallest_value(view, roles.count, good == 0)
        raise DataError(
            f"{'an empty cell' if shown is None else repr(shown)} is not a count ({such_rows(bad)})",
            f"column {roles.count!r}",
            "counts are whole numbers, 0 or more and below 2^53",
        )


def smallest_value(view: FrameView, column: str, where: nw.Expr) -> str | None:
    """Return the smallest value among some rows, as text: the same one whatever order the engine reads in."""
    value = nw.col(view.original(column)).min().alias("v")
    return text_of(view.run(view.frame.filter(where).select(value))[0][0]) or None


def such_rows(number: int) -> str:
    """Return "3 such rows"."""
    return f"{int(number):,} such {'row' if number == 1 else 'rows'}"
