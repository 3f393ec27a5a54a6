"""Rates over clusters cover; the plain interval does not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from simulate_clusters import LIKENESS, RATES, clustered_measure, clustered_rate, weighted_clustered_rate

from ethicscheck.metrics.binary import METRICS

NOISE = 4 * math.sqrt(0.05 * 0.95 / 2000)


@pytest.mark.slow
@pytest.mark.parametrize("unequal", [False, True])
@pytest.mark.parametrize(("clusters", "size"), [(30, 4), (30, 20), (50, 2), (50, 10), (100, 5), (100, 50)])
def test_a_clustered_rate_covers_with_thirty_clusters_and_a_hundred_rows(clusters, size, unequal):
    """Nominal 95 %; 93 % wanted for n ≥ 100 a group, from rows not alike at all to rows wholly alike."""
    generator = np.random.default_rng(clusters * size)
    for rate in RATES:
        for likeness in LIKENESS:
            result = clustered_rate(rate, likeness, clusters, size, unequal, 2000, generator)
            assert result.coverage >= 0.93 - NOISE, result


@pytest.mark.slow
@pytest.mark.parametrize("unequal", [False, True])
def test_even_ten_clusters_cover(unequal):
    """Wide rather than wrong: t on nine degrees of freedom, and fewer where one cluster is most of the rows."""
    generator = np.random.default_rng(10)
    for rate in RATES:
        for likeness in LIKENESS:
            result = clustered_rate(rate, likeness, 10, 20, unequal, 2000, generator)
            assert result.coverage >= 0.93 - NOISE, result


@pytest.mark.slow
def test_the_plain_interval_does_not_cover_repeated_people():
    """Why clusters matter: fifty people, ten rows each, intraclass correlation ½."""
    result = clustered_rate(0.3, 0.5, 50, 10, False, 2000, np.random.default_rng(0))

    assert result.naive < 0.7
    assert result.coverage > 0.93


@pytest.mark.slow
@pytest.mark.parametrize("heavier", [1.0, 2.0])
def test_a_weighted_rate_over_clusters_covers_even_where_weights_go_with_the_outcome(heavier):
    """Survey weights and repeats together; rows of their own (size 1) included, where Kish's size alone covers 88 %."""
    generator = np.random.default_rng(20)
    for clusters, size in ((200, 1), (1000, 1), (50, 4), (100, 5)):
        for rate in (0.1, 0.3):
            for likeness in (0.0, 0.3):
                coverage = weighted_clustered_rate(rate, likeness, clusters, size, heavier, 1500, generator)
                assert coverage >= 0.93 - 4 * math.sqrt(0.05 * 0.95 / 1500), (clusters, size, rate, likeness, coverage)


@pytest.mark.slow
@pytest.mark.parametrize("name", METRICS)
def test_every_measure_of_a_decision_covers_over_clusters(name):
    """Cells whose mix differs from person to person: hardly, much, and nearly one cell a person."""
    generator = np.random.default_rng(21)
    for clusters, size in ((50, 4), (100, 5)):
        for concentration in (50.0, 3.0, 0.5):
            coverage = clustered_measure(name, clusters, size, concentration, 1500, generator)
            assert coverage >= 0.93 - 4 * math.sqrt(0.05 * 0.95 / 1500), (clusters, concentration, coverage)
