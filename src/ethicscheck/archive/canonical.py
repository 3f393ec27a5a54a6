"""Canonical JSON (RFC 8785), strict both ways: whatever is not byte for byte what we would write is refused."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Return a value's one canonical form, without a line end."""
    import rfc8785

    return rfc8785.dumps(value)


def read_canonical(content: bytes) -> dict[str, Any]:
    """Return the object that canonical bytes (without a line end) hold.

    Raises
    ------
    ValueError
        When they are no JSON object, or not its canonical form.
    """
    try:
        value = json.loads(content.decode("utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    import rfc8785

    try:
        again = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise ValueError(f"it has no canonical form: {error}") from None
    if again != content:
        raise ValueError("it is not in canonical form")
    return value


def read_document(content: bytes, schema: str, fields: frozenset[str]) -> dict[str, Any]:
    """Return what a file of an archive holds, `schema` left in.

    Raises
    ------
    ValueError
        When it is not byte for byte what we would write, or of another schema, or has other fields.
    """
    if not content.endswith(b"\n"):
        raise ValueError("it does not end with a line end")
    value = read_canonical(content[:-1])
    if value.get("schema") != schema:
        raise ValueError(f"its schema is {value.get('schema')!r}, not {schema!r}")
    if value.keys() != fields:
        raise ValueError(f"its fields are not {', '.join(sorted(fields))}")
    return value


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


__all__ = ["canonical", "read_canonical", "read_document", "sha256"]
