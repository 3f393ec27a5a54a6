"""The types of config values: text stays the text that was written, numbers are numbers, nothing is coerced in silence.

A `Plain` (unquoted YAML) becomes a number only where a number is meant; a quoted "0.1" never does. Values from Python
come as they are.
"""

from __future__ import annotations

import datetime
import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from .strict_yaml import Plain
from .text import text_of

MOST = 2**53 - 1  # the largest whole number that JSON carries safely
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def refuse(what: str) -> PydanticCustomError:
    """Return the error with which a validator refuses a value, in our own words."""
    return PydanticCustomError("ethicscheck", "{what}", {"what": what})


def as_text(value: Any) -> str:
    """Return text as it was written."""
    if value is None:
        raise refuse("it is empty; some text is meant here")
    if not isinstance(value, str):
        raise refuse(f"some text is meant here, not {_kind(value)}")
    if not value.strip():
        raise refuse("it is blank; some text is meant here")
    return str(value)


def as_scalar(value: Any) -> str:
    """Return a data value as text: what is written in YAML, or a Python value as the data would show it."""
    if value is None:
        raise refuse("it is empty; a value from the data is meant here")
    if isinstance(value, (list, dict, tuple, set)):
        raise refuse(f"one value from the data is meant here, not {_kind(value)}")
    return text_of(value) or ""


def as_number(value: Any) -> float:
    """Return a finite number."""
    number = _number(value)
    if number is None or not math.isfinite(number):
        raise refuse(f"a finite number is meant here, not {_kind(value)}")
    return number


def as_whole(value: Any) -> int:
    """Return a whole number."""
    number = _number(value)
    if number is None or not number.is_integer():
        raise refuse(f"a whole number is meant here, not {_kind(value)}")
    return int(number)


def as_switch(value: Any) -> bool:
    """Return true or false, as plain YAML writes them; yes, no, on and off are words, not switches."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Plain) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise refuse(f"true or false is meant here, not {_kind(value)}")


def as_day(value: Any) -> datetime.date:
    """Return a day written as 2026-03-31."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise refuse(f"a day is meant here, written as 2026-03-31, not {_kind(value)}")
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        raise refuse(f"there is no such day as {str(value)!r}") from None


def _number(value: Any) -> float | None:
    if isinstance(value, Plain):
        return float(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, (str, bool)) or not hasattr(value, "__float__"):
        return None
    try:
        return float(value)
    except (OverflowError, TypeError, ValueError):
        return None


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping (`key: value`)"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, str) and not isinstance(value, Plain) and _NUMBER.fullmatch(value):
        return f"the text {value!r} (leave the quotes out)"
    return repr(str(value)) if isinstance(value, str) else repr(value)


Text = Annotated[str, BeforeValidator(as_text), WithJsonSchema({"type": "string", "minLength": 1})]
Scalar = Annotated[str, BeforeValidator(as_scalar), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Number = Annotated[float, BeforeValidator(as_number), WithJsonSchema({"type": "number"})]
Whole = Annotated[int, BeforeValidator(as_whole), WithJsonSchema({"type": "integer"})]
Switch = Annotated[bool, BeforeValidator(as_switch), WithJsonSchema({"type": "boolean"})]
Day = Annotated[datetime.date, BeforeValidator(as_day), WithJsonSchema({"type": "string", "format": "date"})]
