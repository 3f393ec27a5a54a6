"""Measures of a decision among several classes: averages over the classes, and any binary measure of one class.

The cells are columns in the order label·K + prediction (`counts.bases.Classes`). `CLASS:metric` takes one class for the
positive one and all others for the negative one (one against the rest), and measures as `metrics.binary` does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from ethicscheck.counts.bases import DECISIONS, Classes
from ethicscheck.counts.table import CountTable, GroupCounts
from ethicscheck.errors import DataError, did_you_mean
from ethicscheck.stats.averages import ClassTables
from ethicscheck.stats.estimators import Proportion
from ethicscheck.stats.intervals import effective_size
from ethicscheck.stats.scaled import Scaled

from . import binary
from .definition import Measured, Metric

_AVERAGED = "Every class counts the same, however few people are in it; a rare class can decide the value."


def _tables(counts: GroupCounts) -> ClassTables:
    return ClassTables.of(counts.amounts, counts.squares)


def _reasons(counts: GroupCounts) -> list[str | None]:
    rows, amounts = counts.rows.sum(axis=1), counts.amounts.sum(axis=1)
    return [
        None if amount > 0 else ("no_rows" if row == 0 else "no_weight")
        for row, amount in zip(rows, amounts, strict=True)
    ]


def _average(average: Callable[[ClassTables], Scaled], empty: str) -> Callable[[GroupCounts, int], Measured]:
    """Return the measure of an average; `empty` says why it is undefined where a class has nothing to average."""

    def measure(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
        estimator = average(_tables(counts))
        reasons = tuple(
            reason or (empty if np.isnan(value) else None)
            for reason, value in zip(_reasons(counts), estimator.value, strict=True)
        )
        return Measured(estimator, counts.amounts.sum(axis=1), reasons)

    return measure


def _accuracy(counts: GroupCounts, favourable: int) -> Measured:  # noqa: ARG001
    tables = _tables(counts)
    hits, total = tables.hits.sum(axis=1), counts.amounts.sum(axis=1)
    known = total > 0
    share = np.where(known, np.minimum(hits / np.where(known, total, 1.0), 1.0), np.nan)
    reasons = tuple(_reasons(counts))
    if counts.weight is not None:
        sizes = effective_size(total, counts.squares.sum(axis=1))
        return Measured(Proportion(share, sizes, "wilson_effective_size"), total, reasons)
    exact = tested = None
    if np.issubdtype(counts.rows.dtype, np.integer):
        classes = round(counts.rows.shape[1] ** 0.5)
        right, rows = counts.rows[:, :: classes + 1].sum(axis=1), counts.rows.sum(axis=1)
        exact = tuple(Fraction(int(k), int(n)) if n else None for k, n in zip(right, rows, strict=True))
        tested = right, rows
    return Measured(Proportion(share, total), total, reasons, exact, tested)


def against_rest(counts: GroupCounts, label: str) -> GroupCounts:
    """Return the four cells of one class against all others; a class that does not occur has no positives at all."""
    assert isinstance(counts.basis, Classes)
    labels = counts.basis.labels
    own = np.array([name == label for name in labels])
    # Column of the four for each cell: 2·(truly of the class) + (put in the class).
    column = (2 * own[:, None] + own[None, :]).ravel()

    def folded(cells: Any) -> Any:
        return np.stack([cells[:, column == place].sum(axis=1) for place in range(4)], axis=1)

    return replace(
        counts,
        rows=folded(counts.rows),
        weight=None if counts.weight is None else folded(counts.weight),
        weight_squares=None if counts.weight_squares is None else folded(counts.weight_squares),
        basis=DECISIONS,
    )


@lru_cache(maxsize=4096)
def class_metric(name: str) -> Metric | None:
    """Return the metric of a name such as `nurse:true_positive_rate`, or None; whether the class occurs is checked later.

    >>> class_metric("nurse:precision").title, class_metric("nurse:beauty")
    ('Precision of “nurse”', None)
    """
    label, colon, part = name.rpartition(":")
    if not colon or not label or part not in _ASKS:
        return None
    base = binary.METRICS[part]

    def measure(counts: GroupCounts, favourable: int) -> Measured:
        return base.measure(against_rest(counts, label), favourable)

    def check(table: CountTable, column: str) -> None:
        labels = table.basis.labels if isinstance(table.basis, Classes) else ()
        if label not in labels:
            near = did_you_mean(label, labels)
            every = f"its classes are {', '.join(map(repr, labels[:12]))}{', …' if len(labels) > 12 else ''}"
            hint = f"{near} {every}" if "mean" in near.partition("'")[0] else every
            raise DataError(f"{name!r}: there is no class {label!r}", f"column {column!r}", hint)

    return replace(
        base,
        name=name,
        title=f"{base.title} of “{label}”",
        asks=_ASKS[part].replace("CLASS", f"“{label}”"),
        formula=f"{base.formula}, with “{label}” as the positive class and all others as the negative one",
        measure=measure,
        worse="depends" if part in ("precision", "negative_predictive_value") else base.worse,
        source=f"{base.source}; one class against the rest, as scikit-learn's multilabel_confusion_matrix",
        table="classes",
        checks=check,
    )


# What each binary measure asks when one class is the positive one.
_ASKS = {
    "selection_rate": "How often does the system put people of this group in CLASS?",
    "base_rate": "How often do people of this group truly belong to CLASS, by the recorded label?",
    "true_positive_rate": "Of the people who truly belong to CLASS, how many did the system put there?",
    "true_negative_rate": "Of the people who do not belong to CLASS, how many did the system rightly put elsewhere?",
    "false_positive_rate": "Of the people who do not belong to CLASS, how many did the system put there all the same?",
    "false_negative_rate": "Of the people who truly belong to CLASS, how many did the system put elsewhere?",
    "precision": "Of the people put in CLASS, how many truly belong there?",
    "negative_predictive_value": "Of the people put elsewhere, how many do not belong to CLASS?",
    "false_discovery_rate": "Of the people put in CLASS, how many do not belong there?",
    "false_omission_rate": "Of the people put elsewhere, how many truly belong to CLASS?",
    "accuracy": "How often is the system right about who belongs to CLASS and who does not?",
    "balanced_accuracy": "How often is the system right about CLASS, counting those who belong and those who don't equally?",
    "f1_score": "How well does the system find the people of CLASS without naming others?",
    "matthews_corrcoef": "How closely do belonging to CLASS and being put there go together in this group?",
}

CLASS_MEASURES = tuple(_ASKS)


def of_class(name: str) -> str | None:
    """Return the class that a metric's name speaks of, or None.

    >>> of_class("nurse:precision"), of_class("accuracy")
    ('nurse', None)
    """
    return name.rpartition(":")[0] if class_metric(name) is not None else None


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "accuracy", "Accuracy",
            asks="How often is the predicted class the right one?",
            misleads="High wherever one class is common; says nothing of which classes are taken for which.",
            formula="rows with prediction = truth / all", measure=_accuracy, worse="lower",
            among="all", event="correct", table="classes", share=True,
        ),
        Metric(
            "balanced_accuracy", "Balanced accuracy",
            asks="How often is the system right, counting every class equally?",
            misleads=_AVERAGED,
            formula="mean over classes of the true positive rate (the same as macro_recall)",
            measure=_average(ClassTables.mean_recall, "class_without_rows"), worse="lower", mean_of_groups=False,
            source="scikit-learn's balanced_accuracy_score; where a group has nobody of a class scikit-learn leaves the class out, here the value is undefined",
            table="classes", share=True,
        ),
        Metric(
            "macro_recall", "Mean recall over classes",
            asks="Of the people of each class, how many does the system find, on average over the classes?",
            misleads=_AVERAGED,
            formula="mean over classes of the true positive rate",
            measure=_average(ClassTables.mean_recall, "class_without_rows"), worse="lower", mean_of_groups=False,
            source="scikit-learn's recall_score, average='macro'; 0/0 is undefined here, not 0", table="classes", share=True,
        ),
        Metric(
            "macro_precision", "Mean precision over classes",
            asks="Of the people put in each class, how many belong there, on average over the classes?",
            misleads=_AVERAGED,
            formula="mean over classes of the precision",
            measure=_average(ClassTables.mean_precision, "class_never_predicted"), worse="lower", mean_of_groups=False,
            source="scikit-learn's precision_score, average='macro'; 0/0 is undefined here, not 0", table="classes", share=True,
        ),
        Metric(
            "macro_f1", "Mean F1 over classes",
            asks="How well are the people of each class found without naming others, on average over the classes?",
            misleads=_AVERAGED,
            formula="mean over classes of 2 TP / (2 TP + FP + FN)",
            measure=_average(ClassTables.mean_f1, "class_neither_true_nor_predicted"), worse="lower", mean_of_groups=False,
            source="scikit-learn's f1_score, average='macro'; 0/0 is undefined here, not 0", table="classes",
        ),
        Metric(
            "weighted_precision", "Weighted precision",
            asks="Of the people put in each class, how many belong there, common classes counting more?",
            misleads="The common classes decide it; a rare class can be lost without a trace.",
            formula="mean over classes of the precision, weighted by how many truly belong to the class",
            measure=_average(ClassTables.weighted_precision, "class_never_predicted"), worse="lower", mean_of_groups=False,
            source="scikit-learn's precision_score, average='weighted'; 0/0 is undefined here, not 0", table="classes", share=True,
        ),
        Metric(
            "weighted_f1", "Weighted F1",
            asks="How well are the people of each class found without naming others, common classes counting more?",
            misleads="The common classes decide it; a rare class can be lost without a trace.",
            formula="mean over classes of 2 TP / (2 TP + FP + FN), weighted by how many truly belong to the class",
            measure=_average(ClassTables.weighted_f1, "no_rows"), worse="lower", mean_of_groups=False,
            source="scikit-learn's f1_score, average='weighted'", table="classes",
        ),
    )
}  # fmt: skip

# macro_recall is balanced accuracy by another name, weighted precision is seldom asked for.
DEFAULT_METRICS = ("accuracy", "balanced_accuracy", "macro_precision", "macro_f1", "weighted_f1")


def default_class_metrics(table: CountTable) -> tuple[Metric, ...]:
    """Return which class gets which group: the selection rate of every class that occurs."""
    labels = table.basis.labels if isinstance(table.basis, Classes) else ()
    found = (class_metric(f"{label}:selection_rate") for label in labels)
    return tuple(metric for metric in found if metric is not None)
