"""Text as Markdown that says exactly what the text says, on GitHub, on GitLab and in any CommonMark reader.

Names, labels and answers come from strangers: nothing in them may become a link, a mention, an issue number, an emoji, a
formula, markup or HTML. CommonMark has a backslash for its own signs; what sites add is broken up by a `<span>`, which both
leave standing and nobody sees.
"""

from __future__ import annotations

import html
import re
from urllib.parse import quote

_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_SIGNS = re.compile(r"[\\`*\[\]|]|(?<![^\W_])_|_(?![^\W_])")
# What a site turns into something else: mentions, numbers of issues and merge requests, formulas, emoji, addresses.
_SITES = re.compile(
    r"@(?=\w)|#(?=\w)|!(?=\d)|%(?=[\w\"])|\$|(?<!\d):(?=[\w+-]+:)|:(?=//)|(?<=www)\.|(?<=GH)-(?=\d)|&(?=\w)",
    re.IGNORECASE,
)
_STARTS = re.compile(r"([-+=#])|(\d{1,9})([.)])(?=\s|$)")


def escape(text: str) -> str:
    r"""Return text as inline Markdown that reads as the text does; blanks are one.

    >>> escape("a|b *c* <d> snake_case")
    'a\\|b \\*c\\* &lt;d&gt; snake_case'
    >>> escape("ask @ann about #12")
    'ask <span>@</span>ann about <span>#</span>12'
    """
    parts, at = [], 0
    flat = _BLANKS.sub(" ", text)
    for found in _SITES.finditer(flat):
        parts += [_plain(flat, at, found.start()), f"<span>{html.escape(found[0], quote=False)}</span>"]
        at = found.end()
    return "".join([*parts, _plain(flat, at, len(flat))])


def _plain(text: str, start: int, end: int) -> str:
    """Escape a piece of a text; whether a sign has a meaning depends on its neighbours in the whole."""
    written, at = [], start
    for found in _SIGNS.finditer(text, start, end):
        written += [_html(text[at : found.start()]), f"\\{found[0]}"]
        at = found.end()
    return "".join([*written, _html(text[at:end])])


def _html(text: str) -> str:
    """Escape HTML; a tilde strikes out and names a label, so it stands apart with a backslash."""
    return html.escape(text, quote=False).replace("~", "<span>\\~</span>")


def block(inline: str) -> str:
    r"""Return inline Markdown fit to begin a line: no heading, list or rule comes of it.

    >>> block("- 3"), block("1. May"), block("# one")
    ('\\- 3', '1\\. May', '\\# one')
    """
    text = inline.strip()
    found = _STARTS.match(text)
    if found is None:
        return text
    start = f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}"
    return start + text[found.end() :]


def raw(text: str) -> str:
    """Return text for inside a line of HTML, where Markdown is not read but sites still look for mentions."""
    flat = _BLANKS.sub(" ", text).strip()
    parts, at = [], 0
    for found in _SITES.finditer(flat):
        parts += [html.escape(flat[at : found.start()]), f"<span>{html.escape(found[0])}</span>"]
        at = found.end()
    return "".join([*parts, html.escape(flat[at:])])


def code(text: str, in_table: bool = False) -> str:
    """Return text as code; the fence is longer than any run of backticks in it.

    >>> code("a `b`")
    '`` a `b` ``'
    """
    flat = _BLANKS.sub(" ", text).strip()
    if not flat:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", flat)), default=0) + 1)
    pad = " " if "`" in (flat[0], flat[-1]) else ""
    return f"{fence}{pad}{flat.replace('|', chr(92) + '|') if in_table else flat}{pad}{fence}"


def fenced(text: str) -> str:
    """Return lines of code."""
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}text\n{text.strip(chr(10))}\n{fence}"


def link(inline: str, address: str) -> str:
    """Return a link to a web address; what is no such address stays text."""
    if not address.lower().startswith(("http://", "https://")) or not inline:
        return inline
    return f"[{inline}](<{quote(address, safe=_ADDRESS)}>)"


def own_link(text: str) -> str:
    """Return a web address as a link that shows itself."""
    return f"<{quote(text, safe=_ADDRESS)}>" if _WHOLE.fullmatch(text) else link(escape(text), text)


_WHOLE = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_ADDRESS = "!#$%&'()*+,/:;=?@[]-._~"  # all but blanks, quotes, angle brackets and backslashes


def slug(heading: str) -> str:
    """Return the anchor that GitHub and GitLab give a heading.

    >>> slug("Who is in the data, who is missing")
    'who-is-in-the-data-who-is-missing'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower().strip()).replace(" ", "-")
