"""Names of bags and plans: readable, safe as a folder's name anywhere, and never given twice."""

from __future__ import annotations

import re
import unicodedata

SHORT = 8
_LONGEST = 40
_ID = re.compile(r"\d{4}-\d\d-\d\d-[a-z0-9]+(?:-[a-z0-9]+)*")


def make_id(day: str, subject: str, digest: str, length: int = SHORT) -> str:
    """Return an id: the day, the subject in plain letters, and the beginning of a SHA-256.

    >>> make_id("2026-03-01", "Évaluation du crédit / v2", "0123456789abcdef")
    '2026-03-01-evaluation-du-credit-v2-01234567'
    """
    return f"{day[:10]}-{slug(subject)}-{digest[:length]}"


def slug(text: str) -> str:
    """Return text as lower-case letters, digits and hyphens; "audit" where nothing is left of it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-") or "audit"


def is_id(text: str) -> bool:
    """Return whether a word can be an id: never a path."""
    return _ID.fullmatch(text) is not None


__all__ = ["is_id", "make_id", "slug"]
