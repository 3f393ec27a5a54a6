"""`ethicscheck explain`: every name that can stand in a config or a record leads to plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

import ethicscheck as ec
from ethicscheck.checklist.status import State
from ethicscheck.cli import run
from ethicscheck.metrics.binary import CRITERIA, METRICS
from ethicscheck.metrics.registry import all_measures
from ethicscheck.model.config import Config, RuleConfig
from ethicscheck.model.keys import config_keys
from ethicscheck.model.record import AuditRecord, FindingVerdict
from ethicscheck.policy.config_words import DISPLAYED
from ethicscheck.policy.glossary import METHODS, REASON_HELP, TESTS, entries, find_entry, other_words
from ethicscheck.policy.messages import REASONS
from ethicscheck.policy.profiles import load_profile, profile_names
from ethicscheck.policy.rules import OTHER_NAMES
from helpers import audit_frame

CELLS = ((0, 0), (0, 1), (1, 0), (1, 1))  # (label, prediction) of TN, FP, FN, TP
WELL_FILLED = {"a": (40, 11, 9, 20), "b": (30, 20, 8, 12), "c": (70, 5, 30, 44)}


def people(**groups: tuple[int, int, int, int]) -> pd.DataFrame:
    """Return rows for groups of (TN, FP, FN, TP) people."""
    rows = [
        (group, y, p)
        for group, counts in groups.items()
        for (y, p), n in zip(CELLS, counts, strict=True)
        for _ in range(n)
    ]
    return pd.DataFrame(rows, columns=["group", "y", "p"])


def rule(metric: str = "accuracy", compare: str = "difference", **more: Any) -> dict[str, Any]:
    return {"metric": metric, "across": "group", "compare": compare, "max": 0.1, **more}


def scored() -> Iterator[AuditRecord]:
    """Yield audits of scores: exact ones, certain ones that are wrong, infinite ones, and too many for anything but a grid."""
    generator = np.random.default_rng(1)
    few = pd.DataFrame({"group": ["a", "b"] * 200, "s": generator.random(400).round(2)})
    few["y"] = (generator.random(400) < few.s).astype(int)
    certain = few.assign(s=[0.0, *few.s[1:]], y=[1, *few.y[1:]])
    endless = few.assign(s=[float("inf"), *few.s[1:]])
    rows = 25_000
    many = pd.DataFrame(
        {"group": ["a", "b"] * (rows // 2), "s": generator.random(rows), "y": [0, 0, 1, 1] * (rows // 4)}
    )
    for frame in (few, certain, endless, many.assign(s=[0.0, 0.0, 0.0, *many.s[3:]])):
        yield audit_frame(frame, prediction=None, score="s", task="score")


def other_tasks() -> Iterator[AuditRecord]:
    """Yield audits of several classes and of predicted numbers."""
    jobs = pd.DataFrame({"group": ["a"] * 6 + ["b"] * 4, "y": list("xxyyzzxxyy"), "p": list("xyyyzxxyyy")})
    yield audit_frame(jobs, task="multiclass", metrics=["macro_f1", "macro_precision", "macro_recall"])
    wages = pd.DataFrame({"group": list("aaabbbc"), "y": [1, 2, 3, 4, 4, 4, 5], "p": [1, 3, 3, 4, 5, 4, 5]})
    yield audit_frame(wages, task="regression", tolerance=1)
    yield audit_frame(wages.assign(person=[0, 0, 1, 2, 2, 3, 4]), task="regression", cluster="person")


def picky(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Accuracy of whoever has both decisions (or scores above and below the middle)."""
    if (y_pred > 0.5).all() or (y_pred <= 0.5).all():
        raise ValueError("one decision only")
    return float(np.average(y_true == (y_pred > 0.5), weights=sample_weight))


def own() -> Iterator[AuditRecord]:
    """Yield audits by a function of one's own: on four cells, on many, and where it gives nothing."""
    made = people(**WELL_FILLED, d=(3, 0, 3, 0))
    yield ec.audit(made, label="y", prediction="p", sensitive="group", metrics=[picky], min_group=0).record
    made["s"] = np.linspace(0, 1, len(made)).round(2)
    scores = {"picky": {"function": picky, "needs": "scores"}}
    yield ec.audit(
        made, label="y", score="s", threshold=0.5, sensitive="group", metrics=["picky"], custom=scores
    ).record


