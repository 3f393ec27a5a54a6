"""What a type of question is, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.errors import UsageError, did_you_mean

Widget = Literal["one_of", "some_of", "line", "rows"]


def _no_choices(item: Item, checklist: Checklist) -> Mapping[str, str]:  # noqa: ARG001
    return {}


@dataclass(frozen=True)
class QuestionKind:
    """A type of question.

    Parameters
    ----------
    widget : how it is filled in.
    read : what was given -> the answer that is kept; raises UsageError.
    show : the answer in words.
    example : what an answer looks like, in words.
    choices : the fixed answers, id to label.
    """

    widget: Widget
    read: Callable[[Item, Checklist, Any], Any]
    show: Callable[[Any, Item, Checklist], str]
    example: Callable[[Item], str]
    choices: Callable[[Item, Checklist], Mapping[str, str]] = _no_choices


def no_answer(item: Item, given: Any, hint: str) -> UsageError:
    """Return the error that says that something is no answer."""
    shown = given if isinstance(given, str) else repr(given)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}…"
    return UsageError(f"{shown!r} is no answer" if shown.strip() else "there is no answer", item.id, hint)


def clean_text(text: str, what: str) -> str:
    """Return text without outer blanks and with plain line ends.

    Raises
    ------
    UsageError
        When there is none, or it can't be written as UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{what} is not UTF-8 text", "", "write it anew, or set the terminal to UTF-8") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        raise UsageError(f"{what} is blank", "", "blanks count as no answer; write some words")
    return text


def one_line(value: Any, item: Item, hint: str) -> str:
    """Return what was given as one line of text.

    Raises
    ------
    UsageError
        When it is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise no_answer(item, value, hint)
    return str(value).strip()


def pick(item: Item, given: Any, options: Mapping[str, str]) -> str:
    """Return the id of the option that was named by its id or its label, however it is capitalised.

    Raises
    ------
    UsageError
        When there is none, with the nearest.
    """
    word = given.strip() if isinstance(given, str) else str(given) if type(given) is int else ""
    if word in options:
        return word
    folded = word.casefold()
    for names in ({key.casefold(): key for key in options}, {label.casefold(): key for key, label in options.items()}):
        if folded in names:
            return names[folded]
    hint = did_you_mean(word, options)
    if not hint.startswith("did you mean") and did_you_mean(word, options.values()).startswith("did you mean"):
        hint = did_you_mean(word, options.values())
    raise no_answer(item, given, hint)


__all__ = ["QuestionKind", "Widget", "clean_text", "no_answer", "one_line", "pick"]
