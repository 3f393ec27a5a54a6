"""The record's `conditional`: Berkeley against R and statsmodels, positivity, weights, and which pairs are compared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from ethicscheck.auditing import load_config, make_record
from ethicscheck.model.record import AuditRecord, read_record
from ethicscheck.policy.glossary import find_entry
from ethicscheck.report import render
from ethicscheck.report.index import RecordIndex
from ethicscheck.report.strata import strata_section
from helpers import audit_text

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def berkeley() -> AuditRecord:
    return make_record(load_config(EXAMPLES / "berkeley/ethicscheck.yaml"))


def rows(*cells):
    """Return a CSV of group, stratum, decision and how many."""
    return "group,s,p,n\n" + "".join(f"{','.join(map(str, cell))}\n" for cell in cells)


def metric(record: AuditRecord, name: str = "selection_rate", features=("group",)):
    """Return the one row of a metric."""
    assert record.conditional is not None
    (row,) = (row for row in record.conditional.metrics if row.metric == name and row.features == features)
    return row


def test_berkeley_holds_the_published_figures(berkeley: AuditRecord) -> None:
    """R's mantelhaen.test: .9047 (.7719 to 1.0603); statsmodels' Breslow–Day with Tarone 18.83; men against women."""
    (pair,) = metric(berkeley, features=("sex",)).pairs

    assert (pair.group, pair.against, pair.to) == ({"sex": "Male"}, {"sex": "Female"}, "gap")
    assert round(pair.odds_ratio.value, 4) == 0.9047
    assert (round(pair.odds_ratio.interval.low, 4), round(pair.odds_ratio.interval.high, 4)) == (0.7719, 1.0603)
    assert round(pair.independence.statistic, 4) == 1.5246
    assert (round(pair.homogeneity.statistic, 2), pair.homogeneity.test) == (18.83, "breslow_day_tarone")
    assert pair.turns == "clear"
    assert pair.crude.value == pytest.approx(pair.explained + pair.unexplained.value, abs=1e-15)
    assert (pair.strata, pair.rows, len(pair.within)) == (6, 4526, 6)


def test_berkeleys_page_says_that_the_gap_turns_round(berkeley: AuditRecord) -> None:
    """The words a reader takes away, once in the finding and once in the section."""
    section = strata_section(RecordIndex(berkeley))
    (table,) = section.subjects[0].tables
    facts = dict(table.facts)

    assert "the difference turns round: −4.3 points (−7.9 to −0.7)" in table.takeaway
    assert facts["Common odds ratio"].startswith("0.905 (0.772 to 1.060)")
    assert facts["What the mix of department makes"].startswith("17.8 of the 14.2 points")
    assert facts["Is it the same in every department?"].startswith("no, so read the rows above")
    assert section.subjects[0].adjusted[0][-1] == "turns round"


def test_figures_of_two_groups_equal_statsmodels(tmp_path: Path) -> None:
    """Second implementation from data to record: pooled odds ratio, its interval, and the test."""
    generator = np.random.default_rng(11)
    counts = generator.integers(20, 200, size=(3, 2, 2))
    text = rows(
        *((g, f"s{s}", p, counts[s, place, 1 - p]) for s, (place, g), p in product(range(3), enumerate("ab"), (0, 1)))
    )
    row = metric(audit_text(tmp_path, text, label=None, count="n", strata="s"))
    pair = row.pairs[0]
    order = [0, 1] if pair.group == {"group": "a"} else [1, 0]
    oracle = StratifiedTable([table[order] for table in counts])

    assert pair.odds_ratio.value == pytest.approx(oracle.oddsratio_pooled, rel=1e-12)
    assert (pair.odds_ratio.interval.low, pair.odds_ratio.interval.high) == pytest.approx(
        oracle.oddsratio_pooled_confint()
    )
    assert row.independence.p_value == pytest.approx(oracle.test_null_odds().pvalue, rel=1e-9)


def test_a_stratum_that_lacks_a_group_is_named_not_dropped_in_silence(tmp_path: Path) -> None:
    """Positivity: nobody of b in Y, so what b's rate would be there is unknown; the crude figure is over X too then."""
    text = rows(
        ("a", "X", 1, 60), ("a", "X", 0, 40), ("b", "X", 1, 30), ("b", "X", 0, 70), ("a", "Y", 1, 90), ("a", "Y", 0, 10)
    )
    row = metric(audit_text(tmp_path, text, label=None, count="n", strata="s"))
    (pair,) = row.pairs
    (left_out,) = pair.left_out

    assert (left_out.stratum, left_out.rows, left_out.lacks) == ({"s": "Y"}, 100, ({"group": "b"},))
    assert (pair.strata, pair.rows) == (1, 200)
    assert pair.crude.value == pair.adjusted.value == pytest.approx(0.3)
    assert row.standardised.left_out == pair.left_out
    assert [part.undefined for part in row.within] == [None, "fewer_than_two_groups"]


