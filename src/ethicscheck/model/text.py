"""One raw value as text: the same label whether it came from a CSV, a Parquet file or a frame."""

from __future__ import annotations

import datetime
import math
from typing import Any


def text_of(value: Any) -> str | None:
    """Return a raw value as the text of a label; None for null, NaN and NaT.

    >>> [text_of(value) for value in (True, 1, 1.0, 0.5, "010", float("nan"))]
    ['true', '1', '1', '0.5', '010', None]
    """
    if value is None:
        return None
    if isinstance(value, str):
        # A lone surrogate, which only a frame can hold, has no UTF-8.
        return str(value) if value.isascii() else value.encode("utf-8", "backslashreplace").decode("utf-8")
    if hasattr(value, "item") and not isinstance(value, (bytes, bytearray)):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (datetime.date, datetime.time)):
        text = value.isoformat()
        return None if text == "NaT" else text
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "backslashreplace")
    text = str(value)
    return None if text in ("<NA>", "NaT", "nan", "NaN") else text
