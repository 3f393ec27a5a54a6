"""Audits of many groups and many rules: still small, still readable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_report import Page

import ethicscheck as ec
from ethicscheck.report import render

MEASURES = (
    "selection_rate", "base_rate", "true_positive_rate", "true_negative_rate", "false_positive_rate", "false_negative_rate",
    "precision", "negative_predictive_value", "false_discovery_rate", "false_omission_rate", "accuracy", "balanced_accuracy",
    "f1_score", "matthews_corrcoef",
)  # fmt: skip


def _frame(groups: int, rows: int) -> pd.DataFrame:
    random = np.random.default_rng(7)
    group = random.integers(0, groups, rows)
    return pd.DataFrame(
        {
            "place": [f"Municipality {number:04}" for number in group],
            "y": (random.random(rows) < 0.3 + 0.3 * group / groups).astype(int),
            "p": (random.random(rows) < 0.5).astype(int),
        }
    )


def _audited(groups: int, rows: int, rules: list[dict[str, Any]]) -> Any:
    return ec.audit(
        _frame(groups, rows), label="y", prediction="p", sensitive=["place"], metrics=list(MEASURES), rules=rules
    )


@pytest.mark.slow
def test_200_groups_and_14_measures_are_under_400_kilobytes() -> None:
    """Every number stands in the page; the record in it says what it lacks."""
    result = _audited(
        200, 20_000, [{"metric": "false_negative_rate", "across": "place", "compare": "difference", "max": 0.1}]
    )
    content = render(result.record)
    page = Page(content.decode())

    assert len(content) < 400_000
    assert sum(f"Municipality {number:04}" in page.text for number in range(200)) == 200


def test_of_60_rules_those_that_pass_are_folded_and_the_worst_stand_first() -> None:
    """A reader with ten seconds sees what fails."""
    rules = [
        {"id": f"rule-{number}", "metric": metric, "across": "place", "compare": "difference", "max": limit}
        for number, (metric, limit) in enumerate(
            (metric, limit) for metric in MEASURES[:12] for limit in (0.01, 0.3, 0.9, 0.95, 0.99)
        )
    ]
    content = render(_audited(3, 3000, rules).record)
    page = content.decode()
    words = [word for word in ("fail", "inconclusive", "pass") for _ in range(page.count(f'class="finding {word}"'))]

    assert len(words) == 60
    assert words.count("pass") > 20
    assert page.count('<details class="folded"') == words.count("pass")
    assert len(content) < 400_000
