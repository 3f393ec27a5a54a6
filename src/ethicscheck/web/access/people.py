"""Who somebody is to the app, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from starlette.exceptions import HTTPException

Access = Literal["reader", "answerer", "reviewer", "approver"]
Right = Literal["read", "answer", "review", "sign", "manage"]

LEVELS: tuple[Access, ...] = get_args(Access)
RIGHTS: tuple[Right, ...] = ("read", "answer", "review", "sign")

REFUSALS: dict[Right, str] = {
    "read": "You can't see this page.",
    "answer": "You come in as a reader: you can see everything, but not answer.",
    "review": "This takes a reviewer: settling disputes, asking for changes, adding checklists, starting audits.",
    "sign": "This takes an approver: only approvers sign.",
    "manage": "Only whoever started the server invites people and ends their access.",
}


@dataclass(frozen=True)
class Person:
    """Somebody who is known to the app.

    Parameters
    ----------
    id : stays the same whatever the name becomes.
    name, role : as they stand beside answers and signatures; `role` is the role in the checklists.
    access : how much they may do.
    owner : whether they came in by the link that the terminal printed.
    """

    id: str
    name: str
    role: str
    access: Access
    owner: bool


@dataclass(frozen=True)
class Visitor:
    """Who a request comes from.

    Parameters
    ----------
    person : None where nobody has come in, or the owner has not yet said who they are.
    session : names the session without opening it; empty without a session.
    csrf : the token that every form of this visitor carries.
    """

    person: Person | None
    session: str
    csrf: str


def may(person: Person | None, right: Right) -> bool:
    """Tell whether somebody may do something; the levels contain each other, and inviting is the owner's alone.

    >>> may(Person("p1", "Eva", "product", "reviewer", False), "answer")
    True
    """
    if person is None:
        return False
    if right == "manage":
        return person.owner
    return RIGHTS.index(right) <= LEVELS.index(person.access)


def require(visitor: Visitor, right: Right) -> None:
    """Refuse what a visitor may not do.

    Raises
    ------
    HTTPException
        403, in words that say what it takes.
    """
    if may(visitor.person, right):
        return
    out = "" if right == "manage" else " Ask whoever invited you if you need more."
    raise HTTPException(403, REFUSALS[right] + out)


__all__ = ["LEVELS", "Access", "Person", "Right", "Visitor", "may", "require"]
