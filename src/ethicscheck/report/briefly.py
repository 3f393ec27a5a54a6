"""What a study found in a line, for the terminal: the first sentence of its section, and where there is more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .sections import Section

MOST_LINES = 4  # of one section


def brief_lines(sections: Sequence[Section]) -> Iterator[str]:
    """Yield what the sections say first, of the studies that a config asks for by name."""
    paired = any(section.anchor == "pairs" for section in sections)
    for section in sections:
        said = (
            None if paired and section.anchor == "repeats" else _SAID.get(section.anchor)
        )  # the cases are named there
        found = [text for text in said(section.view) if text] if said is not None else []
        name = section.title.replace(": ", ", ")
        yield from (f"{name}: {text}" for text in found[:MOST_LINES])
        if len(found) > MOST_LINES:
            yield f"{name}: {len(found) - MOST_LINES} more in the report."


def _first(text: str) -> str:
    """Return the first sentence."""
    return text.split(". ", 1)[0].removesuffix(".") + "."


_SAID: dict[str, Callable[[Any], Sequence[str]]] = {
    "since": lambda view: view.brief,
    "changes": lambda view: [f"{axis.title}: {axis.takeaway}" for axis in view.axes],
    "pairs": lambda view: view.brief,
    "who": lambda view: [chart.takeaway for chart in view.charts],
    "repeats": lambda view: [_first(view.about)],
    "proxies": lambda view: [table.takeaway for table in view.tables],
    "exploration": lambda view: [view.takeaway],
}