def test_the_page_keeps_the_gap_over_all_apart_from_that_over_strata_that_hold_both(tmp_path: Path) -> None:
    """75 % against 30 % over all, 60 % against 30 % where both are: the adjusted figure is to be held against the latter."""
    text = rows(
        ("a", "X", 1, 60), ("a", "X", 0, 40), ("b", "X", 1, 30), ("b", "X", 0, 70), ("a", "Y", 1, 90), ("a", "Y", 0, 10)
    )
    record = audit_text(tmp_path, text, label=None, count="n", strata="s")
    (table,) = strata_section(RecordIndex(record)).subjects[0].tables

    assert [(row.label, row.difference[:5]) for row in table.rows[-3:]] == [
        ("All together", "+45.0"),
        ("Together, where s is known and holds both", "+30.0"),
        ("If all had the same mix of s", "+30.0"),
    ]
    assert dict(table.facts)["Left out of what is adjusted"] == "Y (100 people; no value there for b)"


def test_groups_that_never_share_a_stratum_have_no_adjusted_gap(tmp_path: Path) -> None:
    """a only in X, b only in Y: there is a reason, and the page says it."""
    text = rows(("a", "X", 1, 60), ("a", "X", 0, 40), ("b", "Y", 1, 30), ("b", "Y", 0, 70))
    record = audit_text(tmp_path, text, label=None, count="n", strata="s")
    row = metric(record)

    assert row.standardised.undefined == row.pairs[0].undefined == "no_common_stratum"
    assert (row.independence, row.pairs[0].adjusted) == (None, None)
    assert "can’t be adjusted: there is no stratum in which every group" in render(record).decode()


def test_weighted_rows_are_adjusted_without_odds_ratio_or_test(tmp_path: Path) -> None:
    """DESIGN §6.1: no χ² on weights; weights of 1 give the values of counts."""
    text = "group,s,p,w\n" + "".join(
        f"{g},{s},{int(i % 5 < k)},1\n"
        for g, s, k in (("a", "X", 3), ("b", "X", 1), ("a", "Y", 4), ("b", "Y", 2))
        for i in range(50)
    )
    weighted = metric(audit_text(tmp_path, text, label=None, weight="w", strata="s")).pairs[0]
    counted = metric(audit_text(tmp_path, text, label=None, strata="s")).pairs[0]

    assert weighted.adjusted.value == pytest.approx(counted.adjusted.value, rel=1e-12)
    assert weighted.adjusted.interval.low == pytest.approx(counted.adjusted.interval.low, rel=1e-9)
    assert (weighted.odds_ratio, weighted.independence, weighted.homogeneity) == (None, None, None)


def test_more_groups_are_each_compared_with_the_reference(tmp_path: Path) -> None:
    """The two ends of the gap first; then every other group against the reference, none twice."""
    text = rows(
        *(
            (g, s, p, n)
            for g, (k, s) in product("abcd", enumerate("XY"))
            for p, n in ((1, 40 + 9 * ord(g) % 50 + k), (0, 60))
        )
    )
    row = metric(audit_text(tmp_path, text, label=None, count="n", strata="s", sensitive={"group": {"reference": "a"}}))
    pairs = [(pair.group["group"], pair.against["group"], pair.to) for pair in row.pairs]

    assert pairs[0][2] == "gap"
    assert all(to == "reference" and against == "a" for _, against, to in pairs[1:])
    assert len({frozenset(pair[:2]) for pair in pairs}) == len(pairs)
    assert {frozenset((g, "a")) for g in "bcd"} <= {frozenset(pair[:2]) for pair in pairs}
    assert row.independence.degrees == 3


