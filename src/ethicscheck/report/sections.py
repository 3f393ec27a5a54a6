"""The report's further sections: one for each part of the record that a study makes.

A section is a template in templates/sections/ and a maker, which turns the record into what the template prints, or
into None where there is nothing to show. The order here is the order of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .index import RecordIndex

Maker = Callable[[RecordIndex], Any]


@dataclass(frozen=True)
class Section:
    """A section as it is shown: `view` is what its maker returned."""

    anchor: str
    title: str
    template: str
    view: Any


# Anchor, title in the contents list, template in templates/sections/, maker.
SECTIONS: tuple[tuple[str, str, str, Maker], ...] = ()


def make_sections(index: RecordIndex) -> tuple[Section, ...]:
    """Return the sections that have something to show."""
    made = ((anchor, title, template, maker(index)) for anchor, title, template, maker in SECTIONS)
    return tuple(Section(anchor, title, template, view) for anchor, title, template, view in made if view is not None)
