"""A piece of evidence as it stands in an answer's line. No files; `evidence` looks at those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """A file beside the journal, with its digest and its size in bytes, or an address on the web."""

    path: str | None = None
    url: str | None = None
    sha256: str | None = None
    dated: str | None = None
    expires: str | None = None
    size: int | None = None

    @property
    def name(self) -> str:
        """Its path or address."""
        return self.path if self.path is not None else self.url or ""


def read_pieces(found: Any) -> tuple[Evidence, ...]:
    """Return the pieces of evidence of an answer's line.

    Raises
    ------
    ValueError
        When they are none, in words.
    """
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise ValueError("`evidence` is no list of objects")
    names = ("path", "url", "sha256", "dated", "expires")
    pieces = tuple(
        Evidence(**{name: text_in(part, name) for name in names if part.get(name) is not None}, size=_size(part))
        for part in found
    )
    if any((piece.path is None) == (piece.url is None) for piece in pieces):
        raise ValueError("a piece of evidence has either `path` or `url`")
    return pieces


def _size(part: Mapping[str, Any]) -> int | None:
    size = part.get("size")
    if size is not None and (type(size) is not int or not 0 <= size < 10**15):
        raise ValueError("the `size` of a piece of evidence is no number of bytes")
    return size


def piece_content(piece: Evidence) -> dict[str, str | int]:
    """Return a piece as the object that stands in a line; what is not there is left out."""
    return {name: part for name, part in vars(piece).items() if part is not None}


def text_in(content: Mapping[str, Any], name: str) -> str:
    """Return a text of an object.

    Raises
    ------
    ValueError
        When it is missing, or no text.
    """
    found = content.get(name)
    if not isinstance(found, str) or not found.strip():
        raise ValueError(f"`{name}` is missing" if found is None else f"`{name}` is no text")
    return found


__all__ = ["Evidence", "piece_content", "read_pieces", "text_in"]
