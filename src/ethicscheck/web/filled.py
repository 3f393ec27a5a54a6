"""What somebody filled in: the fields of a question's form, by the widget they belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ethicscheck.checklist.definition import Item
from ethicscheck.checklist.kinds import KINDS

if TYPE_CHECKING:
    from starlette.datastructures import FormData

_BASE = re.compile(r"([0-9]{1,15})(?:\.([0-9a-f]{12}))?")
_CELL = re.compile(r"cell\.([0-9]{1,4})\.(.+)", re.DOTALL)


@dataclass(frozen=True)
class Filled:
    """What a form says.

    Parameters
    ----------
    value : the answer as it was given; None where there is none.
    na_reason : why the question does not apply; None where it is not said that it does not.
    base : the number of the last line about the question that the form was drawn from.
    asked : the first digits of the question's digest as the form asked it; "" where the form doesn't say.
    links : addresses given as evidence.
    dropped : pieces of the own answer's evidence, by name, that no longer belong to it.
    again : whether the person says anew what they said before, which makes an old answer a new one.
    """

    value: Any
    na_reason: str | None
    base: int
    links: tuple[str, ...] = ()
    dropped: frozenset[str] = frozenset()
    again: bool = False
    asked: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is answered."""
        return self.value is None and self.na_reason is None


def filled_in(item: Item, form: FormData) -> Filled:
    """Return what a question's form says; whether it is an answer is for the question's type to say."""
    reason = _text(form, "na_reason").strip() if form.get("na") else None
    base, asked = drawn_from(form)
    return Filled(
        None if reason is not None else _value(item, form),
        reason,
        base,
        tuple(line.strip() for line in _text(form, "link").splitlines() if line.strip()),
        frozenset(part for part in form.getlist("drop") if isinstance(part, str)),
        bool(form.get("again")),
        asked,
    )


def drawn_from(form: FormData) -> tuple[int, str]:
    """Return what a form was drawn from: the last line about its question, and digits of how it was asked, if it says so."""
    found = _BASE.fullmatch(_text(form, "base"))
    return (int(found[1]), found[2] or "") if found is not None else (0, "")


def _value(item: Item, form: FormData) -> Any:
    widget = KINDS[item.type].widget
    if widget == "rows":
        return _rows(item, form) or None
    words = [part for part in form.getlist("value") if isinstance(part, str) and part.strip()]
    if widget == "some_of":
        return words or None
    return words[-1] if words else None


def _rows(item: Item, form: FormData) -> list[dict[str, str]]:
    """Return the rows in which anything stands, in the order of the page."""
    rows: dict[int, dict[str, str]] = {}
    columns = {column.id for column in item.columns}
    for name, part in form.multi_items():
        found = _CELL.fullmatch(name)
        if found is not None and found[2] in columns and isinstance(part, str) and part.strip():
            rows.setdefault(int(found[1]), {})[found[2]] = part
    return [rows[number] for number in sorted(rows)]


def _text(form: FormData, name: str) -> str:
    found = form.get(name)
    return found if isinstance(found, str) else ""


__all__ = ["Filled", "drawn_from", "filled_in"]
