"""A translation of a checklist: `<id>.fr.yaml` beside `<id>.yaml`, its words by the ids of questions and options.

Reading one strictly, what is missing from it, and what of it is behind: `source` is the digest of the words that a part
was translated from. Using it is in `translating`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from ethicscheck.errors import ConfigError, Problem, did_you_mean
from ethicscheck.model.explaining import explain_errors
from ethicscheck.model.scalars import Text
from ethicscheck.model.section import Section as Strict
from ethicscheck.model.strict_yaml import Document, read_yaml_file
from ethicscheck.model.strict_yaml import Path as Place

from .definition import Checklist, ChecklistSection, Item
from .reading import LoadedChecklist

SCHEMA: Final = "ethicscheck/translation/1"
DIGITS = 12
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Part = tuple[str, ...]  # (): the head; ("sections", id); ("items", id)


class ColumnWords(Strict):
    """The words of a table's column."""

    title: Text | None = None
    options: dict[str, Text] = Field({})


class ItemWords(Strict):
    """The words of a question."""

    source: Text | None = Field(None, description="Digest of the words this was translated from.")
    text: Text | None = None
    help: Text | None = None
    options: dict[str, Text] = Field({})
    columns: dict[str, ColumnWords] = Field({})
    labels: dict[str, Text] = Field({})


class SectionWords(Strict):
    """The words of a section."""

    source: Text | None = Field(None, description="Digest of the words this was translated from.")
    title: Text | None = None
    intro: Text | None = None


class Translation(Strict):
    """The words of a checklist in one language; what is missing stays as it was written."""

    schema_: Literal["ethicscheck/translation/1"] = Field(SCHEMA, alias="schema")
    of: Text
    language: Text
    source: Text | None = Field(None, description="Digest of the title, summary and shared options translated here.")
    title: Text | None = None
    summary: Text | None = None
    options: dict[str, dict[str, Text]] = Field({})
    sections: dict[str, SectionWords] = Field({})
    items: dict[str, ItemWords] = Field({})


@dataclass(frozen=True)
class LoadedTranslation:
    """A translation with its file and the checklist it translates."""

    words: Translation
    document: Document
    checklist: Checklist  # its own part: what it includes is translated at home

    @property
    def behind(self) -> frozenset[Part]:
        """The parts whose words have changed since they were translated: (), ("sections", id), ("items", id)."""
        given = {part: self._given(part) for part in self._sources()}
        return frozenset(part for part, digest in self._sources().items() if given[part] not in (None, digest))

    def out_of_step(self) -> Iterator[Problem]:
        """Yield the parts that are behind, and those that don't say which words they translate."""
        for part, digest in self._sources().items():
            given = self._given(part)
            if given == digest or (part and not _has(self.words.model_dump(by_alias=True), part)):
                continue
            name = part[-1] if part else "title, summary and shared options"
            if given is None:
                what = f"{name}: it is not said which words were translated into {self.words.language!r}"
                yield self.document.problem(part, what, f"compare them, then add `source: {digest}`")
            else:
                what = f"{name}: the words have changed since they were translated into {self.words.language!r}"
                hint = (
                    f"translate what changed, then write `source: {digest}`; until then it is shown as it was written"
                )
                yield self.document.problem((*part, "source"), what, hint)

    def _given(self, part: Part) -> str | None:
        found = getattr(self.words, part[0]).get(part[1]) if part else self.words
        return found.source if found is not None else None

    def _sources(self) -> dict[Part, str]:
        """Return the digests of the words as they are now, part by part."""
        checklist = self.checklist
        own = {name: dict(options) for name, options in checklist.options.items()}
        found: dict[Part, str] = {(): _digest([checklist.title, checklist.summary, own])}
        for section in checklist.sections:
            found["sections", section.id] = _section_digest(section)
            found |= {("items", item.id): _item_digest(item) for item in section.items}
        return found

    def missing(self) -> Iterator[Problem]:
        """Yield what is not translated, where it would stand."""
        for path in _paths(self.checklist):
            if not _has(self.words.model_dump(by_alias=True), path):
                name = " ".join(path[1:] if path[0] == "items" else path)
                hint = "translate it; until then it is shown as it was written"
                yield self.document.problem(path, f"{name} is not translated into {self.words.language!r}", hint)


def _section_digest(section: ChecklistSection) -> str:
    return _digest([section.title, section.intro])


def _item_digest(item: Item) -> str:
    options = item.options if isinstance(item.options, dict) else None
    columns = [[column.id, column.title, column.options] for column in item.columns]
    return _digest([item.text, item.help, options, columns, item.labels])


