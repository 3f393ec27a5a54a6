"""Reads one line as one JSON object in which no key stands twice, no number is none, and no character is half one."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from pydantic_core import from_json

DEEPEST = 50


def read_object(line: bytes) -> dict[str, Any]:
    """Read a line.

    Raises
    ------
    ValueError
        When it is no such object, in words.
    """
    content = _plain(line)
    return _strictly(line) if content is None else content


# Whatever stands between a key and its colon, where anything does: the count of `":` would miss such a key.
_APART = re.compile(rb'"[ \t\r\n]+:')
_PLAIN = frozenset({str, int, bool})


def _plain(line: bytes) -> dict[str, Any] | None:
    """Return a flat object of texts and whole numbers, None for all else: it is to be read strictly, as is all that is wrong.

    Most lines are such, and this reads them in a quarter of the time.
    """
    try:
        content = from_json(line, allow_inf_nan=False)
    except ValueError:
        return None
    if type(content) is not dict or line.count(b'":') != len(content) or _APART.search(line) is not None:
        return None  # no object, or a key may stand in it twice
    if not _PLAIN.issuperset(map(type, content.values())):
        for part in content.values():
            if type(part) not in _PLAIN and (type(part) is not list or set(map(type, part)) != {str}):
                return None
    return content


def _strictly(line: bytes) -> dict[str, Any]:
    try:
        content = _DECODER.decode(line.decode())
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except _TwiceError as error:
        raise ValueError(str(error)) from None
    except ValueError:
        raise ValueError("it is not one whole JSON object") from None
    if not isinstance(content, dict):
        raise ValueError("it is not a JSON object")
    if line.count(b"[") + line.count(b"{") > DEEPEST and _depth(content) > DEEPEST:
        raise ValueError("it is nested too deeply")
    if b"\\ud" in line.lower():
        _check_characters(content)
    return content


class _TwiceError(ValueError):
    """A key stands twice in one object."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys differ: which of two values was meant, nobody can tell."""
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _TwiceError(f"the key {twice!r} stands in it twice")
    return content


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(word)
    return number


# Made once: json.loads makes one for every line.
_DECODER = json.JSONDecoder(parse_constant=_finite, parse_float=_finite, object_pairs_hook=_unique)


def _depth(content: Any) -> int:
    depth, level = 0, [content]
    while level:
        depth += 1
        parts = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, (dict, list))]
        level = [inner for part in parts for inner in part]
    return depth


def _check_characters(content: Any) -> None:
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half a character") from None


__all__ = ["read_object"]
