"""Which columns reveal a sensitive feature: planted proxies, columns that say nothing, and a sample that is always the same."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ethicscheck as ec
from ethicscheck.auditing import make_config, make_record
from ethicscheck.errors import DataError
from ethicscheck.report.proxies import auc_word
from ethicscheck.report.view import make_view
from ethicscheck.sources.frames import view_frame
from ethicscheck.studies.proxy_columns import encode_column
from helpers import config_value

ROWS = 2000


def people(rows=ROWS, groups="ab", seed=0):
    """Return people whose `lives` agrees with their group in 80 % of rows, beside columns that say nothing."""
    generator = np.random.default_rng(seed)
    group = generator.choice(list(groups), rows)
    lives = np.where(generator.random(rows) < 0.8, group, generator.choice(list(groups), rows))
    return pd.DataFrame(
        {
            "group": group,
            "y": generator.integers(0, 2, rows),
            "p": generator.integers(0, 2, rows),
            "lives": np.char.add("in ", lives.astype(str)),
            "noise": generator.standard_normal(rows).round(6),
            "coin": generator.choice(["heads", "tails"], rows),
        }
    )


def proxies(frame, columns="all", sample=20_000, seed=0, **data):
    """Return the record's part for a frame."""
    value = {**config_value(metrics=["selection_rate"], **data), "proxies": {"columns": columns, "sample": sample}}
    value["statistics"]["seed"] = seed
    return make_record(make_config(value), frame).proxies


def by_column(feature):
    """Return the columns of a feature by name."""
    return {column.column: column for column in feature.columns}


def test_a_planted_proxy_is_found_with_about_its_true_auc():
    """Living where one's group lives: right for .8 + .2/2 = .9 of the rows, so the AUC of the column is .9 by arithmetic."""
    (feature,) = proxies(people()).features

    lives = by_column(feature)["lives"]
    assert lives.interval.low <= 0.9 <= lives.interval.high
    assert feature.interval.low <= 0.9 <= feature.interval.high
    assert lives.importance > 0.3
    assert abs(by_column(feature)["noise"].importance) < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_columns_that_say_nothing_guess_no_better_than_chance(seed):
    """The intervals of the columns, and of the model on all of them, hold one half."""
    (feature,) = proxies(people(seed=seed), columns=["noise", "coin"]).features

    for found in (feature, *feature.columns):
        assert found.interval.low <= 0.5 <= found.interval.high


def test_each_of_many_groups_counts_alike():
    """Four groups: the mean over groups of the AUC of each against the rest. Right in .8 + .2/4 = .85 of the rows."""
    (feature,) = proxies(people(4000, "abcd")).features

    # One group against the rest: found with .85, a wrong alarm with .05; the AUC of that yes/no answer is .9.
    lives = by_column(feature)["lives"]
    assert lives.auc == pytest.approx(0.9, abs=0.02)
    assert {group.label for group in feature.classes} == {"a", "b", "c", "d"}


def test_the_same_thing_under_another_name_is_called_that():
    """AUC 1, and the report says what it means."""
    frame = people()
    frame["gender"] = frame.group.map({"a": "woman", "b": "man"})
    result = ec.audit(
        frame, label="y", prediction="p", sensitive="group", metrics=["accuracy"], proxies={"columns": "all"}
    )

    assert by_column(result.record.proxies.features[0])["gender"].auc == 1.0
    (section,) = [part for part in make_view(result.record).sections if part.anchor == "proxies"]
    assert section.view.tables[0].takeaway == (
        "gender is nearly the same thing as group under another name: leaving group out of a model changes little."
    )
    assert auc_word(0.95) == "almost gives it away"


def test_names_and_numbers_of_people_give_nothing_away_by_being_unique():
    """A column with another value in every row tells the model nothing about rows it has not seen."""
    frame = people()
    frame["name"] = [f"person {place}" for place in range(len(frame))]
    (feature,) = proxies(frame, columns=["name"]).features

    assert feature.interval.low <= 0.5 <= feature.interval.high
    assert by_column(feature)["name"].different == len(frame)


def test_missing_values_may_be_what_gives_a_group_away():
    """Whoever left the field empty: being missing is a value."""
    frame = people()
    frame["maiden"] = np.where(frame.group == "a", None, "x y")
    frame["income"] = np.where(frame.group == "a", np.nan, frame.noise)
    (feature,) = proxies(frame, columns=["maiden", "income"]).features

    for column in feature.columns:
        assert column.auc > 0.99
        assert column.missing == (frame.group == "a").sum()


