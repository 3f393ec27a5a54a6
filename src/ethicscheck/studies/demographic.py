"""Demographic disparity of each group, over all and conditional on strata."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ethicscheck.counts.table import FALSE_NEGATIVE, FALSE_POSITIVE, TRUE_NEGATIVE, TRUE_POSITIVE
from ethicscheck.metrics.rows import interval
from ethicscheck.model.conditional_record import Adjusted, Demographic, LackingStratum
from ethicscheck.stats.intervals import Floats, critical_value, effective_size
from ethicscheck.stats.standardised import demographic_disparity
from ethicscheck.stats.stratified import Pooled

from .context import StudyContext
from .within import InStrata

_SELECTED, _REJECTED = (FALSE_POSITIVE, TRUE_POSITIVE), (TRUE_NEGATIVE, FALSE_NEGATIVE)


def demographic_rows(context: StudyContext) -> Iterator[Demographic]:
    """Yield one row for each group that is large enough, where there is a yes/no decision."""
    measurement = context.measurement
    if "decisions" not in measurement.tables:
        return
    better, worse = (_SELECTED, _REJECTED) if measurement.favourable else (_REJECTED, _SELECTED)
    z = critical_value(1 - measurement.confidence)
    for features in context.axes:
        strata = InStrata.of(measurement, features, "decisions")
        favoured, favoured_size = _by_stratum(strata, better)
        others, others_size = _by_stratum(strata, worse)
        sizes = (favoured + others).sum(axis=1)
        keys = measurement.counts(features, "decisions").keys
        for place, key in enumerate(keys):
            if place in measurement.small(features, "decisions"):
                continue
            found = demographic_disparity(
                np.column_stack([favoured[:, place], favoured.sum(axis=1)]),
                np.column_stack([others[:, place], others.sum(axis=1)]),
                sizes,
                z,
                (favoured_size, others_size),
            )
            if found is None:
                continue
            rows = strata.rows()
            yield Demographic(
                features=features,
                group=dict(zip(features, key, strict=True)),
                crude=_adjusted(found.crude, measurement.confidence),
                conditional=_adjusted(found.conditional, measurement.confidence),
                strata=int(found.used.sum()),
                left_out=tuple(
                    LackingStratum(stratum=strata.labels[stratum], rows=int(rows[stratum]), lacks=())
                    for stratum in np.flatnonzero(~found.used)
                    if rows[stratum]
                ),
            )


def _by_stratum(strata: InStrata, cells: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return the amounts of one kind of decision by stratum and group, and each stratum's (effective) number of them."""
    amounts = np.stack([counts.amounts[:, cells].sum(axis=1) for counts in strata.counts])
    squares = np.stack([counts.squares[:, cells].sum() for counts in strata.counts])
    return amounts, effective_size(amounts.sum(axis=1), squares)


def _adjusted(pooled: Pooled, confidence: float) -> Adjusted:
    low, high = min(pooled.low, pooled.value), max(pooled.high, pooled.value)
    return Adjusted(value=pooled.value, interval=interval(low, high, confidence, "mover_standardised_shares"))
