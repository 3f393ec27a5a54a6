"""Shows a checklist in another language, as far as it is translated.

Only words change. Ids, conditions and digests are those of the checklist as written, so a journal knows no language.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from ethicscheck.errors import UsageError

from .definition import Checklist, ChecklistSection, Column, Item
from .reading import LoadedChecklist
from .status import ChecklistStatus
from .translation import LANGUAGE, ColumnWords, ItemWords, Part, SectionWords, Translation, languages, read_translation


@dataclass(frozen=True)
class Translated:
    """A checklist in another language, and what of it stayed as written, in words."""

    checklist: Checklist
    notes: tuple[str, ...] = ()


def translate(loaded: LoadedChecklist, language: str) -> Translated:
    """Return a checklist in another language; texts that are not translated stay as they were written.

    Parameters
    ----------
    loaded : the checklist; what it includes is translated at home.
    language : a code such as "fr".

    Raises
    ------
    UsageError
        When that is no code of a language.
    ConfigError
        With every problem of a translation.
    """
    if not LANGUAGE.fullmatch(language):
        raise UsageError(f"{language!r} is no code of a language", "--lang", "two letters, such as fr")
    notes = []
    found = read_translation(loaded, language)
    checklist = loaded.checklist
    if found is not None:
        checklist = _spoken(checklist, without(found.words, found.behind))
        if found.behind:
            names = ", ".join(part[-1] if part else "title and options" for part in sorted(found.behind))
            notes.append(f"changed since they were translated into {language!r}, shown as written: {names}")
        left = len(list(found.missing()))
        notes += [f"{left} texts of {checklist.id} are not translated into {language!r}"] if left else []
    else:
        notes.append(f"{checklist.id} is not translated into {language!r}" + _others(loaded))
    if loaded.homes:
        homes = [translate(home, language) for home in loaded.homes]
        checklist = _at_home(checklist, [home.checklist for home in homes])
        notes += [note for home in homes for note in home.notes]
    return Translated(checklist, tuple(notes))


def _others(loaded: LoadedChecklist) -> str:
    known = languages(loaded)
    return f"; it is into {', '.join(known)}" if known else ""


def without(words: Translation, parts: Container[Part]) -> Translation:
    """Return a translation without some of its parts: what is behind would ask another question than the one answered."""
    update: dict[str, object] = {
        key: {name: part for name, part in getattr(words, key).items() if (key, name) not in parts}
        for key in ("sections", "items")
    }
    if () in parts:
        update |= {"title": None, "summary": None, "options": {}}
    return words.model_copy(update=update)


def _spoken(checklist: Checklist, words: Translation) -> Checklist:
    """Return a checklist with the words of a translation where it has them."""
    return checklist.model_copy(
        update={
            "title": words.title or checklist.title,
            "summary": words.summary or checklist.summary,
            "options": {name: part | words.options.get(name, {}) for name, part in checklist.options.items()},
            "sections": tuple(_section(section, words) for section in checklist.sections),
        }
    )


def _section(section: ChecklistSection, words: Translation) -> ChecklistSection:
    own = words.sections.get(section.id, SectionWords())
    items = tuple(_item(item, words.items.get(item.id, ItemWords())) for item in section.items)
    return section.model_copy(
        update={"title": own.title or section.title, "intro": own.intro or section.intro, "items": items}
    )


def _item(item: Item, words: ItemWords) -> Item:
    return item.model_copy(
        update={
            "text": words.text or item.text,
            "help": words.help or item.help,
            "options": item.options | words.options if isinstance(item.options, dict) else item.options,
            "columns": tuple(_column(column, words.columns.get(column.id, ColumnWords())) for column in item.columns),
            "labels": item.labels | words.labels,
        }
    )


def _column(column: Column, words: ColumnWords) -> Column:
    options = column.options | words.options if column.options is not None else None
    return column.model_copy(update={"title": words.title or column.title, "options": options})


def _at_home(checklist: Checklist, homes: Iterable[Checklist]) -> Checklist:
    """Return a combined checklist whose taken sections and questions speak as they do at home."""
    items = {}
    sections = {}
    for spoken in homes:
        for section, item in spoken.items():
            sections[f"{spoken.id}.{section.id}"] = section
            fixed = isinstance(item.options, str)
            items[item.id] = item.model_copy(update={"options": spoken.options_of(item)}) if fixed else item
    found = []
    for section in checklist.sections:
        at_home = sections.get(section.id)
        update: dict[str, object] = {"items": tuple(items.get(item.id, item) for item in section.items)}
        if at_home is not None:
            update |= {"title": at_home.title, "intro": at_home.intro}
        found.append(section.model_copy(update=update))
    return checklist.model_copy(update={"sections": tuple(found)})


def in_words_of(status: ChecklistStatus, checklist: Checklist) -> ChecklistStatus:
    """Return a status that shows the questions of a translated checklist; what was answered stays the same."""
    spoken = {item.id: (section, item) for section, item in checklist.items()}
    items = []
    for one in status.items:
        section, item = spoken[one.item.id]
        items.append(replace(one, section=section, item=item))
    return replace(status, checklist=checklist, items=tuple(items))


__all__ = ["Translated", "in_words_of", "translate", "without"]
