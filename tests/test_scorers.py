"""Rules in scikit-learn's model selection: the number, folds, workers, what has no value, and which model is chosen."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.pipeline import make_pipeline

import ethicscheck as ec
from ethicscheck.scorers import FairnessScorer, make_fairness_scorer, refit_fair

RULE = "selection_rate difference <= 0.1 across sex"


@pytest.fixture(scope="module")
def people() -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Merit decides, and so does `proxy`, which tells who is a man: using it is more accurate, and less fair."""
    made = np.random.default_rng(7)
    rows = 2000
    man = made.random(rows) < 0.5
    frame = pd.DataFrame(
        {"merit": made.normal(size=rows), "proxy": man + made.normal(scale=0.3, size=rows)},
        index=made.permutation(rows) + 5000,
    )
    y = pd.Series(
        (frame.merit.to_numpy() + 1.5 * man + made.normal(scale=0.5, size=rows) > 0.75).astype(int), frame.index
    )
    return frame, y, pd.Series(np.where(man, "m", "f"), frame.index, name="sex")


def candidates() -> tuple[Any, dict[str, Any]]:
    """With the proxy, and without."""
    model = make_pipeline(make_column_transformer(("passthrough", ["merit"])), LogisticRegression())
    with_proxy = [("columns", "passthrough", ["merit", "proxy"])]
    without = [("columns", "passthrough", ["merit"])]
    return model, {"columntransformer__transformers": [with_proxy, without]}


def test_the_score_is_fairlearns_number_negated_where_less_is_better(people: Any) -> None:
    """Greater is better for both kinds of limit."""
    frame, y, sex = people
    model = LogisticRegression().fit(frame, y)
    made = model.predict(frame)

    gap = make_fairness_scorer(RULE, sensitive=sex)(model, frame, y)
    ratio = make_fairness_scorer("selection_rate ratio >= 0.8 across sex", sensitive=sex)(model, frame, y)
    odds = make_fairness_scorer("equalized_odds difference <= 0.1 across sex", sensitive=sex)(model, frame, y)

    assert gap == pytest.approx(-demographic_parity_difference(y, made, sensitive_features=sex), abs=1e-12)
    assert ratio == pytest.approx(demographic_parity_ratio(y, made, sensitive_features=sex), abs=1e-12)
    assert odds == pytest.approx(-equalized_odds_difference(y, made, sensitive_features=sex), abs=1e-12)


def test_every_groups_own_value_is_scored_by_the_worst(people: Any) -> None:
    """`each` looks at whoever is treated worst."""
    frame, y, sex = people
    model = LogisticRegression().fit(frame, y)
    right = (model.predict(frame) == y).groupby(sex).mean()

    score = make_fairness_scorer("accuracy each >= 0.5 across sex", sensitive=sex)(model, frame, y)

    assert score == pytest.approx(right.min(), abs=1e-12)


def test_measures_of_scores_and_thresholds_ask_for_probabilities(people: Any) -> None:
    """roc_auc looks at predict_proba, and a threshold decides from it."""
    frame, y, sex = people
    model = LogisticRegression().fit(frame, y)
    chance = model.predict_proba(frame)[:, 1]
    areas = [roc_auc_score(y[sex == one], chance[sex == one]) for one in ("f", "m")]

    area = make_fairness_scorer("roc_auc each >= 0.5 across sex", sensitive=sex)(model, frame, y)
    gap = make_fairness_scorer(RULE, sensitive=sex, threshold=0.7)(model, frame, y)

    assert area == pytest.approx(min(areas), abs=1e-9)
    assert gap == pytest.approx(-demographic_parity_difference(y, chance >= 0.7, sensitive_features=sex), abs=1e-12)


