"""Who is in the data, against a reference population."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ethicscheck.errors import DataError
from ethicscheck.metrics.rows import interval
from ethicscheck.model.missing_record import Representation, RepresentedGroup, RowsOfGroup, SharesTest
from ethicscheck.model.population import Population
from ethicscheck.stats.intervals import critical_value, effective_size
from ethicscheck.stats.representation import compare_shares, test_shares

from .context import Features, StudyContext


def study(context: StudyContext) -> tuple[Representation, ...] | None:
    """Return each feature and intersection that the population tells of; None where there is none.

    Raises
    ------
    DataError
        When the population and the data have not one group in common.
    """
    found = tuple(part for features in context.axes for part in _represented(context, features))
    return found or None


def _represented(context: StudyContext, features: Features) -> Iterator[Representation]:
    for population in context.population:
        shares = population.by(features)
        if shares is not None:
            yield _compared(context, features, population, shares)
            return


def _compared(
    context: StudyContext, features: Features, population: Population, shares: dict[tuple[str, ...], float]
) -> Representation:
    measurement = context.measurement
    counts = measurement.counts(features)
    own = {key: place for place, key in enumerate(counts.keys)}
    # A group that the population has nobody of can't be compared; it is named with those the population lacks.
    keys = sorted(
        (key for key, share in shares.items() if share > 0), key=lambda key: (key not in own, own.get(key), key)
    )
    if not any(key in own for key in keys):
        raise DataError(
            "not one group of the population occurs in the data",
            f"data.population ({population.name}), column {' × '.join(features)!r}",
            f"the data hold {_names(list(own))}, the population {_names(keys)}",
        )
    places = [own.get(key) for key in keys]
    rows = np.array([0 if place is None else int(counts.rows[place].sum()) for place in places], dtype=np.int64)
    amounts = np.array([0.0 if place is None else float(counts.amounts[place].sum()) for place in places])
    squares = sum(float(counts.squares[place].sum()) for place in places if place is not None)
    expected = np.array([shares[key] for key in keys])
    expected = expected / expected.sum()
    counted = counts.weight is None and context.roles.cluster is None
    size = float(effective_size([amounts.sum()], [squares])[0])
    z, level = critical_value(1 - measurement.confidence), measurement.confidence
    method = "wilson" if counts.weight is None else "wilson_effective_size"
    statistics = context.config.statistics
    compared = compare_shares(amounts, size, expected, z, counted)
    test = test_shares(rows, expected, statistics.replicates, statistics.seed) if counted else None
    return Representation(
        features=features,
        source=population.name,
        source_sha256=population.sha256,
        groups=tuple(
            RepresentedGroup(
                group=dict(zip(features, key, strict=True)),
                rows=int(rows[at]),
                share=float(compared.share[at]),
                interval=interval(float(compared.low[at]), float(compared.high[at]), level, method),
                population=float(expected[at]),
                ratio=float(compared.ratio[at]),
                ratio_interval=interval(float(compared.ratio_low[at]), float(compared.ratio_high[at]), level, method),
                p_adjusted=float(compared.p_adjusted[at]) if compared.p_adjusted is not None else None,
            )
            for at, key in enumerate(keys)
        ),
        test=SharesTest(p_value=test.p_value, test=test.test) if test is not None else None,
        not_in_population=tuple(
            RowsOfGroup(group=dict(zip(features, key, strict=True)), rows=int(counts.rows[place].sum()))
            for key, place in own.items()
            if key not in keys
        ),
    )


def _names(keys: list[tuple[str, ...]]) -> str:
    shown = ", ".join(repr(" · ".join(key)) for key in keys[:6])
    return shown + (", …" if len(keys) > 6 else "")
