"""What became of 1,000 people in each group, from the rates that the record holds."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import ethicscheck as ec
from ethicscheck.report import render
from ethicscheck.report.index import RecordIndex
from ethicscheck.report.outcomes import outcomes_section, rounded_to_sum

EXAMPLES = Path(__file__).parents[2] / "examples"


def made_frame() -> pd.DataFrame:
    """Return 100 people of group a with 10 TP, 20 FP, 30 FN, 40 TN, and 50 of group b with no negatives."""
    cells = [("a", 1, 1, 10), ("a", 0, 1, 20), ("a", 1, 0, 30), ("a", 0, 0, 40), ("b", 1, 1, 20), ("b", 1, 0, 30)]
    return pd.DataFrame([(group, y, p) for group, y, p, n in cells for _ in range(n)], columns=["group", "y", "p"])


def counts(record: object, place: int = 0) -> dict[str, list[str]]:
    """Return the four numbers of each bar."""
    section = outcomes_section(RecordIndex(record))  # type: ignore[arg-type]
    assert section is not None
    return {row.label: [part.count for part in row.parts] for row in section.charts[place].rows}


def test_the_four_numbers_are_the_cells_per_thousand() -> None:
    """Reckoned by hand; a group without negatives has no false alarms and nobody rightly left alone."""
    record = ec.audit(made_frame(), label="y", prediction="p", sensitive=["group"]).record

    assert counts(record) == {
        "everyone": ["200", "133", "400", "267"],
        "a": ["100", "200", "300", "400"],
        "b": ["400", "0", "600", "0"],
    }


def test_other_metrics_chosen_give_the_same_bars() -> None:
    """False negative and true negative rates say the same as their complements."""
    settings = {"label": "y", "prediction": "p", "sensitive": ["group"]}
    whole = ec.audit(made_frame(), **settings).record  # type: ignore[arg-type]
    some = ec.audit(made_frame(), metrics=["false_negative_rate", "true_negative_rate"], **settings).record  # type: ignore[arg-type]

    assert counts(some) == counts(whole)


def test_without_both_rates_or_without_labels_there_are_no_bars() -> None:
    """Nothing is drawn that the record does not hold."""
    frame = made_frame()
    few = ec.audit(frame, label="y", prediction="p", sensitive=["group"], metrics=["accuracy"]).record
    unlabelled = ec.audit(frame, prediction="p", sensitive=["group"]).record

    assert outcomes_section(RecordIndex(few)) is None
    assert outcomes_section(RecordIndex(unlabelled)) is None
    assert b'id="outcomes"' not in render(unlabelled)


def test_a_group_whose_rates_are_withheld_has_no_bar() -> None:
    """A rate that is hidden is not a rate of nobody."""
    record = ec.audit(made_frame(), label="y", prediction="p", sensitive=["group"]).record
    hidden = tuple(
        row.model_copy(update={"value": None, "undefined": "suppressed", "denominator": 0, "rows": 0})
        if row.group == {"group": "b"}
        else row
        for row in record.estimates
    )

    assert counts(record.model_copy(update={"estimates": hidden}))["b"] == []


def test_compas_bars_are_the_published_cells() -> None:
    """ProPublica's table of African-American defendants: TN 990, FP 805, FN 532, TP 1369 of 3,696."""
    found = counts(ec.audit(EXAMPLES / "compas/ethicscheck.yaml").record)

    assert found["African-American"] == [str(round(n / 3.696)) for n in (1369, 805, 532, 990)]


def test_wrong_decisions_are_told_apart_without_colour() -> None:
    """Printed in black and white, or seen by a colour-blind reader: stripes, and no reference that loads anything."""
    page = render(ec.audit(EXAMPLES / "compas/ethicscheck.yaml").record).decode()

    stripes = r'<svg [^>]*class="part (wrongly-selected|missed)"[^>]*><rect [^>]*/><line class="stripes" '
    assert {kind: found > 5 for kind, found in Counter(re.findall(stripes, page)).items()} == {
        "wrongly-selected": True,
        "missed": True,
    }
    assert len(re.findall('class="stripes"', page)) == len(re.findall(stripes, page))
    assert "url(" not in page


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda values: sum(values) > 1e-6))
def test_rounded_parts_always_add_up(values: list[float]) -> None:
    """A bar of 1,000 people must not show 999 or 1,001; no part is off by one or more."""
    shares = [value / sum(values) * 1000 for value in values]
    rounded = rounded_to_sum(shares, 1000)

    assert sum(rounded) == 1000
    assert max(abs(a - b) for a, b in zip(shares, rounded, strict=True)) < 1 + 1e-9


def test_a_part_too_narrow_for_its_number_has_none() -> None:
    """A number that spills over its neighbour would be read as the neighbour's."""
    section = outcomes_section(RecordIndex(ec.audit(EXAMPLES / "compas/ethicscheck.yaml").record))
    assert section is not None
    parts = [part for row in section.charts[0].rows for part in row.parts]

    assert {part.legible for part in parts if part.width < 8} == {False}
    assert {part.legible for part in parts if part.width > 9} == {True}
    assert sum(part.width for part in section.charts[0].rows[0].parts) == pytest.approx(100)
