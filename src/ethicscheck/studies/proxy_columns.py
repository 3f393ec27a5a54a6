"""Columns of text turned into what a model of trees and a table of shares can take. No column is judged here."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_LEVELS = 254  # that are told apart; the trees take 255 categories
NUMBER_LEVELS = 50
_CODE = re.compile(r"[+-]?0[0-9]")  # 02139 is a code, not a number


@dataclass(frozen=True)
class EncodedColumn:
    """One column of N rows.

    Parameters
    ----------
    name : as the data call it.
    kind : how it is read.
    values : a number or a code for each row, NaN where missing, shape (N,).
    levels : few codes 0 … L−1 for each row, for a table of shares; missing is a level of its own, shape (N,).
    different, missing : different values, and rows without one.
    """

    name: str
    kind: Literal["number", "categories", "constant"]
    values: Floats
    levels: Ints
    different: int
    missing: int


def encode_column(name: str, texts: Sequence[str | None]) -> EncodedColumn:
    """Return a column as numbers: as they are where all values are numbers, else a code for each category.

    Of categories the 254 most frequent are told apart, ties in the order of the alphabet; all others share one code. Numbers
    are cut into 50 levels of about the same size for the table of shares.
    """
    counts = Counter(text for text in texts if text is not None)
    missing = sum(text is None for text in texts)
    if len(counts) + (missing > 0) < 2:
        nothing = np.zeros(len(texts))
        return EncodedColumn(name, "constant", nothing, nothing.astype(np.int64), len(counts), missing)
    numbers = {text: _number(text) for text in counts}
    if len(counts) > 2 and all(number is not None for number in numbers.values()):
        values = np.array([math.nan if text is None else numbers[text] for text in texts], dtype=float)
        return EncodedColumn(name, "number", values, _cut(values), len(counts), missing)
    ranked = sorted(counts, key=lambda text: (-counts[text], text))
    codes = {text: min(place, MOST_LEVELS) for place, text in enumerate(ranked)}
    values = np.array([math.nan if text is None else codes[text] for text in texts], dtype=float)
    known = int(np.nanmax(values)) + 1 if counts else 0
    levels = np.where(np.isnan(values), known, values).astype(np.int64)
    return EncodedColumn(name, "categories", values, levels, len(counts), missing)


def _number(text: str) -> float | None:
    if _CODE.match(text):
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e30 else None  # the trees reckon in single precision


def _cut(values: Floats) -> Ints:
    known = values[~np.isnan(values)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, NUMBER_LEVELS + 1)[1:-1], method="inverted_cdf"))
    levels = np.searchsorted(edges, values, side="left")
    return np.where(np.isnan(values), len(edges) + 1, levels).astype(np.int64)
