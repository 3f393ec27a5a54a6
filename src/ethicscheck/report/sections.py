"""The report's further sections: one for each part of the record that a study makes.

A section is a template in templates/sections/ and a maker, which turns the record into what the template prints, or
into None where there is nothing to show. The order here is the order of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .calibration import calibration_section
from .changes import changes_section
from .class_shares import class_shares_section
from .controls import controls_section
from .exploration import exploration_section
from .hiding import hiding_section
from .impact_ratios import impact_ratio_section
from .index import RecordIndex
from .outcomes import outcomes_section
from .pairs import pairs_section
from .proxies import proxies_section
from .quartiles import quartiles_section
from .repeats import repeats_section
from .since import since_section
from .strata import strata_section
from .thresholds import thresholds_section
from .who import who_section

Maker = Callable[[RecordIndex], Any]


@dataclass(frozen=True)
class Section:
    """A section as it is shown: `view` is what its maker returned, `room` where on the page it stands."""

    anchor: str
    title: str
    room: str
    template: str
    view: Any


# Anchor, title in the contents list, room on the page, template in templates/sections/, maker. "data" follows the rows
# accounted for, "answers" the findings, "look" all measures, "since" the waivers, "record" how to verify.
SECTIONS: tuple[tuple[str, str, str, str, Maker], ...] = (
    ("since", "What changed since the last audit", "since", "since.html.j2", since_section),
    ("changes", "What this change does", "answers", "changes.html.j2", changes_section),
    ("pairs", "Matched pairs", "answers", "pairs.html.j2", pairs_section),
    ("impact-ratios", "Impact ratios", "answers", "impact_ratios.html.j2", impact_ratio_section),
    ("hidden", "What is not shown", "data", "hiding.html.j2", hiding_section),
    ("who", "Who is in the data, who is missing", "data", "who.html.j2", who_section),
    ("repeats", "Rows that belong together", "data", "repeats.html.j2", repeats_section),
    ("outcomes", "Outcomes by group", "look", "outcomes.html.j2", outcomes_section),
    ("class-shares", "Which class gets which group", "look", "class_shares.html.j2", class_shares_section),
    ("quartiles", "By size of the true value", "look", "quartiles.html.j2", quartiles_section),
    ("scores", "Scores by group", "look", "calibration.html.j2", calibration_section),
    ("strata", "Within strata", "look", "strata.html.j2", strata_section),
    ("thresholds", "Thresholds", "look", "thresholds.html.j2", thresholds_section),
    ("proxies", "What gives away a group", "look", "proxies.html.j2", proxies_section),
    ("exploration", "Where it is worst: exploratory", "look", "exploration.html.j2", exploration_section),
    ("controls", "Laws and standards: what bears on them", "record", "controls.html.j2", controls_section),
)


def make_sections(index: RecordIndex) -> tuple[Section, ...]:
    """Return the sections that have something to show."""
    made = (Section(anchor, title, room, template, maker(index)) for anchor, title, room, template, maker in SECTIONS)
    return tuple(section for section in made if section.view is not None)


def contents(sections: Sequence[Section]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return the contents list in the order of the page: the name of each part and its (anchor, title)."""
    rooms = {
        room: [(part.anchor, part.title) for part in sections if part.room == room]
        for room in dict.fromkeys(room for _, _, room, _, _ in SECTIONS)
    }
    parts = (
        ("In short", [("plain", "In plain words")]),
        ("What was audited", [("scope", "Scope"), ("data", "Data"), *rooms["data"]]),
        ("Results", [("findings", "Findings"), *rooms["answers"], ("tables", "All measures")]),
        ("A closer look", rooms["look"]),
        (
            "People",
            [
                ("questions", "Questions and answers"),
                ("consequences", "Unintended consequences"),
                ("waivers", "Waivers"),
                ("since", "Since the last audit"),
            ],
        ),
        (
            "For the record",
            [
                ("method", "Method and limits"),
                ("provenance", "How it was made"),
                ("sign-off", "Sign-off"),
                ("verify", "How to verify"),
                *rooms["record"],
                ("terms", "Glossary"),
            ],
        ),
    )
    return tuple((name, tuple(entries)) for name, entries in parts if entries)
