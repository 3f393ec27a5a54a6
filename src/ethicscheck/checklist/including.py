"""Combines checklists: `include` takes over whole checklists, or single sections, from their homes.

Questions keep their ids and what they mean at home, so an answer's digest is the same in both places; sections are
named `home.section`, since two homes may call a section alike. Where two homes ask the same, `instead` leaves one of
the questions out: people are asked once, and conditions on it look at the questions that ask it instead.
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
    taken = _ask_once(taken, document)
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


def _ask_once(taken: list[tuple[int, dict[str, Any]]], document: Document) -> list[tuple[int, dict[str, Any]]]:
    """Return the sections without the questions that others ask instead; a section that is left with none falls out."""
    written = document.value.get("instead")
    instead = {str(old): words_in(new) for old, new in written.items()} if isinstance(written, dict) else {}
    known = {item["id"] for _, section in taken for item in section["items"]}
    for old in instead.keys() - known:
        what = f"instead: {old!r} is no question that is taken over"
        document.problems.append(document.problem(("instead", old), what, did_you_mean(old, known)))
    found = []
    for line, section in taken:
        items = [_looking_at(item, instead) for item in section["items"] if item["id"] not in instead]
        if items:
            found.append((line, {**section, "items": items}))
    return found


def _looking_at(item: dict[str, Any], instead: Mapping[str, list[str]]) -> dict[str, Any]:
    return {**item, "when": _moved(item["when"], instead)} if "when" in item else item


def _moved(condition: Any, instead: Mapping[str, list[str]]) -> Any:
    """Return a condition that speaks of the questions asked here: any of those that ask it instead."""
    if isinstance(condition, list):
        return [_moved(part, instead) for part in condition]
    if not isinstance(condition, dict):
        return condition
    for key in ("item", "measured"):
        if (new := instead.get(text_in(condition, key))) is not None:
            leaves = [{**condition, key: name} for name in new]
            return leaves[0] if len(leaves) == 1 else {"any": leaves}
    return {key: _moved(part, instead) if key in ("all", "any", "not") else part for key, part in condition.items()}


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