def records() -> Iterator[AuditRecord]:
    """Yield audits that together meet every reason, method and test there is."""
    full = people(**WELL_FILLED)
    rules = [rule(name, "each", id=f"{name}-each") for name in METRICS if name != "matthews_corrcoef"]
    rules += [rule(name, id=f"{name}-difference") for name in (*METRICS, *CRITERIA)]
    yield audit_frame(full, rules=rules)
    yield audit_frame(full.assign(w=[1, 2, 3] * (len(full) // 3) + [1] * (len(full) % 3)), weight="w")
    yield audit_frame(full.assign(w=[0.0 if group == "a" else 1.0 for group in full["group"]]), weight="w")
    cells = {"a": (3, 0, 0, 0), "b": (0, 3, 0, 0), "c": (0, 0, 3, 0), "d": (0, 0, 0, 3)}
    yield audit_frame(people(**cells), statistics={"min_group": 2})
    yield audit_frame(people(a=(20, 0, 20, 0), b=(20, 0, 20, 0)), rules=[rule("selection_rate", "ratio")])
    yield audit_frame(
        people(a=(20, 20, 0, 0)), rules=[rule(id="one"), rule(compare="each", id="none")], statistics={"min_group": 30}
    )
    yield audit_frame(people(a=(3, 3, 3, 3)), rules=[rule(compare="each")], statistics={"min_group": 30})
    crowd = people(a=(255, 245, 0, 1), b=(155, 345, 0, 1))
    yield audit_frame(crowd, rules=[rule("selection_rate", id=f"r{n}") for n in range(21)])
    holes = full.assign(y=full.y.astype(object), p=full.p.astype(object), group=full["group"].astype(object), sex="f")
    holes.loc[0, "y"] = holes.loc[1, "p"] = holes.loc[2, "group"] = None
    holes.loc[3, ["y", "p"]] = None
    holes.loc[holes["group"] == "b", "sex"] = None
    yield audit_frame(holes, sensitive=["group", "sex"], intersections=[["group", "sex"]], rules=[rule()])
    yield audit_frame(people(**{name: tuple(n * 50 for n in cells) for name, cells in WELL_FILLED.items()}))  # type: ignore[arg-type]
    few = people(a=(40, 40, 0, 0), b=(1, 0, 0, 0)).assign(sex="f", race="r")
    few.loc[few["group"] == "b", "race"] = "q"
    yield audit_frame(few, sensitive=["sex", "race"], profiles=["nyc-ll144"])
    yield audit_frame(full.assign(person=[None, *range(1, len(full))]), cluster="person", rules=rules)
    yield from scored()
    yield from other_tasks()
    yield from own()
    yield audit_frame(people(**{f"g{n}": (9 + n, 5 + n % 4, 4, 9) for n in range(8)}))
    hiding = {"suppress_below": 20, "suppress_record": True}
    yield audit_frame(people(a=(40, 40, 40, 40), b=(30, 30, 30, 3), c=(30, 30, 30, 30)), rules=[rule()], report=hiding)


@pytest.fixture(scope="module")
def made() -> list[AuditRecord]:
    return list(records())


def test_every_reason_a_record_gives_is_explained(made: list[AuditRecord]) -> None:
    """A code that leads nowhere can't be acted on; and nothing is explained that never occurs."""
    found: set[str | None] = set()
    for record in made:
        found |= {row.undefined for row in record.estimates} | {row.undefined for row in record.disparities}
        found |= {group.reason for row in record.disparities for group in row.left_out}
        found |= {finding.reason for finding in record.findings}
        found |= {row.undefined for table in record.impact_ratios or () for row in table.categories}
        found |= {part.reason.partition(":")[0] for part in record.data.excluded}

    assert found - {None} - set(REASON_HELP) == set()
    assert set(REASONS) <= set(REASON_HELP)
    assert set(REASON_HELP) - found - {"checklist_unmet", "no_rows"} == set()


def test_every_interval_and_test_of_a_record_is_explained(made: list[AuditRecord]) -> None:
    """`method` and `test` in the record are names of entries, all of which occur."""
    methods, tests = set(), set()
    for record in made:
        rows = [*record.estimates, *record.disparities, *(part.observed for part in record.findings)]
        found = (row.interval.method for row in rows if row is not None and row.interval is not None)
        methods |= {part for method in found for part in method.split("+")}
        tests |= {row.test for row in record.disparities if row.test is not None}

    assert methods == set(METHODS)
    assert tests == set(TESTS)


def test_every_verdict_state_profile_and_rule_word_is_explained() -> None:
    """What the types of the house allow, the glossary knows."""
    names = {*get_args(FindingVerdict), *get_args(State), *profile_names(), *METRICS, *CRITERIA}
    names |= {"difference", "ratio", "each", "max", "min", "across", "compare"} & (
        {*get_args(RuleConfig.model_fields["compare"].annotation), *RuleConfig.model_fields}
    )

    assert {name for name in names if find_entry(name) is None} == set()


def test_no_name_means_two_things() -> None:
    """`explain NAME` has one answer, also when hyphens and case are not minded, or another library's name is used."""
    plain = [entry.name.replace("-", "_").lower() for entry in entries()]

    assert len(plain) == len(set(plain))
    assert set(other_words()) & set(plain) == set()


def test_every_other_name_leads_to_a_measure() -> None:
    """What people type from habit (auc, mae, ece) leads to ours."""
    measures = all_measures()

    assert {name: known for name, known in OTHER_NAMES.items() if known not in measures} == {}
    for name, known in (
        ("AUC", "roc_auc"),
        ("mae", "mean_absolute_error"),
        ("R2", "r2_score"),
        ("ece", "expected_calibration_error"),
    ):
        found = find_entry(name)
        assert found is not None
        assert found.name == known


def test_every_entry_is_said_in_whole_sentences() -> None:
    """Plain words for someone who doesn't code: a title, and sentences that end."""
    for entry in entries():
        assert entry.title, entry.name
        assert entry.says.rstrip().endswith((".", "?", ")?")), entry.name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("false_positive_rate", ["(measure)", "Asks  ", "Formula      FP / (FP + TN)", "Misleads", "Source"]),
        ("False Positive Rate", ["false_positive_rate: False positive rate"]),
        ("recall", ["true_positive_rate: True positive rate", "Also called  recall"]),
        ("equalized_odds", ["(fairness criterion)", "Hardt, Price & Srebro 2016"]),
        ("ratio", ["(word of a rule)", "The lowest group's value divided by the highest group's"]),
        ("inconclusive", ["(verdict)", "That is not a pass"]),
        ("multiplicity", ["(reason)", "Holm's adjustment"]),
        ("contradicted", ["(state of a question)"]),
        ("mover_ratio", ["(interval)", "Donner & Zou 2012"]),
        ("fisher_exact", ["(test)"]),
        ("hall_t+alike_clusters", ["hall_t: ", "(interval)"]),
        ("between_group_sd_less_noise", ["Spread of the groups less chance"]),
        ("missing_score", ["Not known: score (reason)"]),
        ("missing_label_and_score", ["Not known: outcome and score (reason)"]),
        ("unknown_group:race+sex", ["unknown_group: Group unknown (reason)"]),
        ("scores_outside_0_1", ["(reason)"]),
    ],
)
def test_a_name_is_explained(name: str, parts: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Title, kind, meaning, when it misleads and where it comes from."""
    assert run(["explain", name]) == 0

    out = capsys.readouterr().out
    for part in parts:
        assert part in out
    assert max(map(len, out.splitlines())) <= 100


def test_every_key_of_the_config_is_explained_as_the_schema_describes_it() -> None:
    """Who meets a key in a config asks for it by name, or by its path."""
    for key in config_keys(Config):
        assert key.says, key.path
        for name in (key.name, key.path):
            found = find_entry(name)
            assert found is not None, name
            assert key.says in found.says + dict(found.details).get("Config", ""), name


@pytest.mark.parametrize("word", [*DISPLAYED, "undecided", "Can’t be judged", "can't be judged", "passes", "waived"])
def test_every_word_on_screen_leads_to_an_entry(word: str) -> None:
    """The report says "undecided" where the record says inconclusive."""
    assert find_entry(word) is not None


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("undecided", "inconclusive"),
        ("can't be judged", "not_evaluable"),
        ("holm", "multiplicity"),
        ("McNemar", "mcnemar_exact"),
        ("positivity", "no_common_stratum"),
        ("stratum", "strata"),
        ("policy.rules[0].metric", "metric"),
        ("intersections", "intersections"),
    ],
)
def test_a_word_on_screen_leads_to_its_name(word: str, name: str) -> None:
    """One thing has one explanation, whatever it is called."""
    found = find_entry(word)

    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(("columns", "widest"), [("60", 60), ("80", 80), ("200", 100)])
def test_an_explanation_follows_the_terminal(
    columns: str, widest: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As wide as the terminal, and never wider than lines can be read."""
    monkeypatch.setenv("COLUMNS", columns)

    assert run(["explain", "explore"]) == 0

    longest = max(map(len, capsys.readouterr().out.splitlines()))
    assert widest - 12 < longest <= widest


def test_a_profile_is_explained_with_citation_date_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    """Law changes: what was checked, and when, stands beside the rule."""
    profile = load_profile("four-fifths")

    assert run(["explain", "four-fifths", "--json"]) == 0

    shown = json.loads(capsys.readouterr().out)
    assert (shown["citation"], shown["status"], shown["dated"]) == (profile.citation, profile.status, profile.dated)
    assert shown["rules"] == "four-fifths: favourable_rate, ratio, across *, at least 0.8"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("waved", "did you mean 'waived'?"),
        ("fals_positive_rate", "did you mean 'false_positive_rate'?"),
        ("four-fifth", "did you mean 'four-fifths'?"),
        ("xyzzy", "`ethicscheck explain` lists every name"),
        ("", "`ethicscheck explain` lists every name"),
    ],
)
def test_an_unknown_name_leads_to_a_near_one(name: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, one line."""
    assert run(["explain", name]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"error: nothing is called {name!r} — {hint}\n"


def test_without_a_name_everything_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The list is the way in for those who don't know the name; as JSON it is every entry whole."""
    assert run(["explain"]) == 0
    out = capsys.readouterr().out
    assert run(["explain", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)

    assert [part["name"] for part in listed] == [entry.name for entry in entries()]
    for entry in entries():
        assert f"  {entry.name}  " in out
        assert entry.title in out


def test_the_statistics_page_explains_the_same_methods() -> None:
    """The long explanation and the short one know the same names."""
    page = (Path(__file__).parents[2] / "docs/statistics.md").read_text(encoding="utf-8")

    assert {name for name in (*METHODS, *TESTS) if f"`{name}`" not in page} == set()
