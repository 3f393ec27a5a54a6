"""One raw value as text: every library's value becomes one label."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ethicscheck.model.strict_yaml import Plain, read_yaml
from ethicscheck.model.text import text_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (float("nan"), None),
        (np.float32("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (decimal.Decimal("NaN"), None),
        (True, "true"),
        (np.bool_(False), "false"),
        (1, "1"),
        (np.int8(1), "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (np.float64(0.5), "0.5"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (decimal.Decimal("1.10"), "1.10"),
        ("010", "010"),
        (Plain("NO"), "NO"),
        ("nan", "nan"),
        ("", ""),
        ("\ud800x", "\\ud800x"),
        (b"caf\xc3\xa9", "café"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (pd.Timestamp("2024-01-02"), "2024-01-02T00:00:00"),
    ],
    ids=repr,
)
def test_a_value_becomes_the_text_of_a_label(value: Any, expected: str | None) -> None:
    """Missing values are None; text stays as it was written; whole floats lose their point."""
    found = text_of(value)

    assert found == expected
    assert type(found) in (str, type(None))


def test_folded_text_holds_no_trace_of_its_folds() -> None:
    """ruamel's round-trip loader marks folds with a bell character; nobody wrote it."""
    document = read_yaml("why: >-\n  one\n  two\n\n  three\n", "x.yaml")

    assert document.value == {"why": "one two\nthree"}
