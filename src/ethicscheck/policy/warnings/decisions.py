"""Decisions that look wrong as data: the same for everyone, the same for a whole group, never in error."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ethicscheck.counts.bases import Classes, Scores
from ethicscheck.counts.table import FALSE_NEGATIVE, FALSE_POSITIVE, TRUE_NEGATIVE, TRUE_POSITIVE
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
    """Yield a warning where everyone has the same score, or is put into the same class."""
    for kind, what in (("scores", "score"), ("classes", "predicted class")):
        table = policy.measurement.tables.get(kind)
        if table is None or table.judged < 2:
            continue
        rows = policy.measurement.counts((), kind).rows[0]
        basis = table.basis
        if isinstance(basis, Scores):
            values: tuple[str, ...] = tuple(f"{value:g}" for value in basis.values)
            people = rows.reshape(-1, 2).sum(axis=1)
        elif isinstance(basis, Classes):
            values = basis.labels
            people = rows.reshape(len(values), -1).sum(axis=0)
        else:
            continue
        (used,) = np.nonzero(people)
        if len(used) == 1:
            yield Warned(
                CONSTANT,
                f"All {whole(int(people.sum()))} people have the same {what}, {visible(values[int(used[0])])}: nobody is told apart from anybody.",
                ids([rule for rule in policy.rules if rule.measure.table == kind]),
            )


def perfect_predictions(policy: Policy) -> Iterator[Warned]:
    """Yield a warning where decision and outcome agree for everyone."""
    table = policy.measurement.tables.get("decisions")
    if table is None or not table.labelled:
        return
    rows = policy.measurement.counts((), "decisions").rows[0]
    wrong = int(rows[FALSE_POSITIVE] + rows[FALSE_NEGATIVE])
    if wrong == 0 and rows[TRUE_POSITIVE] > 0 and rows[TRUE_NEGATIVE] > 0 and rows.sum() >= ENOUGH:
        labelled = [rule for rule in _on_decisions(policy) if rule.measure.needs_label]
        yield Warned(
            PERFECT,
            f"Decision and outcome agree for all {whole(int(rows.sum()))} people. Was the outcome made from the decision?",
            ids(labelled),
        )


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