def test_words_for_classes_need_the_positive_one(people: Any) -> None:
    """Its column of predict_proba is found by its name, not by its place."""
    frame, y, sex = people
    words = y.map({1: "hired", 0: "not"})  # alphabetically the positive class is the first
    model = LogisticRegression().fit(frame, words)
    chance = model.predict_proba(frame)[:, 0]
    areas = [roc_auc_score(y[sex == one], chance[sex == one]) for one in ("f", "m")]

    area = make_fairness_scorer("roc_auc each >= 0.5 across sex", sensitive=sex, positive="hired")(model, frame, words)
    gap = make_fairness_scorer(RULE, sensitive=sex, positive="hired")(model, frame, words)

    assert area == pytest.approx(min(areas), abs=1e-9)
    assert gap == pytest.approx(
        -demographic_parity_difference(y, model.predict(frame) == "hired", sensitive_features=sex)
    )
    with pytest.raises(ec.DataError, match="which value counts as positive"):
        make_fairness_scorer(RULE, sensitive=sex)(model, frame, words)
    with pytest.raises(ec.DataError, match="the model knows no class 'yes'"):
        make_fairness_scorer("roc_auc each >= 0.5", sensitive=sex, positive="yes")(model, frame, words)
    with pytest.raises(ec.DataError, match="give a classifier of two classes"):
        make_fairness_scorer("roc_auc each >= 0.5", sensitive=sex)(LinearRegression().fit(frame, y), frame, y)


def test_folds_find_their_groups_by_the_index(people: Any) -> None:
    """The rows of a fold, whatever their order; the same by a column of X, and by number where X is an array."""
    frame, y, sex = people
    folds = KFold(4, shuffle=True, random_state=1)
    parts = {"aligned": make_fairness_scorer(RULE, sensitive=sex.sample(frac=1, random_state=3))}
    model = LogisticRegression()

    found = cross_validate(model, frame, y, cv=folds, scoring=parts)["test_aligned"]
    by_hand = [
        -demographic_parity_difference(
            y.iloc[test],
            model.fit(frame.iloc[train], y.iloc[train]).predict(frame.iloc[test]),
            sensitive_features=sex.iloc[test],
        )
        for train, test in folds.split(frame)
    ]
    coded = frame.assign(sex=(sex == "m").astype(int))
    by_name = cross_validate(model, coded, y, cv=folds, scoring=make_fairness_scorer(RULE, sensitive="sex"))
    by_number = cross_validate(
        model, coded.to_numpy(), y.to_numpy(), cv=folds, scoring=make_fairness_scorer(RULE, sensitive=2)
    )

    assert found == pytest.approx(by_hand, abs=1e-12)
    assert by_name["test_score"] == pytest.approx(by_number["test_score"], abs=1e-12)


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_best_model_among_those_that_keep_the_rule_is_chosen(people: Any, jobs: int) -> None:
    """Another one is more accurate; processes of their own change nothing."""
    frame, y, sex = people
    model, grid = candidates()
    scoring = {"accuracy": "accuracy", "fair": make_fairness_scorer(RULE, sensitive=sex)}

    search = GridSearchCV(
        model, grid, scoring=scoring, refit=refit_fair(RULE, utility="accuracy"), cv=KFold(5), n_jobs=jobs
    ).fit(frame, y)

    accuracy, fair = search.cv_results_["mean_test_accuracy"], search.cv_results_["mean_test_fair"]
    assert search.best_index_ == 1
    assert accuracy[0] > accuracy[1] + 0.05
    assert fair[0] < -0.1 <= fair[1]
    held = ec.audit(y, search.predict(frame), sensitive=sex, rules=RULE)
    assert held.record.findings[0].observed is not None
    assert held.record.findings[0].observed.value <= 0.1


def test_strict_asks_for_every_fold() -> None:
    """An average can hide a fold that breaks the rule."""
    results = {
        "mean_test_accuracy": np.array([0.9, 0.8, 0.85]),
        "mean_test_fair": np.array([-0.08, -0.05, -0.3]),
        "split0_test_fair": np.array([-0.15, -0.06, -0.3]),
        "split1_test_fair": np.array([-0.01, -0.04, -0.3]),
    }

    assert refit_fair(RULE, utility="accuracy")(results) == 0
    assert refit_fair(RULE, utility="accuracy", strict=True)(results) == 1