def test_every_metric_is_adjusted_and_the_mix_explains_only_means(tmp_path: Path) -> None:
    """A correlation is no mean over people, so no share of its gap is the mix's; its adjusted gap is still there."""
    generator = np.random.default_rng(5)
    text = "group,s,y,p\n" + "".join(
        f"{g},{s},{y},{p}\n"
        for g, s, y, p in zip(
            generator.choice(list("ab"), 800),
            generator.choice(list("XYZ"), 800),
            generator.integers(0, 2, 800),
            generator.integers(0, 2, 800),
            strict=True,
        )
    )
    record = audit_text(tmp_path, text, strata="s")

    assert {row.metric for row in record.conditional.metrics} == {row.metric for row in record.estimates}
    correlation, f1 = (metric(record, name).pairs[0] for name in ("matthews_corrcoef", "f1_score"))
    assert (correlation.explained, correlation.odds_ratio, correlation.homogeneity) == (None, None, None)
    assert correlation.adjusted is not None
    assert f1.explained + f1.unexplained.value == pytest.approx(f1.crude.value, abs=1e-14)


def test_demographic_disparity_looks_at_the_favourable_decision(tmp_path: Path) -> None:
    """Where 0 helps, being selected is the unfavourable side: the signs turn."""
    text = rows(("a", "X", 1, 60), ("a", "X", 0, 40), ("b", "X", 1, 30), ("b", "X", 0, 70))
    found = {
        favourable: audit_text(tmp_path, text, label=None, count="n", strata="s", favourable=favourable).conditional
        for favourable in (0, 1)
    }
    (a, b), (other, _) = (found[side].demographic_disparity for side in (1, 0))

    assert a.conditional.value == pytest.approx(40 / 110 - 60 / 90)
    assert b.conditional.value == pytest.approx(-a.conditional.value)
    assert other.conditional.value == pytest.approx(-a.conditional.value)


def test_many_strata_stay_readable_and_say_what_is_not_shown(tmp_path: Path) -> None:
    """Fifty strata: the thirty largest, and where the others stand."""
    text = rows(*((g, f"s{s:02}", p, 10 + s) for s, g, p in product(range(50), "ab", (0, 1))))
    record = audit_text(tmp_path, text, label=None, count="n", strata="s")
    (table,) = strata_section(RecordIndex(record)).subjects[0].tables

    assert len(table.rows) == 30 + 2
    assert table.more == "Shown are the 30 with most people; the other 20 stand in audit.json."
    assert len(metric(record).within) == 50


def test_two_stratum_columns_are_held_together(tmp_path: Path) -> None:
    """Each combination is a stratum."""
    text = "group,s,t,p,n\n" + "".join(f"{g},{s},{t},{p},25\n" for g, s, t, p in product("ab", "XY", "12", (0, 1)))
    record = audit_text(tmp_path, text, label=None, count="n", strata=["s", "t"])

    assert [tuple(part.stratum.values()) for part in metric(record).within] == [
        ("X", "1"),
        ("X", "2"),
        ("Y", "1"),
        ("Y", "2"),
    ]


def test_a_record_that_is_read_back_draws_the_same_page(tmp_path: Path) -> None:
    """Canonical JSON sorts keys; groups of an intersection and strata come back in their own order."""
    text = "zone,age,s,a,p\n" + "".join(
        f"{z},{g},{s},{t},{(i + ord(z)) % 3 == 0:d}\n" for z, g, s, t, i in product("yx", "ml", "XY", "12", range(40))
    )
    record = audit_text(
        tmp_path, text, label=None, sensitive=["zone", "age"], intersections=[["zone", "age"]], strata=["s", "a"]
    )

    assert render(read_record(record.to_json(), "audit.json")) == render(record)


def test_without_strata_there_is_no_such_part(tmp_path: Path) -> None:
    """Fields that are not asked for are not there."""
    record = audit_text(tmp_path, rows(("a", "X", 1, 60), ("a", "X", 0, 40), ("b", "X", 1, 30)), label=None, count="n")

    assert record.conditional is None
    assert b"conditional" not in record.to_json()


