"""Questions an expert asks next: one file each, from the tables of an audit to one part of its record.

A study is a function `study(context)` that returns its part, or None where it has nothing to say. `STUDIES` names the
record's field and the module, which is imported only when the audit is made.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .context import StudyContext

# The record's field, and the module here that makes it; in the order of the record.
STUDIES: tuple[tuple[str, str], ...] = (
    ("custom", "own_measures"),
    ("calibration", "calibration"),
    ("thresholds", "thresholds"),
    ("changes", "changes"),
    ("pairs", "pairs"),
    ("repeats", "repeats"),
    ("conditional", "conditional"),
    ("representation", "representation"),
    ("missing", "missing"),
    ("bounds", "bounds"),
    ("exploration", "exploration"),
    ("suppression", "suppression"),
    ("proxies", "proxies"),
)


def make_studies(context: StudyContext) -> dict[str, Any]:
    """Return the parts of the record that the studies make, by field."""
    found = {}
    for field, module in STUDIES:
        part = import_module(f"{__name__}.{module}").study(context)
        if part is not None:
            found[field] = part
    return found
