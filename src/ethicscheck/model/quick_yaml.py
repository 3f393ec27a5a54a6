"""Reads the YAML that nothing is to be said about, twenty times as fast as `strict_yaml`; hands back all other.

libyaml's events are taken as they come. At the first thing that the strict reader would speak of or could see otherwise (an
error, an anchor, a tag, a key that stands twice, a character that older YAML took for the end of a line) nothing is returned,
and the strict reader looks at the whole text itself. Where libyaml is not there it does so always.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Path = tuple[str | int, ...]
Scalar = Callable[[str, str], str | None]

# What the two may see differently: tabs, directives, more than one document, a comment that touches a block's mark, and the
# characters that ended a line in YAML 1.1 or that are none in either.
_STRANGE = re.compile(
    r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    r"|^%|^\.\.\.|(?<!\A)^---|[|>][-+0-9]*#",
    re.MULTILINE,
)
_BLOCKS = ("|", ">")


def read_quickly(text: str, deepest: int, scalar: Scalar) -> tuple[Any, dict[Path, int]] | None:
    """Return what a YAML text says and on which line each part stands; None for a text that needs the strict reader.

    Parameters
    ----------
    text : one YAML document.
    deepest : how many steps a part may lie below the whole.
    scalar : makes the value of a scalar from its text and its style.
    """
    if _STRANGE.search(text):
        return None
    try:
        from _ruamel_yaml import CParser
    except ImportError:
        return None
    from ruamel.yaml.error import YAMLError

    try:
        return _Builder(CParser(text).get_event, deepest, scalar).whole()
    except (YAMLError, _UnusualError):
        return None


class _UnusualError(Exception):
    """Something the strict reader has to look at."""


class _Builder:
    def __init__(self, following: Callable[[], Any], deepest: int, scalar: Scalar) -> None:
        self.following = following
        self.deepest = deepest
        self.scalar = scalar
        self.lines: dict[Path, int] = {}

    def whole(self) -> tuple[Any, dict[Path, int]]:
        """Read the one document there is."""
        if not (self._is("StreamStartEvent") and self._is("DocumentStartEvent")):
            raise _UnusualError
        event = self.following()
        self.lines[()] = event.start_mark.line + 1
        value = self._value(event, ())
        if value is None:
            raise _UnusualError
        if not (self._is("DocumentEndEvent") and self._is("StreamEndEvent")):
            raise _UnusualError
        return value, self.lines

    def _is(self, kind: str) -> bool:
        return type(self.following()).__name__ == kind

    def _value(self, event: Any, path: Path) -> Any:
        kind = type(event).__name__
        if kind not in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            raise _UnusualError
        if event.anchor is not None or event.tag is not None or len(path) > self.deepest:
            raise _UnusualError
        if kind == "ScalarEvent":
            if event.style in _BLOCKS and (not path or event.value.startswith((" ", "\n"))):
                raise _UnusualError  # how the first lines of a block may be indented, the two judge differently
            return self.scalar(event.value, event.style)
        return self._mapping(path) if kind == "MappingStartEvent" else self._sequence(path)

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while type(event := self.following()).__name__ == "ScalarEvent":
            key = event.value
            if event.anchor is not None or event.tag is not None or key in found or key == "<<":
                raise _UnusualError
            inner = (*path, key)
            self.lines[inner] = event.start_mark.line + 1
            found[key] = self._value(self.following(), inner)
        if type(event).__name__ != "MappingEndEvent":
            raise _UnusualError
        return found

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while type(event := self.following()).__name__ != "SequenceEndEvent":
            inner = (*path, len(found))
            self.lines[inner] = event.start_mark.line + 1
            found.append(self._value(event, inner))
        return found


__all__ = ["read_quickly"]
