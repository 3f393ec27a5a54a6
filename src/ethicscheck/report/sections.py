"""The report's further sections: one for each part of the record that a study makes.

A section is a template in templates/sections/ and a maker, which turns the record into what the template prints, or
into None where there is nothing to show. The order here is the order of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .calibration import calibration_section
from .changes import changes_section
from .class_shares import class_shares_section
from .exploration import exploration_section
from .hiding import hiding_section
from .impact_ratios import impact_ratio_section
from .index import RecordIndex
from .outcomes import outcomes_section
from .pairs import pairs_section
from .proxies import proxies_section
from .quartiles import quartiles_section
from .repeats import repeats_section
from .strata import strata_section
from .thresholds import thresholds_section
from .who import who_section

Maker = Callable[[RecordIndex], Any]


@dataclass(frozen=True)
class Section:
    """A section as it is shown: `view` is what its maker returned."""

    anchor: str
    title: str
    template: str
    view: Any


# Anchor, title in the contents list, template in templates/sections/, maker.
SECTIONS: tuple[tuple[str, str, str, Maker], ...] = (
    ("hidden", "What is not shown", "hiding.html.j2", hiding_section),
    ("changes", "What this change does", "changes.html.j2", changes_section),
    ("pairs", "Matched pairs", "pairs.html.j2", pairs_section),
    ("repeats", "Rows that belong together", "repeats.html.j2", repeats_section),
    ("impact-ratios", "Impact ratios", "impact_ratios.html.j2", impact_ratio_section),
    ("who", "Who is in the data, who is missing", "who.html.j2", who_section),
    ("outcomes", "Outcomes by group", "outcomes.html.j2", outcomes_section),
    ("class-shares", "Which class gets which group", "class_shares.html.j2", class_shares_section),
    ("quartiles", "By size of the true value", "quartiles.html.j2", quartiles_section),
    ("scores", "Scores by group", "calibration.html.j2", calibration_section),
    ("strata", "Within strata", "strata.html.j2", strata_section),
    ("thresholds", "Thresholds", "thresholds.html.j2", thresholds_section),
    ("proxies", "What gives away a group", "proxies.html.j2", proxies_section),
    ("exploration", "Where it is worst: exploratory", "exploration.html.j2", exploration_section),
)


def make_sections(index: RecordIndex) -> tuple[Section, ...]:
    """Return the sections that have something to show."""
    made = ((anchor, title, template, maker(index)) for anchor, title, template, maker in SECTIONS)
    return tuple(Section(anchor, title, template, view) for anchor, title, template, view in made if view is not None)
