"""Sums over clusters, made in the engine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

import ethicscheck as ec
from ethicscheck.auditing import load_config, make_record
from ethicscheck.counts.clusters import ClusterSums
from ethicscheck.counts.collect import collect
from ethicscheck.counts.roles import KeyColumn, Roles
from ethicscheck.sources.frames import view_frame
from helpers import write_config


def repeats(people=300, seed=1):
    """People with one to eight rows each, a race of their own, and rows at one of two sites."""
    generator = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), generator.integers(1, 9, people))
    rows = len(person)
    race = np.array(["A", "B", "C"])[generator.choice(3, people, p=[0.5, 0.3, 0.2])][person]
    label = (generator.random(rows) < generator.beta(1, 1.5, people)[person]).astype(int)
    return pd.DataFrame(
        {
            "person": person,
            "race": race,
            "site": generator.choice(["x", "y"], rows),
            "age": generator.integers(18, 80, rows),
            "label": label,
            "new": (generator.random(rows) < 0.2 + 0.6 * label).astype(int),
            "old": (generator.random(rows) < 0.3 + 0.4 * label).astype(int),
            "score": generator.random(rows).round(2),
            "n": generator.integers(0, 4, rows),
            "w": np.exp(generator.normal(0, 0.7, rows)),
        }
    )


FRAME = repeats()
ROLES = {"label": "label", "prediction": "new", "compare_with": "old", "cluster": "person"}


def attached(frame, kind="decisions", features=("race",), within=None, **roles):
    """Return the groups of some features with their sums over clusters."""
    keys = tuple(KeyColumn(name, (30.0, 50.0) if name == "age" else ()) for name in ("race", "site", "age"))
    own = Roles(features=keys[:1] + keys[2:], strata=keys[1:2], **{**ROLES, **roles})
    view = view_frame(frame, own.columns(), own.numeric())
    collected = collect(view, own)
    counts = collected.tables[kind].roll_up(features, within)
    return ClusterSums(view, own, collected).attach(counts, kind, within)


def by_hand(frame, column, width, amount=None, keys=("race",)):
    """Second implementation: Σ x xᵀ by pandas and numpy."""
    amount = np.ones(len(frame)) if amount is None else amount
    found, people = {}, {}
    for key, part in frame.assign(column=column, amount=amount).groupby(list(keys)):
        sums = part.pivot_table(index="person", columns="column", values="amount", aggfunc="sum", fill_value=0)
        x = sums.reindex(columns=range(width), fill_value=0).to_numpy(dtype=float)
        found[key], people[key] = x.T @ x, len(x)
    return found, people


def test_the_products_are_those_of_each_persons_own_cells():
    """Second implementation: pandas."""
    counts = attached(FRAME)
    products, people = by_hand(FRAME, 2 * FRAME.label + FRAME.new, 4)

    for place, key in enumerate(counts.keys):
        assert counts.products[place].tolist() == products[key].tolist()
        assert counts.clusters[place] == people[key]


def test_two_models_have_products_of_eight_cells():
    """Column 4·other + 2·label + prediction."""
    counts = attached(FRAME, "changes")
    products, _ = by_hand(FRAME, 4 * FRAME.old + 2 * FRAME.label + FRAME.new, 8)

    for place, key in enumerate(counts.keys):
        assert counts.products[place].tolist() == products[key].tolist()


def test_weights_enter_the_products_and_their_unit_is_the_cells():
    """Second implementation: pandas, on weights."""
    counts = attached(FRAME, weight="w")
    products, _ = by_hand(FRAME, 2 * FRAME.label + FRAME.new, 4, FRAME.w)

    for place, key in enumerate(counts.keys):
        assert counts.products[place] * 4.0**counts.unit == pytest.approx(products[key], rel=1e-12)


def test_a_row_that_stands_for_several_counts_so_often():
    """Frequency and cluster together; a row that stands for nobody makes no cluster."""
    counts = attached(FRAME, count="n")
    some = FRAME[FRAME.n > 0]
    products, people = by_hand(some, 2 * some.label + some.new, 4, some.n)

    for place, key in enumerate(counts.keys):
        assert counts.products[place].tolist() == products[key].tolist()
        assert counts.clusters[place] == people[key]


def test_groups_within_a_stratum_and_bins_have_their_own():
    """A person's rows at two sites are two clusters there; numeric features are cut before clusters are summed."""
    counts = attached(FRAME, within={"site": "x"})
    part = FRAME[FRAME.site == "x"]
    products, _ = by_hand(part, 2 * part.label + part.new, 4)
    assert counts.products[0].tolist() == products[counts.keys[0]].tolist()

    counts = attached(FRAME, features=("age",))
    young = FRAME[FRAME.age < 30]
    assert counts.keys[0] == ("<30",)
    assert counts.clusters[0] == young.person.nunique()


