"""What an archive says of itself (`archive.json`): when it was made, its keys, and how long audits are kept."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from ethicscheck.errors import UsageError

from .canonical import canonical, read_document
from .layout import ARCHIVE_SCHEMA, Layout

_HEX32 = re.compile(r"[0-9a-f]{64}")
_FIELDS = frozenset({"schema", "created", "keys", "retain_years"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True)
class About:
    """What stands in `archive.json`.

    Parameters
    ----------
    created : when the archive was made.
    keys : (keyid, raw public key in hex) of whoever signs it; none in an unsigned archive.
    retain_years : how long an audit is kept that says nothing else; None: for good.
    """

    created: str
    keys: tuple[tuple[str, str], ...] = ()
    retain_years: int | None = None

    def to_bytes(self) -> bytes:
        """Return the whole of `archive.json`."""
        keys = [{"keyid": keyid, "public": public} for keyid, public in self.keys]
        return (
            canonical(
                {"schema": ARCHIVE_SCHEMA, "created": self.created, "keys": keys, "retain_years": self.retain_years}
            )
            + b"\n"
        )

    def retained_until(self, created: str) -> str | None:
        """Return the last day on which an audit made at `created` must be kept; None: for good."""
        if self.retain_years is None:
            return None
        return years_after(datetime.date.fromisoformat(created[:10]), self.retain_years)


def years_after(day: datetime.date, years: int) -> str:
    """Return the same day so many years later; 1 March where that year has no 29 February."""
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:
        return datetime.date(day.year + years, 3, 1).isoformat()


def read_about(content: bytes) -> About:
    """Return what `archive.json` says.

    Raises
    ------
    ValueError
        When it is not byte for byte what we would write.
    """
    value = read_document(content, ARCHIVE_SCHEMA, _FIELDS)
    created, keys, years = value["created"], value["keys"], value["retain_years"]
    if not isinstance(created, str) or not _MOMENT.fullmatch(created):
        raise ValueError("created is no moment")
    if years is not None and (not isinstance(years, int) or isinstance(years, bool) or years < 1):
        raise ValueError("retain_years is no number of years")
    if not isinstance(keys, list):
        raise ValueError("keys is no list")
    return About(created, tuple(_key(part) for part in keys), years)


def _key(part: Any) -> tuple[str, str]:
    if not isinstance(part, dict) or part.keys() != {"keyid", "public"}:
        raise ValueError("a key has other fields than keyid and public")
    keyid, public = part["keyid"], part["public"]
    if not all(isinstance(text, str) and _HEX32.fullmatch(text) for text in (keyid, public)):
        raise ValueError("a key is not written as 64 hex digits")
    import hashlib

    if hashlib.sha256(bytes.fromhex(public)).hexdigest() != keyid:
        raise ValueError("a keyid is not the digest of its key")
    return keyid, public


def open_about(layout: Layout) -> About:
    """Read what an archive says of itself.

    Raises
    ------
    UsageError
        When there is no archive, or its `archive.json` is broken.
    """
    try:
        return read_about(layout.about.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        hint = "go there, name it with --archive DIR, or make one: ethicscheck archive init DIR"
        raise UsageError("there is no archive here", str(layout.root), hint) from None
    except OSError as error:
        raise UsageError(f"the archive can't be read: {error.strerror}", str(layout.about)) from None
    except ValueError as error:
        hint = "`ethicscheck archive verify` says what else was changed"
        raise UsageError(f"archive.json is not as it was written: {error}", str(layout.root), hint) from None


__all__ = ["About", "open_about", "read_about", "years_after"]
