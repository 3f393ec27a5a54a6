"""Who is who where a checklist is signed: one person however the name is written, and the roles whose signatures count."""

from __future__ import annotations

import unicodedata

from .definition import Checklist


def person_key(name: str) -> str:
    """Return what two ways of writing one person's name share: capitals, blanks and code points make no second person.

    >>> person_key("EVA  Novak ") == person_key("Eva Novak")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def roles_that_sign(checklist: Checklist) -> tuple[str, ...]:
    """Return the roles whose signatures a checklist asks for, in its order; none means anyone's."""
    named = (role for section in checklist.sections for role in section.roles.sign)
    return tuple(dict.fromkeys((*named, *checklist.sign.roles)))


__all__ = ["person_key", "roles_that_sign"]
