"""A page without what it does not need: rules of style for parts that it has not, the templates' own indentation."""

from __future__ import annotations

import re
from functools import lru_cache

_SHEET = re.compile(r"(?<=<style>\n).*?(?=</style>)", re.DOTALL)
_BLOCK = re.compile(r"(@media[^{]*)\{((?:[^{}]*\{[^{}]*\})*)\s*\}|([^{}@]+)\{([^{}]*)\}")
_USED = re.compile(r'class="([^"]*)"')
_CLASS = re.compile(r"\.([A-Za-z][\w-]*)")
# The templates' own indentation and empty lines: a sixth of the page that nobody sees.
_INDENT = re.compile(r"\s*\n\s*")


def lean(page: str, ours: bool) -> str:
    """Return the page with less to carry; what is seen, read aloud and printed stays the same.

    Parameters
    ----------
    ours : whether every template is ours: then all text is escaped, what looks like a tag is one, and no style is new.
    """
    page = _INDENT.sub("\n", page)
    if not ours:
        return page
    shown, mark, record = page.rpartition("<script")
    used = frozenset(name for found in _USED.findall(shown) for name in found.split())
    return _SHEET.sub(lambda found: _needed(found[0], used), shown, count=1) + mark + record


@lru_cache(maxsize=32)
def _needed(sheet: str, used: frozenset[str]) -> str:
    """Return a style sheet's rules for the classes in use."""
    kept = []
    for media, inner, selectors, said in _BLOCK.findall(sheet):
        if media:
            rules = _needed(inner, used)
            kept.append(f"{media.strip()}{{{rules}}}" if rules else "")
            continue
        wanted = [part.strip() for part in selectors.split(",") if set(_CLASS.findall(part)) <= used]
        kept.append(f"{','.join(wanted)}{{{said.strip()}}}" if wanted else "")
    return "\n".join(rule for rule in kept if rule)