def test_a_constant_column_says_nothing_and_is_named():
    """No AUC, and it is not in the model."""
    frame = people()
    frame["country"] = "NL"
    (feature,) = proxies(frame, columns=["country"]).features

    (column,) = feature.columns
    assert (column.kind, column.auc, column.importance) == ("constant", None, None)
    assert (feature.auc, feature.interval.low <= 0.5 <= feature.interval.high) == (0.5, True)


def test_small_groups_and_unknown_ones_are_left_out_by_name():
    """Fewer than 30 rows in the sample can't be cross-validated; an unknown group is nobody's."""
    frame = people()
    frame.loc[:9, "group"] = "c"
    frame.loc[10:29, "group"] = None
    (feature,) = proxies(frame).features

    assert [(group.label, group.rows) for group in feature.left_out] == [("c", 10)]
    assert feature.rows == ROWS - 30


def test_one_group_alone_has_no_answer():
    """Undefined with a reason; the report says so in words."""
    frame = people()
    frame["group"] = "a"
    value = {**config_value(metrics=["selection_rate"]), "proxies": {"columns": ["lives"]}}
    record = make_record(make_config(value), frame)

    (feature,) = record.proxies.features
    assert (feature.auc, feature.undefined) == (None, "fewer_than_two_groups")
    (section,) = [part for part in make_view(record).sections if part.anchor == "proxies"]
    assert section.view.tables[0].takeaway.startswith("Nothing can be said of group")


def test_ages_are_guessed_by_the_bins_they_are_compared_by():
    """The groups are those of the audit."""
    frame = people()
    frame["age"] = np.where(frame.group == "a", 20, 60)
    found = proxies(frame, columns=["group"], sensitive={"age": {"bins": [25, 45]}})

    assert {group.label for group in found.features[0].classes} == {"<25", "≥45"}
    assert found.features[0].auc == 1.0


def test_the_record_names_the_library_that_guessed():
    """Another version of scikit-learn may guess otherwise; an audit without proxies doesn't depend on it."""
    value = config_value(metrics=["selection_rate"])
    plain, asked = (
        make_record(make_config(given), people()).provenance.packages
        for given in (value, {**value, "proxies": {"columns": "all"}})
    )

    assert set(asked) - set(plain) == {"scikit-learn"}


def test_a_feature_is_never_its_own_proxy():
    """But another sensitive feature can be, where it is named."""
    frame = people()
    found = proxies(frame, columns=["group", "lives"], sensitive=["group", "lives"])

    assert [[column.column for column in feature.columns] for feature in found.features] == [["lives"], ["group"]]


def test_all_means_every_column_without_another_role():
    """Label, prediction and the sensitive features are no proxies unless they are named."""
    frame = people()
    frame["w"] = 1.0

    assert proxies(frame, weight="w").columns == ("lives", "noise", "coin")


def test_the_sample_is_the_same_for_the_same_data_in_any_order():
    """Neither the order of the rows nor of the draws: the same bytes."""
    frame = people(3000)

    first = proxies(frame, sample=1000)

    assert (first.rows, first.total) == (1000, 3000)
    assert proxies(frame.sample(frac=1, random_state=3), sample=1000) == first
    assert proxies(frame, sample=1000, seed=1) != first


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_and_a_frame_give_the_same_answer(tmp_path, ending):
    """DuckDB sorts by the same digests as we do in Python."""
    frame = people(3000)
    path = tmp_path / f"data.{ending}"
    if ending == "csv":
        frame.to_csv(path, index=False)
    else:
        import duckdb

        duckdb.sql(f"COPY (SELECT * FROM frame) TO '{path}'")
    value = {**config_value(metrics=["selection_rate"]), "proxies": {"columns": "all", "sample": 1000}}
    value["data"]["source"] = str(path)
    found = make_record(make_config(value)).proxies

    assert found == proxies(frame, sample=1000)


def test_polars_gives_the_same_answer():
    """Any frame in memory."""
    import polars as pl

    frame = people(3000)

    assert proxies(pl.from_dict(frame.to_dict("list")), sample=1000) == proxies(frame, sample=1000)


