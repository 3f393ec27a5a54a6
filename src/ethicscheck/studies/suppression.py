"""Which groups must be hidden in what is published, and the gaps among the others. `policy.publishing` hides them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.bases import Basis, Classes, Moments, Scores
from ethicscheck.counts.moment_table import MomentTable
from ethicscheck.counts.table import Axis, CountTable, unique_rows
from ethicscheck.metrics.comparison import Comparison
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.rows import gap_rows
from ethicscheck.model.record import Disparity, LeftOut, Suppression
from ethicscheck.model.suppression_record import HiddenGroup, HiddenSize
from ethicscheck.stats.suppression import Hidden, hide_groups

from .context import Features, StudyContext

Ints = NDArray[np.int64]

WITHIN = (
    "w0_h"  # the sum that counts predictions within the tolerance (`counts.moment_terms`), where rows are not weighted
)


@dataclass(frozen=True)
class _Tables:
    """The tables an audit publishes: the names of the axes of each, features first, then those of the stratum."""

    features: tuple[Features, ...]
    strata: tuple[Features, ...]

    @classmethod
    def of(cls, context: StudyContext) -> _Tables:
        table = context.measurement.table
        within = dict.fromkeys(tuple(keys) for keys in (*table.stratum_keys(), *table.quarter_keys()))
        single = tuple((axis.name,) for axis in table.features)
        crossed = tuple(features for features in context.axes if len(features) > 1)
        # Tables of sizes come first: everyone, and each feature by itself.
        plain: list[tuple[Features, Features]] = [(features, ()) for features in ((), *single, *crossed)]
        plain += [(features, stratum) for stratum in within for features in ((), *single, *crossed)]
        return cls(tuple(features for features, _ in plain), tuple(stratum for _, stratum in plain))


def study(context: StudyContext) -> Suppression | None:
    """Return what is to be hidden; None where the config hides nothing."""
    below = context.config.report.suppress_below
    if below is None:
        return None
    table, tables = context.measurement.table, _Tables.of(context)
    names = list(dict.fromkeys(name for part in (*tables.features, *tables.strata) for name in part))
    axes = [
        tuple(names.index(name) for name in (*features, *stratum))
        for features, stratum in zip(tables.features, tables.strata, strict=True)
    ]
    codes, cells, forms = _cells(table, names)
    alone = [own for own, stratum in zip(axes, tables.strata, strict=True) if len(own) < 2 and not stratum]
    people = cells.sum(axis=1, keepdims=True)
    sizes = hide_groups(codes, people, alone, below, np.zeros((0, 1), dtype=np.int64))
    hidden = hide_groups(codes, cells, axes, below, forms, sizes)
    axis_of = {axis.name: axis for axis in table.axes}
    used = tuple(axis_of[name] for name in names)
    groups = tuple(_hidden_groups(used, tables, hidden))
    return Suppression(
        below=below,
        groups=groups,
        sizes=tuple(
            HiddenSize(feature=part.features[0], label=part.group[part.features[0]])
            for part in _hidden_groups(used, tables, sizes)
            if part.features
        ),
        gaps=tuple(_gaps_among_shown(context, groups)),
        attacked=hidden.attacked,
    )


def _cells(table: CountTable, names: Sequence[str]) -> tuple[Ints, Ints, Ints]:
    """Return the cells on these axes: codes, people by kind of outcome, and what is published as sums of kinds."""
    known = [axis.name for axis in table.axes]
    unique, place = unique_rows(table.codes[:, [known.index(name) for name in names]])
    people, forms = _people(table)
    cells = np.zeros((len(unique), forms.shape[1]), dtype=np.int64)
    np.add.at(cells, place, people)
    return unique, cells, forms


def _people(table: CountTable) -> tuple[Ints, Ints]:
    """Return the people of each cell by kind of outcome, (cells, kinds), and the published sums of kinds, (F, kinds)."""
    basis = table.basis
    if isinstance(table, MomentTable) and isinstance(basis, Moments):
        if WITHIN not in basis.names:
            return table.rows[:, None], np.eye(1, dtype=np.int64)
        hits = np.array(
            [int(value) >> basis.bits for value in table.sums[:, basis.names.index(WITHIN)]], dtype=np.int64
        )
        return np.stack([table.rows - hits, hits], axis=1), np.eye(2, dtype=np.int64)
    kinds, forms = _kinds(basis)
    people = np.zeros((len(table.rows), forms.shape[1]), dtype=np.int64)
    people[np.arange(len(table.rows)), kinds[table.outcome]] = table.rows
    return people, forms


def _kinds(basis: Basis) -> tuple[Ints, Ints]:
    """Return the kind of outcome each column of a table stands for, and the published sums of kinds."""
    if isinstance(basis, Scores):
        return np.arange(basis.width) % 2, np.eye(2, dtype=np.int64)  # positives and negatives
    if isinstance(basis, Classes):
        own = np.arange(basis.width)
        label, prediction = own // len(basis.labels), own % len(basis.labels)
        forms = []
        for place in range(len(basis.labels)):  # of each class: found, missed, wrongly named, and the rest
            is_label, is_predicted = label == place, prediction == place
            forms += [is_label & is_predicted, is_label & ~is_predicted, ~is_label & is_predicted]
            forms += [~is_label & ~is_predicted]
        return own, np.array(forms, dtype=np.int64)
    return np.arange(basis.width), np.eye(basis.width, dtype=np.int64)


def _hidden_groups(used: Sequence[Axis], tables: _Tables, hidden: Hidden) -> Iterator[HiddenGroup]:
    for place, (published, closed) in enumerate(zip(hidden.tables, hidden.hidden, strict=True)):
        features, stratum = tables.features[place], tables.strata[place]
        axes = [used[column] for column in published.axes]
        for key in published.keys[closed].tolist():
            named = {axis.name: axis.labels[code] for axis, code in zip(axes, key, strict=True)}
            yield HiddenGroup(
                features=features,
                group={name: named[name] for name in features},
                stratum={name: named[name] for name in stratum} or None,
            )


def _gaps_among_shown(context: StudyContext, hidden: Sequence[HiddenGroup]) -> Iterator[Disparity]:
    """Yield the gaps of every table that has hidden groups, made from the others alone."""
    measurement, statistics = context.measurement, context.config.statistics
    for features in context.axes:
        closed = [part.group for part in hidden if part.features == features and part.stratum is None]
        if not closed:
            continue
        measures: tuple[Metric | Criterion, ...] = (*context.metrics, *context.criteria)
        for measure in measures:
            counts = measurement.counts(features, measure.table)
            named: list[Mapping[str, str]] = [dict(zip(features, key, strict=True)) for key in counts.keys]
            shown = [place for place, group in enumerate(named) if group not in closed]
            small = measurement.small(features, measure.table)
            comparison = Comparison.of(
                measure,
                counts.pick(shown),
                frozenset(at for at, place in enumerate(shown) if place in small),
                measurement.favourable,
                1 - measurement.confidence,
            )
            left_out = tuple(LeftOut(group=group, reason="suppressed") for group in closed)
            for row in gap_rows(
                measure.name, comparison, measurement.confidence, statistics.replicates, statistics.seed, measure.ratio
            ):
                yield row.model_copy(update={"left_out": (*row.left_out, *left_out)})
