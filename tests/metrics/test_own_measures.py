"""Measures of the user's own: the same values as Fairlearn on the rows, the same intervals as ours, and every mistake named."""

from __future__ import annotations

import functools
import json
import math

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    cohen_kappa_score,
    f1_score,
    fbeta_score,
    matthews_corrcoef,
)

import ethicscheck as ec
from ethicscheck.auditing import load_config, make_record
from ethicscheck.cli import run
from ethicscheck.errors import ConfigError, DataError, UsageError
from ethicscheck.metrics.loading import LoadingError, load_function
from ethicscheck.model.record import read_record
from ethicscheck.report.index import RecordIndex, definition
from helpers import config_value, estimates, gap, values, write_config

MODULE = '''
"""Measures of one project."""
import functools
import numpy as np
from sklearn.metrics import fbeta_score

f2 = functools.partial(fbeta_score, beta=2)

def lift(y_true, y_pred, sample_weight=None):
    """How much more often the outcome happens among the selected than among all."""
    chosen = y_pred == 1
    return np.average(y_true[chosen], weights=sample_weight[chosen]) / np.average(y_true, weights=sample_weight)

def total(y_true, y_pred, sample_weight=None):
    return float(np.sum(sample_weight))

def pair(y_true, y_pred, sample_weight=None):
    return 1.0, 2.0

def picky(y_true, y_pred, sample_weight=None):
    if len(set(y_pred)) < 2:
        raise ValueError("only one decision here")
    return np.average(y_true, weights=sample_weight)

def negative(y_true, y_pred, sample_weight=None):
    return -1.0

def unweighed(y_true, y_pred, sample_weight=None):
    return float(np.mean(y_true == y_pred))

def leaves(y_true, y_pred, sample_weight=None):
    raise SystemExit(0)

def huge(y_true, y_pred, sample_weight=None):
    return 10**400

def loud(y_true, y_pred, sample_weight=None):
    print("here I am")
    return np.average(y_true == y_pred, weights=sample_weight)

def endless(y_true, y_pred, sample_weight=None):
    return float("inf")

def unweighted(y_true, y_pred):
    return 0.5

def with_beta(y_true, y_pred, beta, sample_weight=None):
    return beta

number = 3
'''


@pytest.fixture
def frame():
    """2,000 people in three groups, with labels, decisions, scores and weights."""
    generator = np.random.default_rng(4)
    group = generator.choice(["a", "b", "c"], 2000, p=[0.5, 0.3, 0.2])
    label = generator.integers(0, 2, 2000)
    score = np.round(np.clip(0.3 + 0.3 * label + 0.2 * generator.standard_normal(2000), 0, 1), 2)
    weight = generator.integers(1, 5, 2000)
    return pd.DataFrame({"group": group, "y": label, "p": (score > 0.5).astype(int), "s": score, "w": weight})


@pytest.fixture
def folder(tmp_path, frame):
    """A folder with data, a config's module beside it."""
    frame.to_csv(tmp_path / "data.csv", index=False)
    (tmp_path / "my_metrics.py").write_text(MODULE)
    return tmp_path


def audit(folder, custom, metrics=None, **parts):
    """Audit the data of a folder with measures of its own."""
    value = {**config_value(metrics=metrics or list(custom), **parts), "custom": custom}
    (folder / "ethicscheck.yaml").write_text(json.dumps(value))
    return make_record(load_config(folder / "ethicscheck.yaml"))


def problem(folder, custom, **parts):
    """Return what is wrong with a config."""
    with pytest.raises(ConfigError) as caught:
        audit(folder, custom, **parts)
    return str(caught.value)


