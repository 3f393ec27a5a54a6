"""Measures of a yes/no decision, from the four cells of each group. One entry a metric.

The cells are columns in the order TN, FP, FN, TP (`counts.table`).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ethicscheck.counts.table import FALSE_NEGATIVE as FN
from ethicscheck.counts.table import FALSE_POSITIVE as FP
from ethicscheck.counts.table import TRUE_NEGATIVE as TN
from ethicscheck.counts.table import TRUE_POSITIVE as TP
from ethicscheck.counts.table import GroupCounts
from ethicscheck.stats.clusters import clustered_proportion, clustered_scaled
from ethicscheck.stats.delta import ValueFunction
from ethicscheck.stats.estimators import Estimator, FromJaccard, MatthewsCorrelation, MeanOfTwo, Odds, Proportion
from ethicscheck.stats.intervals import Floats, effective_size
from ethicscheck.stats.scaled import Scale, Scaled

from .definition import Among, Criterion, Event, Measured, Metric, Worse

Cells = tuple[int, ...]
ALL: Cells = (TN, FP, FN, TP)

# Why a value is undefined when its denominator is empty.
EMPTY: dict[Cells, str] = {
    ALL: "no_rows",
    (FN, TP): "no_positives",
    (TN, FP): "no_negatives",
    (FP, TP): "no_predicted_positives",
    (TN, FN): "no_predicted_negatives",
}


def _proportion(counts: GroupCounts, top: Cells, bottom: Cells) -> Proportion:
    amounts, squares = counts.amounts, counts.squares
    above, below = amounts[:, top].sum(axis=1), amounts[:, bottom].sum(axis=1)
    known = below > 0
    if clustered(counts):
        assert counts.products is not None
        return clustered_proportion(amounts, squares, counts.products, top, bottom)
    share = np.where(known, np.minimum(above / np.where(known, below, 1.0), 1.0), np.nan)
    if counts.weight is None:
        return Proportion(share, below)
    return Proportion(share, effective_size(below, squares[:, bottom].sum(axis=1)), "wilson_effective_size")


def clustered(counts: GroupCounts) -> bool:
    """Return whether the sums over clusters are there, cell by cell."""
    return counts.products is not None and counts.products.shape[1] == counts.rows.shape[1]


def _over_clusters(counts: GroupCounts, value: ValueFunction, scale: Scale, lowest: float) -> Scaled:
    assert counts.products is not None
    return clustered_scaled(value, counts.amounts, counts.squares, counts.products, scale, lowest, 1.0)


def _fractions(counts: GroupCounts, top: Cells, bottom: Cells) -> tuple[Fraction | None, ...] | None:
    if counts.weight is not None or not np.issubdtype(counts.rows.dtype, np.integer):
        return None
    above, below = counts.rows[:, top].sum(axis=1), counts.rows[:, bottom].sum(axis=1)
    return tuple(Fraction(int(k), int(d)) if d else None for k, d in zip(above, below, strict=True))


def _reasons(counts: GroupCounts, bottom: Cells, reason: str) -> tuple[str | None, ...]:
    rows = counts.rows[:, bottom].sum(axis=1)
    amounts = counts.amounts[:, bottom].sum(axis=1)
    return tuple(
        None if amount > 0 else (reason if row == 0 else "no_weight") for row, amount in zip(rows, amounts, strict=True)
    )


def _rate_of(counts: GroupCounts, top: Cells, bottom: Cells) -> Measured:
    estimator = _proportion(counts, top, bottom)
    tested = None
    if counts.weight is None:
        tested = (counts.rows[:, top].sum(axis=1), counts.rows[:, bottom].sum(axis=1))
    return Measured(
        estimator,
        counts.amounts[:, bottom].sum(axis=1),
        _reasons(counts, bottom, EMPTY[bottom]),
        _fractions(counts, top, bottom),
        tested,
    )


def _rate(
    name: str,
    title: str,
    top: Cells,
    bottom: Cells,
    among: Among,
    event: Event,
    *,
    asks: str,
    misleads: str,
    formula: str,
    worse: Worse = "depends",
    needs_label: bool = True,
) -> Metric:
    def measure(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
        return _rate_of(counts, top, bottom)

    words = (name, title, asks, misleads, formula)
    return Metric(*words, measure, needs_label, worse=worse, among=among, event=event, share=True)


def _favourable_rate(counts: GroupCounts, favourable: int) -> Measured:
    return _rate_of(counts, (FP, TP) if favourable else (TN, FN), ALL)


def _f1(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    amounts = counts.amounts
    denominator = 2 * amounts[:, TP] + amounts[:, FP] + amounts[:, FN]
    exact = None
    tested = None
    if counts.weight is None and np.issubdtype(counts.rows.dtype, np.integer):
        top, rest = counts.rows[:, TP], counts.rows[:, (FP, FN)].sum(axis=1)
        exact = tuple(
            Fraction(2 * int(a), 2 * int(a) + int(b)) if a + b else None for a, b in zip(top, rest, strict=True)
        )
        tested = (top, top + rest)
    jaccard = _proportion(counts, (TP,), (FP, FN, TP))
    return Measured(
        FromJaccard(jaccard, "wilson_transformed_clusters") if clustered(counts) else FromJaccard(jaccard),
        denominator,
        _reasons(counts, (FP, FN, TP), "no_positives_or_predicted_positives"),
        exact,
        tested,
    )


def _balanced_accuracy(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    sensitivity, specificity = _rate_of(counts, (TP,), (FN, TP)), _rate_of(counts, (TN,), (TN, FP))
    assert isinstance(sensitivity.estimator, Proportion)
    assert isinstance(specificity.estimator, Proportion)
    exact = None
    if sensitivity.exact is not None and specificity.exact is not None:
        exact = tuple(
            (a + b) / 2 if a is not None and b is not None else None
            for a, b in zip(sensitivity.exact, specificity.exact, strict=True)
        )
    estimator: Estimator = MeanOfTwo(sensitivity.estimator, specificity.estimator)
    if clustered(counts):  # one person may be among the positives and the negatives: the two rates go together
        estimator = _over_clusters(counts, _mean_of_rates, "wilson", 0.0)
    return Measured(
        estimator,
        counts.amounts.sum(axis=1),
        tuple(a or b for a, b in zip(sensitivity.reasons, specificity.reasons, strict=True)),
        exact,
    )


def _matthews(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    cells = counts.amounts
    if counts.weight is not None:
        total, squares = cells.sum(axis=1), counts.squares.sum(axis=1)
        size = effective_size(total, squares)
        cells = cells * np.where(total > 0, size / np.where(total > 0, total, 1.0), 0.0)[:, None]
    parts = [_reasons(counts, bottom, EMPTY[bottom]) for bottom in ((FN, TP), (TN, FP), (FP, TP), (TN, FN))]
    reasons = tuple(next((reason for reason in group if reason), None) for group in zip(*parts, strict=True))
    estimator: Estimator = MatthewsCorrelation(cells)
    if clustered(counts):
        estimator = _over_clusters(counts, lambda part: MatthewsCorrelation(part).value, "fisher", -1.0)
    return Measured(estimator, counts.amounts.sum(axis=1), reasons)


def _mean_of_rates(cells: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        found = cells[:, TP] / cells[:, (FN, TP)].sum(axis=1)
        left_alone = cells[:, TN] / cells[:, (TN, FP)].sum(axis=1)
        return np.asarray((found + left_alone) / 2)


def _error_odds(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    share = _proportion(counts, (FN,), (FP, FN))
    estimator = Odds(share, "wilson_transformed_clusters") if clustered(counts) else Odds(share)
    exact = None
    tested = None
    if counts.weight is None and np.issubdtype(counts.rows.dtype, np.integer):
        missed, alarms = counts.rows[:, FN], counts.rows[:, FP]
        exact = tuple(Fraction(int(a), int(b)) if b else None for a, b in zip(missed, alarms, strict=True))
        tested = (missed, missed + alarms)
    return Measured(
        estimator,
        counts.amounts[:, FP],
        _reasons(counts, (FP,), "no_false_positives"),
        exact,
        tested,
    )


SELECTION_RATE = _rate(
    "selection_rate", "Selection rate", (FP, TP), ALL, "all", "selected",
    asks="How often does the system give this group the positive decision?",
    misleads="Equal rates can hide that the wrong people were chosen in one group; unequal ones may reflect a real difference in outcomes.",
    formula="(TP + FP) / all", needs_label=False,
)  # fmt: skip
BASE_RATE = _rate(
    "base_rate", "Base rate", (FN, TP), ALL, "all", "positive",
    asks="How often did the outcome really happen in this group, by the recorded label?",
    misleads="The label may itself be biased: an arrest is not a crime, a click is not a need.",
    formula="(TP + FN) / all",
)  # fmt: skip
TRUE_POSITIVE_RATE = _rate(
    "true_positive_rate", "True positive rate", (TP,), (FN, TP), "positives", "selected",
    asks="Of the people for whom the outcome happened, how many did the system find?",
    misleads="Rises when more people are selected; read it beside the false positive rate.",
    formula="TP / (TP + FN)",
)  # fmt: skip
TRUE_NEGATIVE_RATE = _rate(
    "true_negative_rate", "True negative rate", (TN,), (TN, FP), "negatives", "rejected",
    asks="Of the people for whom the outcome did not happen, how many did the system rightly leave alone?",
    misleads="High for a system that hardly ever says yes; read it beside the false negative rate.",
    formula="TN / (TN + FP)",
)  # fmt: skip
FALSE_POSITIVE_RATE = _rate(
    "false_positive_rate", "False positive rate", (FP,), (TN, FP), "negatives", "selected",
    asks="Of the people for whom the outcome did not happen, how many got the positive decision all the same?",
    misleads="A ratio of error rates points the other way from a ratio of selection rates: here the higher one is the error.",
    formula="FP / (FP + TN)", worse="higher",
)  # fmt: skip
FALSE_NEGATIVE_RATE = _rate(
    "false_negative_rate", "False negative rate", (FN,), (FN, TP), "positives", "rejected",
    asks="Of the people for whom the outcome happened, how many did the system miss?",
    misleads="Falls when more people are selected; read it beside the false positive rate.",
    formula="FN / (FN + TP)", worse="higher",
)  # fmt: skip
PRECISION = _rate(
    "precision", "Precision", (TP,), (FP, TP), "selected", "positive",
    asks="Of the people who got the positive decision, for how many did the outcome happen?",
    misleads="Where base rates differ between groups, precision and both error rates can't all be equal (Chouldechova 2017).",
    formula="TP / (TP + FP)", worse="lower",
)  # fmt: skip
NEGATIVE_PREDICTIVE_VALUE = _rate(
    "negative_predictive_value", "Negative predictive value", (TN,), (TN, FN), "rejected", "negative",
    asks="Of the people who got the negative decision, for how many did the outcome not happen?",
    misleads="High wherever the outcome is rare, whatever the system does.",
    formula="TN / (TN + FN)", worse="lower",
)  # fmt: skip
FALSE_DISCOVERY_RATE = _rate(
    "false_discovery_rate", "False discovery rate", (FP,), (FP, TP), "selected", "negative",
    asks="Of the people who got the positive decision, how many got it wrongly?",
    misleads="Depends on how common the outcome is in the group, not on the system alone.",
    formula="FP / (FP + TP)", worse="higher",
)  # fmt: skip
FALSE_OMISSION_RATE = _rate(
    "false_omission_rate", "False omission rate", (FN,), (TN, FN), "rejected", "positive",
    asks="Of the people who got the negative decision, how many got it wrongly?",
    misleads="Depends on how common the outcome is in the group, not on the system alone.",
    formula="FN / (FN + TN)", worse="higher",
)  # fmt: skip
ACCURACY = _rate(
    "accuracy", "Accuracy", (TN, TP), ALL, "all", "correct",
    asks="How often does the decision match what happened?",
    misleads="Mixes two kinds of error that cost different people different things; high wherever one outcome is rare.",
    formula="(TP + TN) / all", worse="lower",
)  # fmt: skip
BALANCED_ACCURACY = Metric(
    "balanced_accuracy", "Balanced accuracy",
    asks="How often is the system right, counting both kinds of people equally?",
    misleads="Hides which of the two errors is the larger.",
    formula="(TPR + TNR) / 2", measure=_balanced_accuracy, worse="lower", mean_of_groups=False, share=True,
)  # fmt: skip
F1_SCORE = Metric(
    "f1_score", "F1 score",
    asks="How well does the system find the people for whom the outcome happened, without naming others?",
    misleads="Rises with the base rate; ignores those rightly left alone. scikit-learn gives 0 where nothing is positive; here that is undefined.",
    formula="2 TP / (2 TP + FP + FN)", measure=_f1, worse="lower",
)  # fmt: skip
MATTHEWS_CORRCOEF = Metric(
    "matthews_corrcoef", "Matthews correlation",
    asks="How closely do decision and outcome go together in this group (1 always, 0 not at all, −1 the reverse)?",
    misleads="Depends on the base rate; scikit-learn gives 0 where one class is missing; here that is undefined.",
    formula="(TP·TN − FP·FN) / √((TP+FP)(TP+FN)(TN+FP)(TN+FN))",
    measure=_matthews, lowest=-1.0, worse="lower", ratio=False, mean_of_groups=False,
)  # fmt: skip
FAVOURABLE_RATE = Metric(
    "favourable_rate", "Favourable decision rate",
    asks="How often does this group get the decision that helps?",
    misleads="Equal rates can hide that the wrong people were helped in one group.",
    formula="selection rate of the favourable decision (data.favourable; the positive one unless said otherwise)",
    measure=_favourable_rate, needs_label=False, worse="lower", among="all", event="favoured", share=True,
)  # fmt: skip

_ERROR_ODDS = Metric(
    "false_negatives_per_false_positive", "Missed people per false alarm",
    asks="For each person wrongly selected, how many were wrongly passed over?",
    misleads="Unstable where errors are few.",
    formula="FN / FP", measure=_error_odds, highest=float("inf"),
)  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        SELECTION_RATE, BASE_RATE, TRUE_POSITIVE_RATE, TRUE_NEGATIVE_RATE, FALSE_POSITIVE_RATE, FALSE_NEGATIVE_RATE,
        PRECISION, NEGATIVE_PREDICTIVE_VALUE, FALSE_DISCOVERY_RATE, FALSE_OMISSION_RATE, ACCURACY, BALANCED_ACCURACY,
        F1_SCORE, MATTHEWS_CORRCOEF, FAVOURABLE_RATE,
    )
}  # fmt: skip

CRITERIA: dict[str, Criterion] = {
    criterion.name: criterion
    for criterion in (
        Criterion(
            "demographic_parity", "Demographic parity",
            "Do all groups get the positive decision equally often?",
            "Says nothing of whether the right people were chosen.",
            "the gap in selection rate", (SELECTION_RATE,),
            "Calders, Kamiran & Pechenizkiy 2009; Fairlearn's demographic_parity_difference and _ratio",
        ),
        Criterion(
            "equal_opportunity", "Equal opportunity",
            "Among people for whom the outcome happened, are all groups found equally often?",
            "Says nothing of wrong selections.",
            "the gap in true positive rate", (TRUE_POSITIVE_RATE,),
            "Hardt, Price & Srebro 2016, arXiv 1610.02413",
        ),
        Criterion(
            "equalized_odds", "Equalized odds",
            "Are both kinds of error equally frequent in all groups?",
            "Can't hold together with predictive parity where base rates differ (Chouldechova 2017).",
            "the worse of the gaps in true positive rate and false positive rate",
            (TRUE_POSITIVE_RATE, FALSE_POSITIVE_RATE),
            "Hardt, Price & Srebro 2016, arXiv 1610.02413; Fairlearn's equalized_odds_difference and _ratio",
        ),
        Criterion(
            "predictive_parity", "Predictive parity",
            "Does the positive decision mean the same in all groups?",
            "Can't hold together with equalized odds where base rates differ (Chouldechova 2017).",
            "the gap in precision", (PRECISION,),
            "Chouldechova 2017, Big Data 5, 153–163",
        ),
        Criterion(
            "treatment_equality", "Treatment equality",
            "Is the balance between the two kinds of error the same in all groups?",
            "Unstable where errors are few; equal balances can go with very unequal error rates.",
            "the gap in FN / FP", (_ERROR_ODDS,),
            "Berk, Heidari, Jabbari, Kearns & Roth 2018, Sociological Methods & Research 50",
        ),
    )
}  # fmt: skip

# Made when nothing is chosen; favourable_rate joins when a rule asks for it.
DEFAULT_METRICS = tuple(name for name in METRICS if name != "favourable_rate")