def test_scores_know_only_how_large_clusters_are():
    """A histogram of scores has too many columns: its intervals take rows of a cluster for alike."""
    counts = attached(FRAME, "scores", score="score")
    products, _ = by_hand(FRAME, np.zeros(len(FRAME)), 1)

    assert counts.products.shape == (3, 1, 1)
    assert [float(part[0, 0]) for part in counts.products] == [float(products[key][0, 0]) for key in counts.keys]


def test_every_engine_and_any_order_give_the_same_bits(tmp_path):
    """pandas, polars and DuckDB on a CSV, rows shuffled; weighted, so that sums could differ in the last bit."""
    FRAME.sample(frac=1, random_state=3).to_csv(tmp_path / "data.csv", index=False)
    columns = {"label": "label", "prediction": "new", "sensitive": ["race", "site"], "compare_with": "old"}
    columns |= {"cluster": "person", "weight": "w"}

    records = [
        make_record(load_config(write_config(tmp_path, **columns, statistics={"min_group": 30}))),
        ec.audit(FRAME, **columns).record,
        ec.audit(pl.from_pandas(FRAME), **columns).record,
    ]

    for other in records[1:]:
        assert other.estimates == records[0].estimates
        assert other.disparities == records[0].disparities
        assert other.changes == records[0].changes


def test_rows_of_nobody_known_are_left_out_with_their_reason():
    """Exact row accounting: a missing id is no person of its own, and no person that all such rows are."""
    frame = FRAME.assign(person=FRAME.person.astype("Int64").astype(object))
    frame.loc[:6, "person"] = None

    record = ec.audit(frame, label="label", prediction="new", sensitive=["race"], cluster="person").record

    assert {part.reason: part.rows for part in record.data.excluded} == {"missing_cluster": 7}
    assert record.data.judged == len(frame) - 7


def test_clusters_that_straddle_groups_are_counted():
    """A race is a person's own, a site is not."""
    keys = (KeyColumn("race"), KeyColumn("site"))
    roles = Roles(features=keys, **ROLES)
    view = view_frame(FRAME, roles.columns(), roles.numeric())
    sums = ClusterSums(view, roles, collect(view, roles))
    both = FRAME.groupby("person").site.nunique()

    assert sums.straddling(("race",)) == (FRAME.person.nunique(), 0)
    assert sums.straddling(("site",)) == (FRAME.person.nunique(), int((both > 1).sum()))


def test_the_record_has_wider_intervals_no_tests_and_the_same_values():
    """People who stand in many rows: what is measured stays, what is known of it shrinks."""
    plain = ec.audit(FRAME, label="label", prediction="new", sensitive=["race"], score="score").record
    minded = ec.audit(
        FRAME, label="label", prediction="new", sensitive=["race"], score="score", cluster="person"
    ).record

    for before, after in zip(plain.estimates, minded.estimates, strict=True):
        assert after.value == before.value
        if after.interval is not None:
            assert after.interval.method.endswith("_clusters")
    assert all(row.p_value is None for row in minded.disparities)
    widths = [
        (row.interval.high - row.interval.low)
        for record in (plain, minded)
        for row in record.estimates
        if row.metric == "base_rate" and not row.features
    ]
    assert widths[1] > 1.2 * widths[0]


def test_each_row_a_cluster_of_its_own_is_nearly_no_cluster():
    """Ids that never repeat cost no more than t and m/(m − 1)."""
    frame = FRAME.assign(person=range(len(FRAME)))
    plain = ec.audit(frame, label="label", prediction="new", sensitive=["race"]).record
    minded = ec.audit(frame, label="label", prediction="new", sensitive=["race"], cluster="person").record

    for before, after in zip(plain.estimates, minded.estimates, strict=True):
        assert (after.interval.low, after.interval.high) == pytest.approx(
            (before.interval.low, before.interval.high), abs=0.02
        )