@pytest.mark.parametrize("weight", [None, "w"])
def test_values_are_those_of_fairlearn_on_the_expanded_rows(folder, frame, weight):
    """Oracle: fairlearn.MetricFrame on every row, weights as sample_weight; ours saw twelve cells."""
    f2 = functools.partial(fbeta_score, beta=2)
    f2.__name__ = "f2"
    expected = MetricFrame(
        metrics={"f2": f2, "kappa": cohen_kappa_score, "mcc": matthews_corrcoef},
        y_true=frame.y,
        y_pred=frame.p,
        sensitive_features=frame.group,
        sample_params={
            name: {"sample_weight": frame.w if weight else np.ones(len(frame))} for name in ("f2", "kappa", "mcc")
        },
    )

    record = audit(
        folder,
        {
            "f2": "my_metrics.py:f2",
            "kappa": "sklearn.metrics:cohen_kappa_score",
            "mcc": "sklearn.metrics:matthews_corrcoef",
        },
        weight=weight,
    )

    for name in ("f2", "kappa", "mcc"):
        found = values(record, name, "group")
        assert found == pytest.approx(expected.by_group[name].to_dict(), rel=1e-12)
        assert values(record, name)[""] == pytest.approx(expected.overall[name], rel=1e-12)


def test_scores_are_handed_over_as_they_are(folder, frame):
    """Oracle: sklearn.metrics.brier_score_loss on every row."""
    record = audit(
        folder,
        {"brier": {"function": "sklearn.metrics:brier_score_loss", "needs": "scores", "lowest": 0, "highest": 1}},
        score="s",
    )

    for group, value in values(record, "brier", "group").items():
        rows = frame[frame.group == group]
        assert value == pytest.approx(brier_score_loss(rows.y, rows.s), rel=1e-9)
    assert estimates(record, "brier", "group")["a"].interval.method == "custom_bootstrap"


def test_the_classes_of_many_are_handed_over_as_text(tmp_path):
    """Multiclass: y_true and y_pred are labels. Oracle: accuracy_score on every row."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"group": ["a", "b"] * 150, "y": generator.choice(["cat", "dog", "eel"], 300), "p": ["cat", "dog", "eel"] * 100}
    )
    frame.to_csv(tmp_path / "data.csv", index=False)

    record = audit(tmp_path, {"hits": "sklearn.metrics:accuracy_score"}, task="multiclass")

    for group, value in values(record, "hits", "group").items():
        rows = frame[frame.group == group]
        assert value == pytest.approx(accuracy_score(rows.y, rows.p))


def test_the_interval_is_about_that_of_the_same_measure_shipped(folder):
    """Accuracy as a function of one's own against the shipped one: delta method on the log odds, and Wilson."""
    record = audit(
        folder,
        {"hits": {"function": "sklearn.metrics:accuracy_score", "lowest": 0, "highest": 1}},
        metrics=["hits", "accuracy"],
    )

    for group, own in estimates(record, "hits", "group").items():
        shipped = estimates(record, "accuracy", "group")[group]
        assert own.value == pytest.approx(shipped.value, rel=1e-12)
        assert own.interval.low == pytest.approx(shipped.interval.low, abs=0.002)
        assert own.interval.high == pytest.approx(shipped.interval.high, abs=0.002)
    own_gap, shipped_gap = (gap(record, name, "difference", "group") for name in ("hits", "accuracy"))
    assert own_gap.interval.high == pytest.approx(shipped_gap.interval.high, abs=0.004)


@pytest.mark.slow
def test_the_interval_covers_the_truth():
    """F2 as a function of one's own, 150 people: the interval holds the true value in 93 % of samples or more."""
    from ethicscheck.counts.table import GroupCounts
    from ethicscheck.metrics.loading import OwnFunction
    from ethicscheck.metrics.own import OwnMeasure

    def f2(y_true, y_pred, sample_weight=None):
        true, hits = sample_weight[y_true == 1].sum(), sample_weight[(y_true == 1) & (y_pred == 1)].sum()
        return 5 * hits / (4 * true + sample_weight[y_pred == 1].sum())

    shares = np.array([0.45, 0.1, 0.15, 0.3])
    truth = f2(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), shares)
    cells = np.random.default_rng(0).multinomial(150, shares, size=2000)
    counts = GroupCounts(("group",), tuple((str(place),) for place in range(len(cells))), cells)

    low, high = OwnMeasure("f2", OwnFunction(f2, "f2"), 0.0, 1.0)(counts, 1).estimator.limits(1.959964)

    assert ((low <= truth) & (truth <= high)).mean() >= 0.93


