"""Equal to Fairlearn and scikit-learn wherever they are defined; each place where we differ on purpose is named below."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import fairlearn.metrics as fairlearn
import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as sklearn

from ethicscheck.model.record import AuditRecord
from helpers import audit_frame, disparities, estimates, gap, reconciles, values

TOLERANCE = 1e-12

BY_METRIC: dict[str, Callable[..., Any]] = {
    "selection_rate": fairlearn.selection_rate,
    "base_rate": lambda y_true, y_pred: np.mean(y_true),
    "true_positive_rate": fairlearn.true_positive_rate,
    "true_negative_rate": fairlearn.true_negative_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "precision": sklearn.precision_score,
    "negative_predictive_value": lambda y_true, y_pred: sklearn.precision_score(y_true, y_pred, pos_label=0),
    "false_discovery_rate": lambda y_true, y_pred: 1 - sklearn.precision_score(y_true, y_pred),
    "false_omission_rate": lambda y_true, y_pred: 1 - sklearn.precision_score(y_true, y_pred, pos_label=0),
    "accuracy": sklearn.accuracy_score,
    "balanced_accuracy": sklearn.balanced_accuracy_score,
    "f1_score": sklearn.f1_score,
    "matthews_corrcoef": sklearn.matthews_corrcoef,
}


def random_rows(seed: int) -> pd.DataFrame:
    """Return rows in two features of 2 to 6 groups, with rates of their own."""
    draw = np.random.default_rng(seed)
    n = int(draw.integers(600, 2_000))
    race = draw.choice(list("abcdef")[: draw.integers(2, 7)], n)
    sex = draw.choice(["f", "m"], n)
    base = draw.uniform(0.2, 0.8, 256)
    label = (draw.random(n) < base[[ord(letter) for letter in race]]).astype(int)
    prediction = np.where(draw.random(n) < draw.uniform(0.1, 0.4, 256)[[ord(s) for s in sex]], 1 - label, label)
    return pd.DataFrame({"race": race, "sex": sex, "y": label, "p": prediction})


PARTS: dict[str, Any] = {"sensitive": ["race", "sex"], "intersections": [["race", "sex"]]}


@pytest.fixture(scope="module", params=range(4))
def case(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, AuditRecord]:
    """Random rows and their audit; no group is too small."""
    rows = random_rows(request.param)
    return rows, audit_frame(rows, **PARTS)


def frame_of(rows: pd.DataFrame, metric: str, features: list[str]) -> fairlearn.MetricFrame:
    """Return Fairlearn's answer."""
    sensitive = rows[features[0]] if len(features) == 1 else rows[features]
    return fairlearn.MetricFrame(
        metrics=BY_METRIC[metric], y_true=rows["y"], y_pred=rows["p"], sensitive_features=sensitive
    )


@pytest.mark.parametrize("features", [["race"], ["sex"], ["race", "sex"]], ids="-".join)
@pytest.mark.parametrize("metric", BY_METRIC)
def test_group_values_overall_and_gaps_equal_metric_frames(
    metric: str, features: list[str], case: tuple[pd.DataFrame, AuditRecord]
) -> None:
    """MetricFrame's by_group, overall, difference and ratio, between groups and to the overall."""
    rows, record = case
    expected = frame_of(rows, metric, features)

    assert values(record, metric, *features) == pytest.approx(dict(expected.by_group), abs=TOLERANCE)
    assert values(record, metric)[""] == pytest.approx(expected.overall, abs=TOLERANCE)
    assert gap(record, metric, "difference", *features).value == pytest.approx(expected.difference(), abs=TOLERANCE)
    to_overall = disparities(record, metric, "difference", *features, to="overall")
    largest = max(abs(row.value) for row in to_overall if row.value is not None)
    assert largest == pytest.approx(expected.difference(method="to_overall"), abs=TOLERANCE)
    if metric == "matthews_corrcoef":
        return  # can be negative: a ratio of it means nothing, and the config refuses one
    assert gap(record, metric, "ratio", *features).value == pytest.approx(expected.ratio(), abs=TOLERANCE)
    quotients = [row.value for row in disparities(record, metric, "ratio", *features, to="overall") if row.value]
    smallest = min(min(value, 1 / value) for value in quotients)
    assert smallest == pytest.approx(expected.ratio(method="to_overall"), abs=TOLERANCE)


