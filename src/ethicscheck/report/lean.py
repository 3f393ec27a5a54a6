"""A page without what it does not need: rules of style for parts that it has not, quotes that HTML can do without."""

from __future__ import annotations

import re
from functools import lru_cache

_SHEET = re.compile(r"(?<=<style>\n).*?(?=</style>)", re.DOTALL)
_BLOCK = re.compile(r"(@media[^{]*)\{((?:[^{}]*\{[^{}]*\})*)\s*\}|([^{}@]+)\{([^{}]*)\}")
_USED = re.compile(r'class="([^"]*)"')
_CLASS = re.compile(r"\.([A-Za-z][\w-]*)")
# The templates' own indentation and empty lines: a sixth of the page that nobody sees.
_INDENT = re.compile(r"\s*\n\s*")
# A table whose every head of a row stands first, and of a column in its own row: there HTML says itself what they head.
_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_SCOPE = re.compile(r' scope="(?:row|col)"')
_SPANNED = re.compile(r'scope="(?:row|col)group"|<thead[^>]*>\s*<tr[^>]*>\s*<td|colspan')
_TAG = re.compile(r"<[a-z][^<>]*>")
# Not of `id` and `href`: by these other programs find their way in a page.
_QUOTED = re.compile(r'( (?!id=|href=)[a-zA-Z-]+=)"([\w.#%+-]+)"(?=[ >])')


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
    shown = _TABLE.sub(lambda found: found[0] if _SPANNED.search(found[0]) else _SCOPE.sub("", found[0]), shown)
    shown = _SHEET.sub(lambda found: _needed(found[0], used), shown, count=1)
    return _TAG.sub(lambda tag: _QUOTED.sub(r"\1\2", tag[0]), shown) + mark + record


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
