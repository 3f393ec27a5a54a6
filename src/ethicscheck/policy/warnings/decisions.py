"""Decisions that look wrong as data: the same for everyone, the same for a whole group, never in error."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ethicscheck.counts.bases import Classes, Scores
from ethicscheck.counts.table import FALSE_POSITIVE, TRUE_POSITIVE, GroupCounts, Ints
from ethicscheck.metrics.definition import Metric
from ethicscheck.metrics.registry import find_measure
from ethicscheck.model.wording import features_label, group_label, percent, visible, whole
from ethicscheck.policy.rules import Rule

from .definition import CONSTANT, PERFECT, Policy, Warned, ids

UNLIKELY = 0.001
ENOUGH = 30


def constant_predictions(policy: Policy) -> Iterator[Warned]:
    """Yield a warning where everyone, or everyone in a group, has the same decision."""
    table = policy.measurement.tables.get("decisions")
    if table is None or not table.judged:
        return
    rows = policy.measurement.counts((), "decisions").rows[0]
    total, selected = int(rows.sum()), int(rows[FALSE_POSITIVE] + rows[TRUE_POSITIVE])
    if selected in (0, total):
        if total >= 2:
            yield Warned(
                CONSTANT,
                f"All {whole(total)} people have the {'positive' if selected else 'negative'} decision: nobody is told apart from "
                "anybody, and rules on it mean nothing.",
                ids(_on_decisions(policy)),
            )
        return
    for axis in table.features:
        yield from _constant_groups(policy, axis.name, total, selected)


def constant_scores_and_classes(policy: Policy) -> Iterator[Warned]:
    """Yield a warning where everyone, or everyone in a group, has the same score, or is put into the same class."""
    for kind, what in (("scores", "score"), ("classes", "predicted class")):
        table = policy.measurement.tables.get(kind)
        if table is None or table.judged < 2:
            continue
        values, (people,) = _people_by_value(policy.measurement.counts((), kind))
        (used,) = np.nonzero(people)
        rules = [rule for rule in policy.rules if rule.measure.table == kind]
        if len(used) == 1:
            yield Warned(
                CONSTANT,
                f"All {whole(int(people.sum()))} people have the same {what}, {visible(values[int(used[0])])}: nobody is told apart from anybody.",
                ids(rules),
            )
            continue
        for axis in table.features:
            yield from _constant_values(policy, kind, what, axis.name, rules)


def _constant_values(policy: Policy, kind: str, what: str, feature: str, rules: list[Rule]) -> Iterator[Warned]:
    values, people = _people_by_value(counts := policy.measurement.counts((feature,), kind))
    small = policy.measurement.small((feature,), kind)
    for place, key in enumerate(counts.keys):
        (used,) = np.nonzero(people[place])
        own = int(people[place].sum())
        rest = np.delete(people, place, axis=0).sum(axis=0)
        if place in small or len(used) != 1 or not rest.sum():
            continue
        share = float(rest[used[0]] / rest.sum())
        if share**own < UNLIKELY:
            yield Warned(
                CONSTANT,
                f"All {whole(own)} people in {group_label({feature: key[0]})} ({features_label((feature,))}) have the same {what}, "
                f"{visible(values[int(used[0])])}; of everyone else {percent(share)} have it.",
                ids([rule for rule in rules if feature in rule.features]),
            )


def _people_by_value(counts: GroupCounts) -> tuple[tuple[str, ...], Ints]:
    """Return the scores or predicted classes there are, and how many people of each group have each."""
    basis = counts.basis
    if isinstance(basis, Scores):
        return tuple(f"{value:g}" for value in basis.values), counts.rows.reshape(len(counts), -1, 2).sum(axis=2)
    assert isinstance(basis, Classes)
    return basis.labels, counts.rows.reshape(len(counts), len(basis.labels), -1).sum(axis=1)


def perfect_predictions(policy: Policy) -> Iterator[Warned]:
    """Yield a warning where prediction and outcome agree for everyone."""
    kind = policy.measurement.main if policy.measurement.main != "scores" else "decisions"
    table = policy.measurement.tables.get(kind)
    if table is None or not table.labelled or table.judged < ENOUGH or not _never_wrong(policy, kind):
        return
    what, whose = ("Decision", "decision") if kind == "decisions" else ("Prediction", "prediction")
    yield Warned(
        PERFECT,
        f"{what} and outcome agree for all {whole(table.judged)} people. Was the outcome made from the {whose}?",
        ids([rule for rule in policy.rules if rule.measure.table == kind and rule.measure.needs_label]),
    )


def _never_wrong(policy: Policy, kind: str) -> bool:
    """Return whether predictions that differ are all right."""
    counts = policy.measurement.counts((), kind)
    if kind == "moments":
        error, spread = (
            find_measure(name, "regression") for name in ("mean_absolute_error", "r2_score")
        )  # R² has a value only where the truth differs
        assert isinstance(error, Metric)
        assert isinstance(spread, Metric)
        return error.measure(counts, 1).values[0] == 0 and spread.measure(counts, 1).values[0] == 1
    classes = len(counts.basis.labels) if isinstance(counts.basis, Classes) else 2
    cells = counts.rows[0].reshape(classes, classes)
    right = np.diag(cells)
    return bool(right.sum() == cells.sum() and np.count_nonzero(right) > 1)


def _constant_groups(policy: Policy, feature: str, total: int, selected: int) -> Iterator[Warned]:
    counts = policy.measurement.counts((feature,), "decisions")
    small = policy.measurement.small((feature,), "decisions")
    for place, key in enumerate(counts.keys):
        rows = counts.rows[place]
        people, own = int(rows.sum()), int(rows[FALSE_POSITIVE] + rows[TRUE_POSITIVE])
        rest = total - people
        if place in small or own not in (0, people) or rest == 0:
            continue
        rate = (selected - own) / rest
        chance = (rate if own else 1 - rate) ** people
        if chance < UNLIKELY:
            yield Warned(
                CONSTANT,
                f"All {whole(people)} people in {group_label({feature: key[0]})} ({features_label((feature,))}) have the "
                f"{'positive' if own else 'negative'} decision; of everyone else {percent(rate)} have the positive one.",
                ids([rule for rule in _on_decisions(policy) if feature in rule.features]),
            )


def _on_decisions(policy: Policy) -> list[Rule]:
    return [rule for rule in policy.rules if rule.measure.table == "decisions"]
