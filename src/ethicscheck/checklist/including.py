"""Combines checklists: `include` takes over whole checklists, or single sections, from their homes.

Questions keep their ids and what they mean at home, so an answer's digest is the same in both places; sections are
named `home.section`, since two homes may call a section alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ethicscheck.errors import UsageError, did_you_mean
from ethicscheck.model.strict_yaml import Document

from .written import maps_in, sections_in, text_in, words_in

if TYPE_CHECKING:
    from .reading import LoadedChecklist

# Between a checklist and one of its sections: `transparency#reasons`.
OF = "#"

Finder = Callable[[str], "LoadedChecklist"]


def includes(document: Document) -> bool:
    """Return whether a checklist takes over others; an `include` that is no list of words is left for its type to refuse."""
    found = document.value.get("include") if isinstance(document.value, dict) else None
    return isinstance(found, str) or (isinstance(found, list) and all(isinstance(part, str) for part in found))


def combine(document: Document, find: Finder) -> tuple[LoadedChecklist, ...]:
    """Put the included sections before the document's own, and return the checklists they come from.

    Parameters
    ----------
    document : the checklist as written; its `include` is replaced by what it names. Problems are added to it.
    find : an id or a path -> the checklist.

    Raises
    ------
    ConfigError
        When an included checklist has problems of its own.
    """
    homes: dict[str, LoadedChecklist] = {}
    taken: list[tuple[int, dict[str, Any]]] = []
    for place, name in enumerate(words_in(document.value.pop("include"))):
        try:
            home, wanted = _find(name, find, homes)
        except UsageError as error:
            problem = error.problems[0]
            document.problems.append(document.problem(("include", place), f"include: {problem.what}", problem.hint))
            continue
        line = document.line(("include", place))
        taken += [(line, section) for section in _sections_of(home, wanted)]
    _take_renamed(document.value, homes.values(), {item["id"] for _, part in taken for item in part["items"]})
    _prepend(document, taken)
    return tuple(homes.values())


def combined_sha256(content: bytes, document: Document) -> bytes:
    """Return the bytes whose digest covers a combined checklist: its own, and what was taken over, comments left out."""
    written = json.dumps(document.value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return content + b"\0" + written.encode("utf-8", "surrogatepass")


def _find(name: str, find: Finder, homes: dict[str, LoadedChecklist]) -> tuple[LoadedChecklist, str]:
    """Return the checklist that an entry of `include` names, and the section of it ("" for all)."""
    use, _, section = name.partition(OF)
    home = homes.get(use)
    if home is None:
        homes[use] = home = find(use)
    known = [part.id for part in home.checklist.sections]
    if OF in name and section not in known:
        raise UsageError(f"{use!r} has no section {section!r}", "", did_you_mean(section, known))
    return home, section


def _sections_of(home: LoadedChecklist, wanted: str) -> Iterator[dict[str, Any]]:
    """Yield sections as they are written at home, with their options inside, under a name that tells the home."""
    written = home.document.value
    sets = written.get("options") or {}
    for _, section in sections_in(written):
        if wanted in ("", text_in(section, "id")):
            items = [_with_options(item, sets) for _, item in maps_in(section.get("items"))]
            yield {**section, "id": f"{home.checklist.id}.{section['id']}", "items": items}


def _with_options(item: Mapping[str, Any], sets: Mapping[str, Any]) -> dict[str, Any]:
    named = item.get("options")
    return {**item, "options": sets[named]} if isinstance(named, str) else dict(item)


def _take_renamed(value: dict[str, Any], homes: Iterable[LoadedChecklist], ids: Container[str]) -> None:
    """Take over what the homes have renamed, so that old answers find their question here too."""
    own = value.setdefault("renamed", {})
    for home in homes:
        for old in home.checklist.renamed:
            if isinstance(own, dict) and (new := home.checklist.current_id(old)) in ids:
                own.setdefault(old, new)


def _prepend(document: Document, taken: list[tuple[int, dict[str, Any]]]) -> None:
    """Put sections before the document's own; their parts are found on the line that includes them."""
    own = document.value.get("sections")
    if not isinstance(own, list):
        return
    moved = {
        (path[0], path[1] + len(taken), *path[2:]): line
        for path, line in document.lines.items()
        if len(path) > 1 and path[0] == "sections" and isinstance(path[1], int)
    }
    others = {path: line for path, line in document.lines.items() if len(path) < 2 or path[0] != "sections"}
    document.lines = {**others, **moved}
    document.lines |= {("sections", place): line for place, (line, _) in enumerate(taken)}
    document.value["sections"] = [*(section for _, section in taken), *own]


def finder(base: Path) -> Finder:
    """Return what finds a checklist by its id, or by its path from a folder."""

    def find(use: str) -> LoadedChecklist:
        from .shipped import load  # late: it reads with `reading`, which combines with this module

        return load(use, base, including=False)

    return find


__all__ = ["combine", "combined_sha256", "finder", "includes"]