def test_rows_that_stand_for_many_are_sampled_as_many():
    """With a frequency column a line stands for its people; four lines of 1,000 people are 4,000 people."""
    frame = pd.DataFrame(
        {
            "group": ["a", "a", "b", "b"],
            "y": 0,
            "p": [0, 1, 0, 1],
            "side": ["l", "r", "l", "r"],
            "n": [900, 100, 300, 700],
        }
    )
    found = proxies(frame, columns=["side"], label=None, count="n")

    # Of two people of different groups the one on the left is more likely an a: .9·.7 + (.9·.3 + .1·.7)/2 = .8.
    assert (found.rows, found.total) == (2000, 2000)
    assert found.features[0].columns[0].interval.low <= 0.8 <= found.features[0].columns[0].interval.high


def test_no_more_rows_than_declared_come_into_python():
    """The engine hands over at most so many lines, however many there are."""
    import duckdb

    relation = duckdb.sql("SELECT range AS x, range % 2 AS g FROM range(100000)")
    found = view_frame(relation, ["x", "g"], frozenset()).sample(["x", "g"], None, 500)

    assert (len(found.lines), found.total) == (500, 100_000)
    assert abs(np.mean([int(x) for x, _ in found.lines]) - 50_000) < 4 * 100_000 / np.sqrt(12 * 500)


def test_passing_over_large_digests_changes_no_line():
    """DuckDB cuts before it sorts where lines are many; Python sorts them all. A frame and a relation agree line by line."""
    import duckdb

    frame = pd.DataFrame({"x": np.arange(20_000) / 4, "g": ["a", None] * 10_000})
    relation = duckdb.sql("SELECT range / 4 AS x, CASE WHEN range % 2 = 0 THEN 'a' END AS g FROM range(20000)")

    found = [view_frame(data, ["x", "g"], frozenset()).sample(["x", "g"], None, 300) for data in (frame, relation)]

    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("parts", "said"),
    [({"columns": "nowhere"}, "there is no column 'nowhere'"), ({"columns": "all"}, "there is no other column")],
)
def test_columns_that_are_not_there_are_named(parts, said):
    """As for every column of the config."""
    frame = people()[["group", "y", "p"]]
    value = {**config_value(metrics=["selection_rate"]), "proxies": parts}

    with pytest.raises(DataError, match=said):
        make_record(make_config(value), frame)


def test_codes_are_categories_and_numbers_are_numbers():
    """02139 is a postcode; 12 is a number; two numbers are two categories."""
    kinds = [
        encode_column("c", values).kind
        for values in (["02139", "12", "13"], ["12", "13", None, "14.5"], ["1", "2"], ["x", "x"], [None, "x"])
    ]

    assert kinds == ["categories", "number", "categories", "constant", "categories"]


def test_without_the_key_nothing_is_sampled():
    """No such part, and scikit-learn stays out (tests/test_light_start.py)."""
    assert make_record(make_config(config_value(metrics=["selection_rate"])), people()).proxies is None


@pytest.mark.parametrize("role", ["cluster", "pair"])
def test_a_person_of_many_rows_is_not_guessed_from_the_persons_other_rows(role):
    """Columns that name the person (an id's digits) say nothing of the group; folds of rows would give an AUC of .98."""
    generator = np.random.default_rng(0)
    person = np.repeat(np.arange(300), 10)
    group = generator.choice(["a", "b"], 300)
    rows = {"person": person, "group": group[person], "p": generator.integers(0, 2, 3000)}
    frame = pd.DataFrame({**rows, **{name: generator.standard_normal(300).round(4)[person] for name in "uv"}})
    if role == "pair":  # a case and its twin: one of each group
        frame["group"] = np.tile(["a", "b"], 1500)

    (feature,) = proxies(frame, columns=["u", "v"], label=None, prediction="p", **{role: "person"}).features

    assert feature.interval.low <= 0.5 <= feature.interval.high
    assert all(column.interval.low <= 0.5 <= column.interval.high for column in feature.columns)


def test_a_group_of_few_people_is_left_out_however_many_rows_they_have():
    """Twenty people of fifty rows each are twenty people."""
    person = np.repeat(np.arange(120), 50)
    frame = pd.DataFrame({"person": person, "group": np.where(person < 20, "few", np.where(person < 70, "a", "b"))})
    frame["p"], frame["u"] = person % 2, np.arange(len(person)) % 7

    (feature,) = proxies(frame, columns=["u"], label=None, prediction="p", cluster="person").features

    assert [part.label for part in feature.left_out] == ["few"]
