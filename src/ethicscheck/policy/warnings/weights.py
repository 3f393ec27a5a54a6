"""Weights that go with the outcome: Kish's effective size then promises more than the data hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.comparison import Part
from ethicscheck.metrics.rows import group_names
from ethicscheck.model.wording import decimal, features_label, group_label
from ethicscheck.stats.delta import cell_variance
from ethicscheck.stats.intervals import Floats

from .definition import INFORMATIVE_WEIGHTS, Policy, Warned

# Variances above Kish's by this factor: 95 % intervals then cover about 92 %.
TOO_LARGE = 1.25


def informative_weights(policy: Policy) -> Iterator[Warned]:
    """Yield a warning for each rule one of whose groups varies clearly more than its effective size allows for."""
    for rule in policy.rules:
        comparison = policy.measurement.comparison(rule.measure, rule.features)
        counts = comparison.counts
        if counts.weight is None or counts.products is not None or rule.measure.table != "decisions":
            continue
        names = group_names(counts)
        for part in comparison.parts:
            factors = _factors(part, counts, policy.measurement.favourable)
            if not len(factors) or np.nanmax(factors, initial=0.0) <= TOO_LARGE:
                continue
            worst = int(np.nanargmax(factors))
            yield Warned(
                INFORMATIVE_WEIGHTS,
                f"{part.metric.title} by {features_label(rule.features)}: in {group_label(names[part.places[worst]])} weight and "
                f"outcome go together; the true variance is about {decimal(float(factors[worst]), 1)} times what the effective "
                "number of rows allows for.",
                (rule.id,),
            )
            break


def _factors(part: Part, counts: GroupCounts, favourable: int) -> Floats:
    """Return by how much each group's linearised variance exceeds the one that its interval rests on."""
    if not part.places:
        return np.zeros(0)
    picked = counts.pick(part.places)

    def value(cells: Floats) -> Floats:
        plain = replace(picked, rows=cells, weight=None, weight_squares=None, unit=0)  # type: ignore[arg-type]
        return part.metric.measure(plain, favourable).estimator.value

    own = part.measured.estimator.variance()
    linearised = cell_variance(value, picked.amounts, picked.squares)
    return np.asarray(np.where(own > 0, linearised / np.where(own > 0, own, 1.0), np.nan), dtype=float)
