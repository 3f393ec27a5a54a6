"""Rows turned into histograms of score by label, for tests."""

from __future__ import annotations

import numpy as np


def histogram(scores, labels, weights=None, values=None):
    """Return one group's cells, squares and the different scores."""
    scores, labels = np.asarray(scores, dtype=float), np.asarray(labels, dtype=int)
    weights = np.ones(len(scores)) if weights is None else np.asarray(weights, dtype=float)
    values = np.unique(scores) if values is None else values
    column = 2 * np.searchsorted(values, scores) + labels
    width = 2 * len(values)
    cells, squares = (np.bincount(column, part, width)[None, :] for part in (weights, weights**2))
    return cells, squares, values


def draw(generator, rows, levels=None, base=0.4, power=1.0):
    """Return scores in [0, 1], labels that go with them, and weights."""
    chance = generator.beta(2 * base, 2 * (1 - base), size=rows)
    labels = (generator.random(rows) < chance).astype(int)
    scores = chance**power if levels is None else np.round(chance**power * levels) / levels
    return scores, labels, generator.uniform(0.2, 3, size=rows)