def test_rules_judge_it_and_the_report_shows_it(folder, capsys, monkeypatch):
    """One road for every measure: estimates, gaps, findings, report, all redrawn from the record alone."""
    monkeypatch.chdir(folder)
    rule = {"id": "lift-gap", "metric": "lift", "across": "group", "compare": "ratio", "min": 0.1}
    lift = {"function": "my_metrics.py:lift", "title": "Lift <of> all", "asks": "Are we sure?", "lowest": 0}
    value = {**config_value(rules=[rule]), "custom": {"lift": lift}, "metrics": ["lift"]}
    (folder / "ethicscheck.yaml").write_text(json.dumps(value))

    assert run(["audit"]) == 0
    record = read_record((folder / "ethicscheck-out/audit.json").read_bytes(), "audit.json")
    (folder / "my_metrics.py").unlink()
    assert run(["report", "ethicscheck-out/audit.json", "-o", "again", "-f", "html"]) == 0
    page = (folder / "again/report.html").read_text()

    (finding,) = record.findings
    assert finding.verdict == "pass"
    assert finding.message.startswith("Ratio of lift")
    assert "Lift &lt;of&gt; all" in page
    assert "Are we sure?" in page
    (entry,) = record.custom
    assert (entry.function, len(entry.sha256), entry.lowest, entry.highest) == ("my_metrics.py:lift", 64, 0, None)


def test_a_report_of_another_audit_does_not_know_it(folder):
    """What a name of one's own means is in its own record only."""
    RecordIndex(audit(folder, {"lift": "my_metrics.py:lift"}))
    assert definition("lift") is not None

    RecordIndex(audit(folder, {}, metrics=["accuracy"]))
    assert definition("lift") is None


def test_where_it_raises_the_group_has_no_value_and_its_words_are_kept(tmp_path):
    """Undefined with a reason, never 0; what the function said is in the record."""
    (tmp_path / "data.csv").write_text("group,y,p\n" + "a,1,1\na,0,0\n" * 20 + "b,1,1\nb,0,1\n" * 20)
    (tmp_path / "my_metrics.py").write_text(MODULE)

    record = audit(tmp_path, {"picky": "my_metrics.py:picky"})

    found = estimates(record, "picky", "group")
    assert (found["b"].value, found["b"].undefined) == (None, "custom_metric_undefined")
    assert found["a"].value == 0.5
    assert record.custom[0].said == ("ValueError: only one decision here",)


def test_scikit_learns_made_up_zero_is_undefined(tmp_path):
    """sklearn gives precision 0 with a warning where nobody is selected; here there is no value."""
    (tmp_path / "data.csv").write_text("group,y,p\n" + "a,1,1\na,0,0\n" * 20 + "b,1,0\nb,0,0\n" * 20)

    record = audit(tmp_path, {"mine": "sklearn.metrics:precision_score"})

    assert estimates(record, "mine", "group")["b"].undefined == "custom_metric_undefined"
    assert estimates(record, "mine", "group")["a"].value == 1.0


def test_a_function_that_wants_to_leave_does_not_end_the_audit(folder):
    """sys.exit in a function would end a gate with its own code, 0 among them."""
    record = audit(folder, {"mine": "my_metrics.py:leaves"})

    assert {row.undefined for row in record.estimates if row.metric == "mine"} == {"custom_metric_undefined"}
    assert record.custom[0].said == ("SystemExit: 0",)


def test_what_a_function_prints_stays_out_of_what_is_asked_for(folder, capsys):
    """Stdout belongs to documents such as `power --json`."""
    audit(folder, {"mine": "my_metrics.py:loud"})

    out, err = capsys.readouterr()
    assert "here I am" not in out
    assert "here I am" in err