def _digest(words: object) -> str:
    written = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def languages(loaded: LoadedChecklist) -> tuple[str, ...]:
    """Return the languages that a checklist is translated into."""
    if loaded.source is None:
        return ()
    stem, suffix = loaded.source.stem, loaded.source.suffix
    names = [path.name for path in loaded.source.parent.glob("*" + suffix)]
    codes = (name[len(stem) + 1 : -len(suffix)] for name in names if name.startswith(f"{stem}."))
    return tuple(sorted(code for code in codes if LANGUAGE.fullmatch(code)))


def read_translation(loaded: LoadedChecklist, language: str) -> LoadedTranslation | None:
    """Return a checklist's own words in a language, or None where there are none.

    Raises
    ------
    ConfigError
        With every problem: another checklist's, another language's, words for what is not there.
    """
    if language not in languages(loaded):
        return None
    assert loaded.source is not None, "else there are no languages"
    path = loaded.source.with_name(f"{loaded.source.stem}.{language}{loaded.source.suffix}")
    own = _without_taken(loaded)
    return LoadedTranslation(*_read(path, own, language), own)


def _without_taken(loaded: LoadedChecklist) -> Checklist:
    taken = {item.id for home in loaded.homes for _, item in home.checklist.items()}
    own = [part for part in loaded.checklist.sections if not any(item.id in taken for item in part.items)]
    return loaded.checklist.model_copy(update={"sections": tuple(own)}) if loaded.homes else loaded.checklist


def missing_words(loaded: LoadedChecklist) -> tuple[Problem, ...]:
    """Return what the translations that lie beside a checklist lack, and where its words have changed since."""
    found = [one for language in languages(loaded) if (one := read_translation(loaded, language)) is not None]
    return tuple(problem for one in found for problem in (*one.missing(), *one.out_of_step()))


def _read(path: Path, checklist: Checklist, language: str) -> tuple[Translation, Document]:
    document, _ = read_yaml_file(path, "translation", "")
    problems = list(document.problems)
    words = None
    try:
        words = Translation.model_validate(document.value)
    except ValidationError as error:
        problems += explain_errors(error, Translation, document)
    if words is not None:
        for key, meant in (("of", checklist.id), ("language", language)):
            if (said := getattr(words, key)) != meant:
                what = f"{key}: {said!r} does not fit the name of the file"
                problems.append(document.problem((key,), what, f"did you mean {meant!r}?"))
        problems += _strangers(words, checklist, document)
    if problems or words is None:
        raise ConfigError(dict.fromkeys(problems))
    return words, document


def _strangers(words: Translation, checklist: Checklist, document: Document) -> Iterator[Problem]:
    """Yield the words for something that the checklist does not hold: misspelt ids would be lost in silence."""
    known: dict[Place, list[str]] = {}
    for told in _paths(checklist):
        for end in range(len(told)):
            known.setdefault(told[:end], []).append(told[end])
    given = words.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
    for key in ("schema", "of", "language"):
        given.pop(key, None)
    waiting: list[tuple[Place, object]] = [((), given)]
    while waiting:
        path, value = waiting.pop()
        for key, part in value.items() if isinstance(value, dict) else ():
            if key == "source" and len(path) in (0, 2):
                continue
            if key in known.get(path, ()):
                waiting.append(((*path, key), part))
            else:
                where = " ".join(map(str, path)) or words.of
                hint = did_you_mean(key, dict.fromkeys(known.get(path, ())))
                yield document.problem((*path, key), f"{where}: there is no {key!r} to translate", hint)


def _paths(checklist: Checklist) -> Iterator[tuple[str, ...]]:
    """Yield where the words of a checklist stand in a translation."""
    yield ("title",)
    if checklist.summary is not None:
        yield ("summary",)
    for name, options in checklist.options.items():
        yield from (("options", name, key) for key in options)
    for section in checklist.sections:
        yield ("sections", section.id, "title")
        if section.intro is not None:
            yield ("sections", section.id, "intro")
        for item in section.items:
            yield from (("items", item.id, *path) for path in _item_paths(item))


def _item_paths(item: Item) -> Iterator[tuple[str, ...]]:
    yield ("text",)
    if item.help is not None:
        yield ("help",)
    if isinstance(item.options, dict):
        yield from (("options", key) for key in item.options)
    for column in item.columns:
        yield ("columns", column.id, "title")
        yield from (("columns", column.id, "options", key) for key in column.options or ())
    yield from (("labels", key) for key in item.labels)


def _has(words: object, path: tuple[str, ...]) -> bool:
    for key in path:
        if not isinstance(words, Mapping) or words.get(key) is None:
            return False
        words = words[key]
    return True


__all__ = [
    "LANGUAGE",
    "SCHEMA",
    "ColumnWords",
    "ItemWords",
    "LoadedTranslation",
    "Part",
    "SectionWords",
    "Translation",
    "languages",
    "missing_words",
    "read_translation",
]
