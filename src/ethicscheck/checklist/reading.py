"""Reads a checklist from YAML: strictly, every problem at once, each with its line and the way out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ethicscheck.errors import ConfigError, Problem
from ethicscheck.model.explaining import explain_errors
from ethicscheck.model.strict_yaml import Document, read_yaml

from .definition import Checklist
from .including import combine, combined_sha256, finder, includes
from .linting import check_checklist, find_weak_spots


class ChecklistError(ConfigError):
    """A checklist with problems, and what should be mended beside them."""

    def __init__(self, problems: Iterable[Problem], weak_spots: tuple[Problem, ...] = ()) -> None:
        super().__init__(problems)
        self.weak_spots = weak_spots


@dataclass(frozen=True)
class LoadedChecklist:
    """A checklist with the file it came from.

    Parameters
    ----------
    checklist : what it asks.
    document : on which line each part stands.
    sha256 : digest of the file's bytes, and of what it includes.
    source : the file; None for text.
    shipped : whether it came with ethicscheck.
    homes : the checklists that it includes questions of.
    """

    checklist: Checklist
    document: Document
    sha256: str
    source: Path | None
    shipped: bool = False
    homes: tuple[LoadedChecklist, ...] = ()

    def weak_spots(self) -> tuple[Problem, ...]:
        """Return what is no error but should be mended before people are asked: questions without help."""
        return find_weak_spots(self.document.value, self.document)


def read_checklist(
    source: Path | str, name: str = "", *, shipped: bool = False, including: bool = True
) -> LoadedChecklist:
    """Read a checklist.

    Parameters
    ----------
    source : the path of a file, or YAML text.
    name : what messages call it; default: the file's name.
    shipped : whether it came with ethicscheck.
    including : whether it may include others; those it includes may not.

    Raises
    ------
    ConfigError
        With every problem.
    """
    if isinstance(source, Path):
        name = name or source.name
        content = _read_bytes(source, name)
    else:
        name = name or "checklist"
        content = source.encode("utf-8", "surrogatepass")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([Problem("not UTF-8 text", f"{name}:{line}", "save it as UTF-8", line)]) from None
    document = read_yaml(text, name)
    homes: tuple[LoadedChecklist, ...] = ()
    if includes(document):
        if not including:
            what = "an included checklist can't include others"
            raise ConfigError([document.problem(("include",), what, "include what it includes instead")])
        homes = combine(document, finder(source.parent if isinstance(source, Path) else Path()))
        content = combined_sha256(content, document)
    checklist = _parse(document)
    digest = hashlib.sha256(content).hexdigest()
    return LoadedChecklist(checklist, document, digest, source if isinstance(source, Path) else None, shipped, homes)


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        hint = "give the path of a YAML file; `ethicscheck checklist list` shows the shipped ones"
        raise ConfigError([Problem("there is no such checklist", name, hint)]) from None
    except OSError as error:
        raise ConfigError([Problem(f"the checklist can't be read: {error.strerror}", name)]) from None


def _parse(document: Document) -> Checklist:
    value, problems = document.value, list(document.problems)
    if not isinstance(value, dict) and not problems:
        what = "the checklist is empty" if value is None else "a checklist is a mapping (`key: value`)"
        raise ConfigError([document.problem((), what, "it needs at least `id`, `version`, `title` and `sections`")])
    checklist = None
    try:
        checklist = Checklist.model_validate(value)
    except ValidationError as error:
        problems += explain_errors(error, Checklist, document)
    if isinstance(value, dict):
        problems += check_checklist(value, document)
    if problems or checklist is None:
        raise ChecklistError(
            dict.fromkeys(problems), find_weak_spots(value, document) if isinstance(value, dict) else ()
        )
    return checklist


__all__ = ["ChecklistError", "LoadedChecklist", "read_checklist"]