def test_scores_too_many_for_one_table_are_said_to_have_no_strata(tmp_path: Path) -> None:
    """Nothing that was asked for is left out in silence."""
    generator = np.random.default_rng(2)
    scores = generator.random(25_000)
    text = "group,s,y,score\n" + "".join(
        f"{'ab'[i % 2]},{'XY'[i // 2 % 2]},{i % 3 == 0:d},{score}\n" for i, score in enumerate(scores)
    )
    record = audit_text(
        tmp_path, text, prediction=None, score="score", threshold=0.5, strata="s", metrics=["selection_rate", "roc_auc"]
    )

    assert {row.metric for row in record.conditional.metrics} == {"selection_rate"}
    assert "too many different scores: ROC AUC" in render(record).decode()


def test_every_name_that_these_studies_write_is_explained(berkeley: AuditRecord, tmp_path: Path) -> None:
    """By `explain`, and in the docs: a name that leads nowhere can't be checked by anyone."""
    generator = np.random.default_rng(1)
    draws = (generator.choice(list("abc"), 300), generator.choice(list("XY"), 300), *generator.integers(0, 2, (2, 300)))
    text = "group,s,y,p\n" + "".join(f"{g},{s},{y},{p}\n" for g, s, y, p in zip(*draws, strict=True))
    shares = {"group": {"a": 0.4, "b": 0.3, "c": 0.3}}
    records = [berkeley, audit_text(tmp_path, text, strata="s", population=shares)]
    pages = "".join(page.read_text(encoding="utf-8") for page in EXAMPLES.parent.glob("docs/*.md"))

    found = {name for record in records for name in names_in(record.model_dump(mode="json"))}
    assert {"wilson_standardised", "robins_breslow_greenland", "breslow_day_tarone", "exact_multinomial"} <= found
    assert {name for name in found if find_entry(name) is None} == set()
    assert {name for name in found if f"`{name}`" not in pages} == set()


def names_in(value: Any) -> Iterator[str]:
    """Yield the names of methods and tests in the parts of a record that these studies make."""
    for part in ("conditional", "representation", "missing"):
        yield from _names(value.get(part))


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _names(part)
    elif isinstance(value, dict):
        yield from (value[key] for key in ("method", "test") if isinstance(value.get(key), str))
        for part in value.values():
            yield from _names(part)


@pytest.mark.parametrize(
    ("more", "becomes"), [(200, "stays about as large"), (1_000, "stays, smaller"), (-1_000, "stays, larger")]
)
def test_a_difference_is_called_smaller_only_if_it_falls_by_more_than_a_tenth(
    tmp_path: Path, more: int, becomes: str
) -> None:
    """20 points in each stratum; over all .2 + .4 × (what share more of a than of b is in X): 20.8, 24 and 16 points."""
    text = rows(
        *(
            (g, s, p, round(people * (rate if p else 1 - rate)))
            for g, in_x, rates in (("a", 5_000 + more, (0.8, 0.4)), ("b", 5_000, (0.6, 0.2)))
            for s, people, rate in zip("XY", (in_x, 10_000 - in_x), rates, strict=True)
            for p in (0, 1)
        )
    )
    record = audit_text(tmp_path, text, label=None, count="n", strata="s")
    pair = metric(record).pairs[0]
    section = strata_section(RecordIndex(record))

    assert section is not None
    assert section.subjects[0].adjusted[0][-1] == becomes, (pair.crude, pair.adjusted)


def test_the_table_says_why_its_range_is_not_the_findings(tmp_path: Path) -> None:
    """Only where there were more than two groups to pick from, and by whose range it is to be held."""
    text = rows(*((g, s, p, 100 + 40 * p * ord(g) % 70) for g in "abc" for s in "XY" for p in (0, 1)))
    two = "\n".join(line for line in text.splitlines() if not line.startswith("c"))
    rule = {"id": "r", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}

    def said(table: str, **parts: Any) -> str:
        section = strata_section(RecordIndex(audit_text(tmp_path, table, label=None, count="n", strata="s", **parts)))
        assert section is not None
        return section.subjects[0].picked

    assert said(two, rules=[rule]) == ""
    assert "for these two groups alone; a finding’s allows for" in said(text, rules=[rule])
    assert "that among all measures allows for" in said(text)
