"""What the one-page documents share: how they are drawn, and how a day is written."""

from __future__ import annotations

import datetime
import re
from typing import Any

_INDENT = re.compile(r"\s*\n\s*")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def draw(template: str, **parts: Any) -> bytes:
    """Return a page drawn from a template of the report's environment, without the templates' own indentation."""
    from ethicscheck.report import environment

    return _INDENT.sub("\n", environment().get_template(template).render(**parts)).encode("utf-8")


def day(written: str) -> str:
    """Write a day as people do, whatever the machine's language.

    >>> day("2026-11-23T19:09:28Z")
    '23 November 2026'
    """
    date = datetime.date.fromisoformat(written[:10])
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