@pytest.mark.parametrize(
    ("function", "parts", "said"),
    [
        ("total", {}, "a total, not a measure of a group"),
        ("pair", {}, "it gave a tuple, not a number"),
        ("endless", {}, "it gave an infinite number"),
        ("huge", {}, "it gave an infinite number"),
        ("unweighed", {}, "passes over sample_weight"),
        ("negative", {"lowest": 0}, "it gave -1, outside its range from 0 to inf"),
    ],
)
def test_what_is_no_measure_of_a_group_is_refused(folder, function, parts, said):
    """Each with what to do."""
    with pytest.raises(DataError, match=said):
        audit(folder, {"mine": {"function": f"my_metrics.py:{function}", **parts}})


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("my_metrics.py:unweighted", "takes no sample_weight"),
        ("my_metrics.py:with_beta", "functools.partial"),
        ("my_metrics.py:number", "is an int, not a function"),
        ("my_metrics.py:nothing", "has no 'nothing'"),
        ("my_metrics.py", "names no function"),
        ("nowhere.py:f", "the file 'nowhere.py' can't be read"),
        ("no_such_package_here:f", "No module named 'no_such_package_here'"),
        ("../my_metrics.py:lift", "leads out of the config's folder"),
        ("inner/../../my_metrics.py:lift", "leads out of the config's folder"),
        ("/etc/my_metrics.py:lift", "leads out of the config's folder"),
        ("..\\my_metrics.py:lift", "leads out of the config's folder"),
    ],
)
def test_what_cant_be_loaded_is_an_error_with_its_line(folder, function, said):
    """Path confinement, signatures and missing names: all before the data are read, with file and line."""
    text = problem(folder, {"mine": function})

    assert said in text
    assert "ethicscheck.yaml:1" in text


def test_a_link_that_leads_out_of_the_folder_is_refused(folder, tmp_path_factory):
    """A file inside by name only."""
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "secret.py"
    elsewhere.write_text("print('ran')\ndef f(y_true, y_pred, sample_weight=None): return 1.0\n")
    (folder / "linked.py").symlink_to(elsewhere)

    assert "is a link that leads out" in problem(folder, {"mine": "linked.py:f"})


def test_code_that_fails_is_told_in_a_line(folder):
    """Whatever it raises, with the line."""
    (folder / "broken.py").write_text("x = 1\ny = x / 0\n")
    (folder / "leaving.py").write_text("raise SystemExit(0)\n")

    assert "ZeroDivisionError: division by zero on line 2" in problem(folder, {"mine": "broken.py:f"})
    assert "SystemExit" in problem(folder, {"mine": "leaving.py:f"})


def test_loading_writes_nothing_beside_the_file(folder):
    """No __pycache__ in the user's folder, and the same file is run once."""
    before = sorted(path.name for path in folder.iterdir())

    first, second = (load_function("my_metrics.py:lift", folder) for _ in range(2))

    assert first.function is second.function
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_function_with_the_name_of_a_measure_is_told_how_to_be_named(frame):
    """scikit-learn's f1_score meets ours: what to type stands in the message."""
    with pytest.raises(ConfigError) as caught:
        ec.audit(frame, label="y", prediction="p", sensitive="group", metrics=[f1_score])

    assert 'name yours: custom={"my_f1_score": f1_score}' in str(caught.value)


@pytest.mark.parametrize(
    ("custom", "parts", "said"),
    [
        ({"accuracy": "my_metrics.py:lift"}, {}, "there is already a measure called 'accuracy'"),
        ({"a b": "my_metrics.py:lift"}, {}, "is no name for a measure"),
        ({"mine": {"function": "my_metrics.py:lift", "lowest": 1, "highest": 0}}, {}, "is not below the highest"),
        ({"mine": {"function": "my_metrics.py:lift", "highest": 0}}, {}, "a highest value needs a lowest one"),
        ({"mine": {"function": "my_metrics.py:lift", "needs": "scores"}}, {}, "there is no data.score"),
        ({"mine": "my_metrics.py:lift"}, {"label": None}, "there is no data.label"),
        ({"mine": "my_metrics.py:lift"}, {"task": "regression"}, "sums alone are kept"),
        ({"mine": {"function": "my_metrics.py:lift", "lowset": 1}}, {}, "did you mean 'lowest'?"),
    ],
)
def test_a_description_that_does_not_fit_is_an_error(folder, custom, parts, said):
    """Before the data are read."""
    assert said in problem(folder, custom, metrics=["selection_rate"], **parts)