@pytest.mark.parametrize(
    ("criterion", "difference", "ratio"),
    [
        ("demographic_parity", fairlearn.demographic_parity_difference, fairlearn.demographic_parity_ratio),
        ("equalized_odds", fairlearn.equalized_odds_difference, fairlearn.equalized_odds_ratio),
        ("equal_opportunity", fairlearn.equal_opportunity_difference, fairlearn.equal_opportunity_ratio),
    ],
)
@pytest.mark.parametrize("feature", ["race", "sex"])
def test_named_criteria_equal_fairlearns(
    criterion: str,
    difference: Callable[..., float],
    ratio: Callable[..., float],
    feature: str,
    case: tuple[pd.DataFrame, AuditRecord],
) -> None:
    """A name that the field knows must mean what the field means."""
    rows, record = case
    given = (rows["y"], rows["p"])

    found = gap(record, criterion, "difference", feature).value, gap(record, criterion, "ratio", feature).value

    expected = (difference(*given, sensitive_features=rows[feature]), ratio(*given, sensitive_features=rows[feature]))
    assert found == pytest.approx(expected, abs=TOLERANCE)


def test_gaps_to_the_reference_are_plain_differences_and_quotients(case: tuple[pd.DataFrame, AuditRecord]) -> None:
    """Group minus reference and group over reference, the reference being the group with most rows."""
    rows, record = case
    rates = rows.groupby("race")["p"].mean()
    reference = max(rows["race"].value_counts().items(), key=lambda item: item[1])[0]

    for row in disparities(record, "selection_rate", "difference", "race", to="reference"):
        assert row.against == {"race": reference}
        assert row.value == pytest.approx(rates[row.group["race"]] - rates[reference], abs=TOLERANCE)
    for row in disparities(record, "selection_rate", "ratio", "race", to="reference"):
        assert row.value == pytest.approx(rates[row.group["race"]] / rates[reference], abs=TOLERANCE)


# Where we differ on purpose ------------------------------------------------------------------------------------------


def cells(**groups: tuple[int, int, int, int]) -> pd.DataFrame:
    """Return rows made of each group's TN, FP, FN and TP."""
    parts = [(0, 0), (0, 1), (1, 0), (1, 1)]
    rows = [
        (group, label, prediction)
        for group, counts in groups.items()
        for (label, prediction), n in zip(parts, counts, strict=True)
        for _ in range(n)
    ]
    return pd.DataFrame(rows, columns=["group", "y", "p"])


def test_a_group_without_positives_has_no_true_positive_rate() -> None:
    """Fairlearn says 0.0 without a warning, so its equal-opportunity gap is made up; here it is undefined, and left out."""
    rows = cells(a=(10, 10, 5, 15), b=(10, 10, 8, 12), c=(20, 10, 0, 0))
    expected = frame_of(rows.rename(columns={"group": "race"}), "true_positive_rate", ["race"])
    record = audit_frame(rows)

    row = estimates(record, "true_positive_rate", "group")["c"]
    found = gap(record, "equal_opportunity", "difference", "group")

    assert expected.by_group["c"] == 0.0
    assert expected.difference() == 0.75
    assert (row.value, row.undefined, row.interval) == (None, "no_positives", None)
    assert found.value == pytest.approx(0.75 - 0.6)
    assert [(part.group, part.reason) for part in found.left_out] == [({"group": "c"}, "no_positives")]


def test_rows_without_a_group_are_counted_and_not_an_error() -> None:
    """Fairlearn raises on NaN groups and Aequitas drops them while still counting them; here they are accounted for."""
    rows = cells(a=(10, 10, 5, 15), b=(10, 10, 8, 12))
    rows.loc[::10, "group"] = None
    given = {"y_true": rows["y"], "y_pred": rows["p"], "sensitive_features": rows["group"]}
    with pytest.raises(ValueError, match=r"NaN|nan|missing"):
        fairlearn.MetricFrame(metrics=fairlearn.selection_rate, **given)

    record = audit_frame(rows)

    assert [(part.reason, part.rows) for part in record.data.excluded] == [("unknown_group:group", 8)]
    assert (record.data.rows, record.data.audited, record.data.judged) == (80, 72, 80)
    assert estimates(record, "selection_rate")[""].rows == 80
    assert sum(row.rows for row in estimates(record, "selection_rate", "group").values()) == 72
    assert reconciles(record)


def test_nothing_over_nothing_is_not_perfectly_fair() -> None:
    """OxonFair makes the ratio of two zero rates 1.0, "perfectly fair"; here it is undefined."""
    record = audit_frame(cells(a=(20, 0, 5, 15), b=(20, 0, 8, 12)))

    for to in ("gap", "overall", "reference"):
        for row in disparities(record, "false_positive_rate", "ratio", "group", to=to):
            assert (row.value, row.undefined, row.interval) == (None, "divided_by_zero", None)
    assert gap(record, "false_positive_rate", "difference", "group").value == 0


def test_infinity_is_never_replaced_by_a_number() -> None:
    """Aequitas writes 10.0 for x ÷ 0; here it is undefined, with the reason."""
    record = audit_frame(cells(a=(30, 0, 5, 15), b=(10, 10, 8, 12)), sensitive={"group": {"reference": "a"}})

    (row,) = disparities(record, "false_positive_rate", "ratio", "group", to="reference")

    assert (row.value, row.undefined) == (None, "divided_by_zero")


