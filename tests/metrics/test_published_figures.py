"""The published figures that everyone in the field knows, to the last digit that was printed."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from ethicscheck.auditing import load_config, make_record
from ethicscheck.model.record import AuditRecord
from helpers import audit_frame, disparities, estimates, gap, values

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def compas() -> AuditRecord:
    """The shipped COMPAS example."""
    return make_record(load_config(EXAMPLES / "compas" / "ethicscheck.yaml"))


@pytest.mark.parametrize(
    ("metric", "black", "white", "digits"),
    [
        ("false_positive_rate", 0.4485, 0.2345, 4),
        ("false_negative_rate", 0.2799, 0.4772, 4),
        ("precision", 0.63, 0.59, 2),
    ],
)
def test_compas_gives_propublicas_figures(
    metric: str, black: float, white: float, digits: int, compas: AuditRecord
) -> None:
    """Larson, Mattu, Kirchner & Angwin, ProPublica 2016, on 7,214 defendants; deciles 5 to 10 are "high"."""
    found = values(compas, metric, "race")

    assert (round(found["African-American"], digits), round(found["Caucasian"], digits)) == (black, white)
    assert compas.data.rows == 7_214


def test_compas_fails_its_rule_on_false_positives(compas: AuditRecord) -> None:
    """The example's point: the gap is far beyond 10 points, and the data show it."""
    finding = next(part for part in compas.findings if part.id == "fpr-race")

    assert (finding.verdict, compas.verdict) == ("fail", "fail")
    assert finding.observed is not None
    assert finding.observed.interval.low > 0.10


def test_the_promotion_exam_is_inconclusive() -> None:
    """Ricci v. DeStefano, the captain's exam: a large gap among 41 people, which chance alone may give.

    The exact p-value over the three groups is .251 (the sum over all 3 × 2 tables below).
    """
    record = make_record(load_config(EXAMPLES / "promotion" / "ethicscheck.yaml"))

    row = gap(record, "selection_rate", "ratio", "race")

    assert record.verdict == "inconclusive"
    assert row.value == pytest.approx(0.375 / 0.64)
    assert row.p_value == pytest.approx(float(_freeman_halton((16, 3, 3), (25, 8, 8))), abs=1e-12)


def _freeman_halton(passed: tuple[int, ...], took: tuple[int, ...]) -> Fraction:
    """Return the exact p-value, by going through every table with these margins."""

    def chance(table: tuple[int, ...]) -> Fraction:
        ways = math.prod(math.comb(n, k) for n, k in zip(took, table, strict=True))
        return Fraction(ways, math.comb(sum(took), sum(passed)))

    tables = [t for t in itertools.product(*(range(n + 1) for n in took)) if sum(t) == sum(passed)]
    return sum((chance(table) for table in tables if chance(table) <= chance(passed)), Fraction(0))


def of_hundred(selected: dict[str, int]) -> AuditRecord:
    """Audit groups of 100 people, so many of them selected."""
    rows = [(group, int(place < k), 1) for group, k in selected.items() for place in range(100)]
    frame = pd.DataFrame(rows, columns=["group", "p", "y"])
    frame.loc[0, "y"] = 0
    return audit_frame(frame, profiles=["four-fifths"], sensitive={"group": {"reference": "b"}})


def test_sixty_against_seventy_five_percent_is_exactly_four_fifths() -> None:
    """Floats say 0.7999…; exactly 80 % is not adverse (EEOC questions and answers, 1979)."""
    record = of_hundred({"a": 60, "b": 75})

    assert gap(record, "selection_rate", "ratio", "group").value == 0.8
    (row,) = disparities(record, "selection_rate", "ratio", "group", to="reference")
    assert row.value == 0.8
    assert record.findings[0].observed.value == 0.8
    assert "keeps the limit" in record.findings[0].message


def test_one_fewer_lies_beyond_four_fifths() -> None:
    """The comparison is exact on the other side too."""
    record = of_hundred({"a": 59, "b": 75})

    assert "is past the limit" in record.findings[0].message


def test_local_law_144s_impact_ratio_is_the_rate_over_the_highest_rate() -> None:
    """NYC DCWP, 6 RCNY § 5-301: the selection rate of a category over that of the most selected category."""
    record = of_hundred({"a": 30, "b": 60, "c": 45})

    quotients = {
        row.group["group"]: row.value for row in disparities(record, "selection_rate", "ratio", "group", to="reference")
    }

    assert quotients == {"a": 0.5, "c": 0.75}
    assert estimates(record, "selection_rate", "group")["b"].value == 0.6
