"""Who comes in, what they may do, and what every request passes before a page sees it.

`Guard` wraps the app; `Store` knows the people, invites and sessions; a handler calls `posted` to read a form and
`require` to ask for a right. Access is looked up at each request, never taken from a cookie or a form.
"""

from .cookies import let_in, let_out
from .forms import posted
from .guard import Guard
from .hosts import Outside
from .people import LEVELS, Access, Person, Right, Visitor, may, require
from .store import Found, Known, Store

__all__ = [
    "LEVELS",
    "Access",
    "Found",
    "Guard",
    "Known",
    "Outside",
    "Person",
    "Right",
    "Store",
    "Visitor",
    "let_in",
    "let_out",
    "may",
    "posted",
    "require",
]