def test_a_rules_limit_must_lie_in_its_range(folder):
    """As for every measure; a ratio of what can be negative means nothing."""
    rules = [
        {"metric": "mine", "across": "group", "compare": "ratio", "min": 0.8},
        {"metric": "mine", "across": "group", "compare": "difference", "max": 3},
    ]
    mine = {"function": "my_metrics.py:lift", "lowest": -1, "highest": 1}

    text = problem(folder, {"mine": mine}, rules=rules)

    assert "can be negative, so a ratio of it means nothing" in text
    assert "lies between 0 and 2, never at 3" in text


def test_a_measure_that_cant_be_loaded_is_said_once(folder):
    """The rule that asks for it is not told off as well."""
    rules = [{"metric": "mine", "across": "group", "compare": "difference", "max": 0.1}]

    assert problem(folder, {"mine": "my_metrics.py:nothing"}, rules=rules).count("mine") == 1


def test_functions_are_handed_over_in_python(frame):
    """`metrics=[…, function]` and `custom={name: function}`, through the same road."""

    def share_right(y_true, y_pred, sample_weight=None):
        return np.average(y_true == y_pred, weights=sample_weight)

    result = ec.audit(
        frame,
        label="y",
        prediction="p",
        sensitive="group",
        metrics=["accuracy", share_right, "f2"],
        custom={"f2": {"function": functools.partial(fbeta_score, beta=2), "lowest": 0, "highest": 1}},
    )

    table = result.by_group().pivot_table(index="metric", columns="rows", values="value")
    assert table.loc["share_right"].to_numpy() == pytest.approx(table.loc["accuracy"].to_numpy())
    assert {entry.name for entry in result.record.custom} == {"share_right", "f2"}


def test_a_function_without_a_name_must_be_given_one(frame):
    """A lambda or a partial is called by the name it has in custom."""
    with pytest.raises(UsageError, match="without a name"):
        ec.audit(frame, label="y", prediction="p", sensitive="group", metrics=[lambda a, b, sample_weight: 0.5])


def test_installed_packages_register_functions_by_entry_point(folder, monkeypatch):
    """A name in the group ethicscheck.metrics; the function describes itself by attributes, and is loaded when asked for."""
    from importlib.metadata import EntryPoint

    from ethicscheck.metrics import loading

    def kept(y_true, y_pred, sample_weight=None):
        return np.average(y_true == y_pred, weights=sample_weight)

    kept.title, kept.lowest, kept.highest = "Kept promises", 0, 1
    entry = EntryPoint("kept", "their_package:kept", loading.ENTRY_POINTS)
    monkeypatch.setattr(EntryPoint, "load", lambda self: kept)
    monkeypatch.setattr(loading, "entry_points", lambda group: [entry] if group == loading.ENTRY_POINTS else [])

    record = audit(folder, {}, metrics=["kept"])

    assert record.custom[0].title == "Kept promises"
    assert (record.custom[0].function, record.custom[0].sha256) == ("their_package:kept", None)
    assert values(record, "kept", "group").keys() == {"a", "b", "c"}


def test_an_unknown_name_gives_the_names_of_ones_own_too(folder):
    """`did you mean` knows them."""
    assert "did you mean 'lift'?" in problem(folder, {"lift": "my_metrics.py:lift"}, metrics=["lifft"])


def test_a_bare_place_is_no_function(tmp_path):
    """Both sides of the colon are needed."""
    with pytest.raises(LoadingError, match="names no function"):
        load_function(":f", tmp_path)


def test_without_a_measure_of_ones_own_fairlearn_stays_out(folder, monkeypatch):
    """Nothing is loaded that nobody asked for; the record has no such part."""
    record = make_record(load_config(write_config(folder)))

    assert record.custom is None
    assert math.isfinite(values(record, "accuracy")[""])


def test_where_the_function_gives_no_value_more_people_are_no_remedy(folder):
    """More rows would not mend a function that raises."""
    rules = [{"metric": "mine", "across": "group", "compare": "difference", "max": 0.2}]

    (finding,) = audit(folder, {"mine": "my_metrics.py:leaves"}, rules=rules).findings

    assert finding.verdict == "not_evaluable"
    assert finding.remedy.startswith("The function gave no value: it raised SystemExit: 0. Mend the function")
    assert "Collect" not in finding.remedy
