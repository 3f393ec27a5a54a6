"""docs/statistics.md explains what the record names."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import CRITERIA, METRICS
from ethicscheck.metrics.comparison import Comparison
from ethicscheck.metrics.rows import estimate_rows, overall_rows, reference_rows
from ethicscheck.stats.studentized_range import simultaneous_critical_value

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/statistics.md").read_text(encoding="utf-8")
CELLS = np.array([[40, 11, 9, 20], [30, 20, 8, 12], [70, 5, 30, 44]])
COUNTS = GroupCounts(("group",), (("a",), ("b",), ("c",)), CELLS)
WEIGHTED = GroupCounts(COUNTS.axes, COUNTS.keys, CELLS, CELLS * 1.5, CELLS * 2.5)
EVERYONE = GroupCounts((), ((),), CELLS.sum(axis=0, keepdims=True))


def methods():
    """Return the method of every interval that these groups give rise to."""
    found = set()
    for metric in METRICS.values():
        for counts in (COUNTS, WEIGHTED):
            found |= {row.interval.method for row in estimate_rows(metric, counts, 1, 0.95)}
        rows = [*reference_rows(metric, COUNTS, 0, 1, 0.95), *overall_rows(metric, COUNTS, EVERYONE, 1, 0.95)]
        found |= {row.interval.method for row in rows}
    for measure in (*METRICS.values(), *CRITERIA.values()):
        comparison = Comparison.of(measure, COUNTS, frozenset(), 1, 0.05)
        for compare in (
            "difference",
            *(("ratio",) if measure.ratio else ()),
            *(("each",) if measure.name in METRICS else ()),
        ):
            found.add(comparison.gap(compare).method)
    return found


def test_every_method_in_the_record_is_explained():
    """A name in the record that leads nowhere can't be checked by anyone."""
    missing = {method for method in methods() if f"`{method}`" not in PAGE}

    assert len(methods()) == 13
    assert missing == set()


@pytest.mark.parametrize("name", ["fisher_exact", "freeman_halton", "chi_squared", "freeman_halton_monte_carlo"])
def test_every_test_in_the_record_is_explained(name):
    """The same for p-values."""
    assert f"`{name}`" in PAGE


def test_the_critical_values_on_the_page_are_those_used():
    """Figures in prose go stale unseen."""
    found = [f"{simultaneous_critical_value(0.05, groups):.2f}" for groups in (5, 10, 20)]

    assert f"{found[0]} for 5, {found[1]} for 10, {found[2]} for 20" in PAGE


def test_the_coverage_table_on_the_page_keeps_its_bounds():
    """The printed least coverage of every setting is at least 94 %, its mean width at most .85 for K ≥ 5."""
    least = [
        float(value)
        for value in re.findall(r"^\| (?:difference|ratio|equalized odds|each) \|(?:[^|]*\|){3} ([\d.]+) %", PAGE, re.M)
    ]
    widths = re.search(r"^\| \*\*all\*\* \|[^|]*\| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", PAGE, re.M)

    assert len(least) == 48
    assert min(least) >= 94.0
    assert max(map(float, widths.groups())) <= 0.85