def test_an_interval_without_an_upper_limit_says_so() -> None:
    """A ratio whose divisor may be 0 has no finite upper limit: null, not a large number."""
    rows = cells(a=(30, 0, 5, 15), b=(10, 10, 8, 12))
    record = audit_frame(rows, sensitive={"group": {"reference": "b"}})

    (row,) = disparities(record, "false_positive_rate", "ratio", "group", to="reference")
    odds = gap(record, "treatment_equality", "difference", "group")

    assert row.value == 0
    assert row.interval is not None
    assert row.interval.high is not None
    assert (odds.value, odds.undefined) == (None, "fewer_than_two_groups")


@pytest.mark.parametrize(
    ("metric", "theirs", "reason"),
    [
        ("f1_score", sklearn.f1_score, "no_positives_or_predicted_positives"),
        ("matthews_corrcoef", sklearn.matthews_corrcoef, "no_positives"),
        ("precision", sklearn.precision_score, "no_predicted_positives"),
        ("true_positive_rate", sklearn.recall_score, "no_positives"),
    ],
)
def test_nothing_over_nothing_is_no_score_of_zero(metric: str, theirs: Callable[..., float], reason: str) -> None:
    """scikit-learn gives 0.0 (with a warning at most) where nothing is positive: a bad score that nobody earned."""
    rows = cells(a=(30, 0, 0, 0), b=(10, 10, 8, 12))
    part = rows[rows["group"] == "a"]

    row = estimates(audit_frame(rows), metric, "group")["a"]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert theirs(part["y"], part["p"]) == 0.0
    assert (row.value, row.undefined) == (None, reason)


def test_balanced_accuracy_needs_both_kinds_of_people() -> None:
    """scikit-learn takes the mean over the classes that are there; here the value is undefined."""
    rows = cells(a=(20, 10, 0, 0), b=(10, 10, 8, 12))
    part = rows[rows["group"] == "a"]

    row = estimates(audit_frame(rows), "balanced_accuracy", "group")["a"]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert sklearn.balanced_accuracy_score(part["y"], part["p"]) == pytest.approx(2 / 3)
    assert (row.value, row.undefined) == (None, "no_positives")


def test_small_groups_are_shown_but_take_no_part_in_gaps() -> None:
    """Fairlearn's gap is that of its smallest group; fairpipe hides groups under 30. Here they are seen and left out."""
    rows = cells(a=(10, 10, 10, 10), b=(12, 8, 10, 10), tiny=(0, 3, 0, 0))
    theirs = frame_of(rows.rename(columns={"group": "race"}), "selection_rate", ["race"])
    record = audit_frame(rows, statistics={"min_group": 30})

    found = gap(record, "selection_rate", "difference", "group")

    assert theirs.difference() == pytest.approx(1 - 18 / 40)
    assert found.value == pytest.approx(2 / 40)
    assert values(record, "selection_rate", "group")["tiny"] == 1
    assert [(part.group, part.reason) for part in found.left_out] == [({"group": "tiny"}, "small")]
    assert [group.small for group in record.data.features[0].groups] == [False, False, True]


def test_one_person_gives_no_certainty() -> None:
    """Fairlearn's bootstrap gives a singleton the interval [1, 1]; Wilson's for 1 of 1 is [0.207, 1]."""
    row = estimates(audit_frame(cells(a=(10, 10, 10, 10), one=(0, 0, 0, 1))), "selection_rate", "group")["one"]

    assert row.value == 1
    assert row.interval is not None
    assert (row.interval.low, row.interval.high) == (pytest.approx(0.2065, abs=1e-4), pytest.approx(1))


def test_the_interval_of_a_gap_holds_the_gap() -> None:
    """Fairlearn's bootstrap interval of a gap over 20 groups often lies wholly above it."""
    draw = np.random.default_rng(0)
    rows = pd.DataFrame({"group": draw.integers(0, 20, 2_000).astype(str), "y": 1, "p": draw.integers(0, 2, 2_000)})
    rows.loc[0, "y"] = 0

    found = gap(audit_frame(rows), "selection_rate", "difference", "group")

    assert found.interval is not None
    assert found.interval.low <= found.value <= found.interval.high
    assert found.interval.low == 0  # all rates are equal, and the interval does not deny it


def test_the_selection_rate_is_not_aequitas_ppr() -> None:
    """Aequitas' ppr divides by all the selected of all groups; the share of one's own group is meant here."""
    record = audit_frame(cells(a=(10, 10, 10, 10), b=(0, 5, 0, 5)))

    assert values(record, "selection_rate", "group") == {"a": 0.5, "b": 1.0}


def test_polars_names_are_kept() -> None:
    """Fairlearn loses the column names of a polars frame."""
    import polars

    record = audit_frame(polars.from_pandas(random_rows(0)), **PARTS)

    assert [feature.name for feature in record.data.features] == ["race", "sex"]
