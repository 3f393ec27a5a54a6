"""Finds texts that YAML cut short: `comment: see ticket #42` says “see ticket” to YAML, and people don't know that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ethicscheck.errors import Problem

from .problems import problem
from .rows import Row

_CUT = re.compile(r"\s*(?:- +)?(answer|na_reason|comment): +([^\s\"'|>\[{&*!#].*?) +(#.*)")


def cut_short(text: str, rows: Sequence[Row], name: str) -> Iterator[Problem]:
    """Yield a problem for each text of which only the part before a # was read.

    Parameters
    ----------
    text : the form.
    rows : as they were read from it, each with its line.
    name : what messages call the form.
    """
    if not re.search(r" #", text):
        return
    lines = re.split(r"\r\n|\n|\r", text)
    starts = sorted((row.line, place) for place, row in enumerate(rows))
    for (start, place), (end, _) in zip(starts, [*starts[1:], (len(lines) + 1, 0)], strict=True):
        for number in range(start, end):
            found = _CUT.fullmatch(lines[number - 1])
            if found is not None and getattr(rows[place], found[1]) == found[2]:
                what = f"{rows[place].item}: YAML takes {found[3]!r} for a remark and leaves it out of `{found[1]}`"
                yield problem(what, name, number, "put the whole text between quotes")


__all__ = ["cut_short"]
