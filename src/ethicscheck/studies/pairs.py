"""A case and its twin with one sensitive feature swapped: does the decision, or the score, follow the feature?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ethicscheck.counts.pairs import CountedPairs, PairCells, count_pairs
from ethicscheck.metrics.rows import interval
from ethicscheck.model.pairs_record import PairDirection, PairFeature, Pairs
from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.multiplicity import holm
from ethicscheck.stats.paired import mcnemar_exact
from ethicscheck.stats.twins import flip_limits, independent, mean_shift, net_change_limits

from .context import StudyContext


def study(context: StudyContext) -> Pairs | None:
    """Return the matched pairs; None where no column says which rows belong together."""
    if context.roles.pair is None:
        return None
    found = count_pairs(context.view, context.roles, context.collected)
    features = [_feature(context, found, name) for name in found.features]
    tested = [row for feature in features for row in feature.directions if row.p_value is not None]
    adjusted = dict(zip(map(id, tested), holm([row.p_value or 0.0 for row in tested]), strict=True))
    return Pairs(
        column=context.roles.pair,
        rows=found.rows,
        left_out=context.measurement.table.judged - found.rows,
        cases=found.used + found.single + found.identical + found.several,
        used=found.used,
        single=found.single,
        identical=found.identical,
        several=found.several,
        identical_pairs=found.identical_pairs,
        several_pairs=found.several_pairs,
        features=tuple(
            feature.model_copy(
                update={
                    "directions": tuple(
                        row.model_copy(update={"p_adjusted": float(adjusted[id(row)])}) if id(row) in adjusted else row
                        for row in feature.directions
                    )
                }
            )
            for feature in features
        ),
    )


def _feature(context: StudyContext, found: CountedPairs, name: str) -> PairFeature:
    counted, confidence = found.features[name], context.measurement.confidence
    same, different = counted.cells.tolist()
    pairs = round(same + different)
    decides = context.config.task in ("binary", "multiclass") or context.roles.decides
    ends = flip_limits(same, different, counted.products, critical_value(1 - confidence)) if pairs and decides else None
    return PairFeature(
        feature=name,
        pairs=pairs,
        flips=round(different) if decides else None,
        flip_rate=different / pairs if ends is not None else None,
        interval=interval(*ends, confidence, _method(counted, "wilson", "wilson_effective_size_clusters"))
        if ends is not None
        else None,
        directions=tuple(
            _direction(context, before, after, cells)
            for (before, after), cells in found.directions[name].items()
            if _first(context, name, before, after)
        ),
    )


def _first(context: StudyContext, feature: str, before: str, after: str) -> bool:
    """Return whether a pair is told in this order: from the reference group, else in the order of labels."""
    place = context.references[(feature,)]
    reference = context.measurement.counts((feature,)).keys[place][0]
    if reference in (before, after):
        return before == reference
    labels = [key[0] for key in context.measurement.counts((feature,)).keys]
    return labels.index(before) < labels.index(after)


def _direction(context: StudyContext, before: str, after: str, counted: PairCells) -> PairDirection:
    z, confidence = critical_value(1 - context.measurement.confidence), context.measurement.confidence
    cells, products = counted.cells, counted.products
    pairs = round(float(cells.sum()))
    row: dict[str, Any] = {"before": before, "after": after, "pairs": pairs}
    task = context.config.task
    flips: int | None
    if task in ("binary", "score") and context.roles.decides:
        gained, lost = round(float(cells[1])), round(float(cells[2]))
        flips = gained + lost
        fold = [[0, 3], [1, 2]]
        flipped = [[float(products[a][:, b].sum()) for b in fold] for a in fold]
        alone = independent(cells, products)
        change = (gained - lost) / pairs
        low, high = net_change_limits(cells, products, z)
        row |= {
            "to_positive": gained,
            "to_negative": lost,
            "change": change,
            "interval": interval(
                min(low, change),
                max(high, change),
                confidence,
                _method(counted, "newcombe_paired", "newcombe_paired_clusters"),
            ),
            # Cases are as likely to rise as to fall: with one pair each this is McNemar's test of the pairs.
            "p_value": mcnemar_exact(counted.risen, counted.fallen),
            "test": "mcnemar_exact" if alone else "sign_test_of_cases",
        }
    elif task == "multiclass":
        flips, flipped = round(float(cells[1])), products[:2, :2].tolist()
    else:
        flips, flipped = None, [[0.0]]
    if flips is not None:
        ends = flip_limits(pairs - flips, flips, np.array(flipped), z)
        row |= {
            "flips": flips,
            "flip_rate": flips / pairs,
            "flip_interval": interval(*ends, confidence, _method(counted, "wilson", "wilson_effective_size_clusters")),
        }
    if counted.scored and counted.shift_products is not None:
        mean = mean_shift(counted.scored, counted.shift, counted.shift_products)
        low, high = (float(end[0]) for end in mean.limits(z))
        row |= {"scored": counted.scored, "shift": float(mean.value[0])}
        if math.isfinite(low):
            row["shift_interval"] = interval(low, high, confidence, mean.method)
    return PairDirection(**row)


def _method(counted: PairCells, plain: str, clustered: str) -> str:
    return plain if independent(counted.cells, counted.products) else clustered