def test_what_has_no_value_keeps_no_rule() -> None:
    """NaN is never the best, neither as fairness nor as utility."""
    results = {"mean_test_u": np.array([0.9, np.nan, 0.5]), "mean_test_fair": np.array([np.nan, 0.0, -0.1])}

    assert refit_fair(RULE, utility="u")(results) == 2


def test_where_none_keeps_the_rule_none_is_chosen() -> None:
    """The nearest is named; nothing is chosen in silence."""
    results = {"mean_test_u": np.array([0.9, 0.8]), "mean_test_fair": np.array([-0.3, -0.2])}

    with pytest.raises(ec.DataError, match=r"none of 2 candidates keeps the rule; the nearest has 0\.2 on average"):
        refit_fair(RULE, utility="u")(results)
    with pytest.raises(ec.DataError, match="it has no value for any of them"):
        refit_fair(RULE, utility="u")({**results, "mean_test_fair": np.array([np.nan, np.nan])})
    with pytest.raises(ec.UsageError, match=r"scoring has no 'v' .* known are: fair, u"):
        refit_fair(RULE, utility="v")(results)


def test_an_undefined_score_is_nan_with_a_warning_or_an_error(people: Any) -> None:
    """As scikit-learn's error_score: chosen, and never a number that looks like one."""
    frame, y, sex = people
    few = frame.iloc[:20]
    model = LogisticRegression().fit(frame, y)

    with pytest.warns(UndefinedMetricWarning, match="fewer than two groups"):
        assert np.isnan(make_fairness_scorer(RULE, sensitive=sex)(model, few, y[few.index]))
    with pytest.warns(UndefinedMetricWarning):
        assert make_fairness_scorer(RULE, sensitive=sex, error_score=-1)(model, few, y[few.index]) == -1
    with pytest.raises(ec.DataError, match="fewer than two groups"):
        make_fairness_scorer(RULE, sensitive=sex, error_score="raise")(model, few, y[few.index])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert make_fairness_scorer(RULE, sensitive=sex, min_group=1)(model, few, y[few.index]) <= 0


def test_a_scorer_survives_copying_and_pickling(people: Any) -> None:
    """Searches are cloned, and sent to processes."""
    frame, y, sex = people
    model = LogisticRegression().fit(frame, y)
    scorer = make_fairness_scorer(RULE, sensitive=sex)
    search = clone(GridSearchCV(model, {"C": [1.0]}, scoring={"fair": scorer}, refit=refit_fair(RULE, utility="fair")))

    again = pickle.loads(pickle.dumps(scorer))
    assert isinstance(again, FairnessScorer)
    assert again(model, frame, y) == scorer(model, frame, y)
    assert pickle.loads(pickle.dumps(search.refit)) == search.refit


def test_groups_that_can_not_be_followed_are_refused(people: Any) -> None:
    """At once where that is possible, and never joined by place."""
    frame, y, sex = people
    model = LogisticRegression().fit(frame.to_numpy(), y)

    with pytest.raises(ec.UsageError, match="an array can't be followed into the folds"):
        make_fairness_scorer(RULE, sensitive=sex.to_numpy())
    with pytest.raises(ec.UsageError, match="the index has rows twice"):
        make_fairness_scorer(RULE, sensitive=pd.concat([sex, sex]))
    with pytest.raises(ec.UsageError, match="neither X nor y has an index"):
        make_fairness_scorer(RULE, sensitive=sex)(model, frame.to_numpy(), y.to_numpy())
    with pytest.raises(ec.DataError, match=r"2,000 of 2,000 rows have no group, such as \d+"):
        make_fairness_scorer(RULE, sensitive=sex.reset_index(drop=True))(model, frame, y)
    with pytest.raises(ec.DataError, match="X has no column 'sx'"):
        make_fairness_scorer(RULE, sensitive="sx")(model, frame, y)
    with pytest.raises(ec.ConfigError, match="did you mean 'selection_rate'"):
        make_fairness_scorer("selection_rat difference <= 0.1", sensitive="sex")
