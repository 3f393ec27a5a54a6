"""The lines of `people.jsonl`: what happened to people's access, when, and by whom."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, ClassVar

from .people import LEVELS, Access


@dataclass(frozen=True)
class Fact:
    """One line: `at` is the time, `by` the id of whoever did it."""

    at: str
    by: str
    kind: ClassVar[str] = ""


@dataclass(frozen=True)
class Invited(Fact):
    """Somebody was given a link; the first one about a person makes them known."""

    invite: str
    person: str
    name: str
    role: str
    access: Access
    expires: str
    kind = "invited"


@dataclass(frozen=True)
class Changed(Fact):
    """Somebody's role in the checklists or access was changed."""

    person: str
    role: str
    access: Access
    kind = "changed"


@dataclass(frozen=True)
class CameIn(Fact):
    """A session began: by an invite, or by the terminal's link where `invite` is empty."""

    person: str
    session: str
    invite: str
    kind = "came_in"


@dataclass(frozen=True)
class Named(Fact):
    """The owner said who they are, in one session."""

    session: str
    name: str
    role: str
    kind = "named"


@dataclass(frozen=True)
class LoggedOut(Fact):
    """A session was ended by whoever was in it."""

    person: str
    session: str
    kind = "logged_out"


@dataclass(frozen=True)
class Revoked(Fact):
    """A person's access was ended: their open link and all their sessions."""

    person: str
    kind = "revoked"


KINDS: dict[str, type[Fact]] = {one.kind: one for one in (Invited, Changed, CameIn, Named, LoggedOut, Revoked)}


def write_fact(fact: Fact) -> bytes:
    """Return a fact as one line."""
    content = {"kind": fact.kind, **dataclasses.asdict(fact)}
    return (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def read_fact(line: bytes) -> Fact:
    """Read one line back.

    Raises
    ------
    ValueError
        When it is no such line.
    """
    content: Any = json.loads(line)
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise ValueError("not an object of texts")
    made = KINDS.get(content.pop("kind", ""))
    if made is None:
        raise ValueError("a kind that this version does not know")
    if content.keys() != {field.name for field in dataclasses.fields(made)}:
        raise ValueError("not the fields of its kind")
    if content.get("access", LEVELS[0]) not in LEVELS:
        raise ValueError("an access that there is not")
    return made(**content)


__all__ = ["CameIn", "Changed", "Fact", "Invited", "LoggedOut", "Named", "Revoked", "read_fact", "write_fact"]
