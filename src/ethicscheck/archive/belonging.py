"""Finds the files a record was made from: the config by its digest, and through it checklists, answers and more.

Nothing is copied or run here: a config is read as plain YAML, never as the audit reads it, since that would load functions.
What is to be copied, and under which name, is in `collecting`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ethicscheck.checklist.opening import open_journal
from ethicscheck.checklist.reading import LoadedChecklist
from ethicscheck.checklist.shipped import load
from ethicscheck.errors import EthicscheckError, UsageError
from ethicscheck.model.checklist_record import ChecklistEntry, EvidenceEntry
from ethicscheck.model.config import read_config_document
from ethicscheck.model.record import AuditRecord

from .disk import NotPlainError, digest_plain

DEFAULT_CONFIG = "ethicscheck.yaml"
CHANGED = "audit again, then archive that record; or put the file back as it was"


@dataclass(frozen=True)
class Source:
    """A file that belongs to a record.

    Parameters
    ----------
    role : what it is for the audit.
    name : how the config, or the record, calls it.
    path : where it is.
    sha256 : the digest that the record holds of it; None where it holds none.
    group : which checklist it belongs to.
    """

    role: str
    name: str
    path: Path
    sha256: str | None = None
    group: str = ""


@dataclass(frozen=True)
class Missing:
    """What belongs to a record and is not archived, and why."""

    role: str
    name: str
    why: str


Found = Source | Missing


def find_config(record: AuditRecord, beside: Path, given: Path | None = None) -> Found:
    """Find the config of a record.

    Parameters
    ----------
    record : the record.
    beside : the folder it lies in; the config is looked for there and in the folders above.
    given : the config, where it was named.

    Raises
    ------
    UsageError
        When the one that was named is not the record's.
    """
    wanted = record.provenance.config_sha256
    name = Path(record.provenance.config or DEFAULT_CONFIG).name
    if given is not None:
        try:
            found = digest_plain(given.resolve())
        except NotPlainError as error:
            raise UsageError(f"the config can't be archived: {error}", str(given), "give the config's file") from None
        if found != wanted:
            hint = "give the config as it was then (its history may be in git), or leave out --config"
            raise UsageError("this is not the config of that audit: its SHA-256 is another", str(given), hint)
        return Source("config", given.name, given.absolute(), wanted)
    if record.provenance.config is None:
        return Missing("config", name, "the audit was made in Python, without a config file")
    changed = None
    for folder in (beside.resolve(), *beside.resolve().parents):
        for candidate in dict.fromkeys((name, DEFAULT_CONFIG)):
            try:
                if digest_plain((folder / candidate).resolve()) == wanted:
                    return Source("config", candidate, folder / candidate, wanted)
                changed = changed or folder / candidate
            except NotPlainError:
                continue
    if changed is not None:
        return Missing("config", name, f"{changed} was changed since this audit")
    return Missing("config", name, "it is neither beside the record nor above it; name it with --config")


def find_parts(record: AuditRecord, config: Path | None, include_data: frozenset[str]) -> Iterator[Found]:
    """Yield what a config names: waivers, population, functions, checklists, answers and evidence.

    Parameters
    ----------
    record : the record.
    config : its config; None where that is not at hand, and then whatever only the config could find is missing too.
    include_data : digests of data files, which are never archived.

    Raises
    ------
    UsageError
        For answers, a checklist or a waivers file that were changed since.
    """
    if config is None:
        for entry in record.checklists:
            yield Missing("checklist", entry.id, "only the config says where it and its answers lie")
        return
    base = config.parent
    value = read_config_document(config)[0].value
    plain: dict[str, Any] = value if isinstance(value, dict) else {}
    made = record.provenance
    if made.waivers is not None and made.waivers_sha256 is not None:
        named = _text(_part(plain, "policy").get("waivers")) or made.waivers
        yield _as_recorded(Source("waivers", named, base / named, made.waivers_sha256))
    population = _text(_part(plain, "data").get("population"))
    if population is not None:
        yield _whatever(Source("population", population, base / population), include_data)
    for own in record.custom or ():
        file, colon, _ = own.function.rpartition(":")
        if own.sha256 is not None and colon:
            yield _as_recorded(Source("function", file, base / file, own.sha256))
    uses = {use: part for part in _list(plain.get("checklists")) if (use := _text(part.get("use"))) is not None}
    yield from _checklists(record, uses, base, include_data)


def _checklists(
    record: AuditRecord, uses: dict[str, dict[str, Any]], base: Path, include_data: frozenset[str]
) -> Iterator[Found]:
    loaded = {}
    for use in uses:
        try:
            one = load(use, base)
        except EthicscheckError as error:
            what = f"the checklist can't be read any more: {error.problems[0].what}"
            raise UsageError(what, use, CHANGED) from None
        loaded[one.checklist.id] = (use, one)
    for entry in record.checklists:
        if entry.id not in loaded:  # a profile asks for it
            try:
                loaded[entry.id] = (entry.id, load(entry.id, base))
            except EthicscheckError:
                yield Missing("checklist", entry.id, "this version of ethicscheck does not ship it")
                continue
        use, one = loaded[entry.id]
        yield from _checklist(entry, use, one)
        answers = _text(uses.get(use, {}).get("answers"))
        if entry.answers_sha256 is not None and answers is not None:
            yield _journal(entry, answers, base, one)
            yield from _evidence(entry, (base / answers).parent, include_data)


def _checklist(entry: ChecklistEntry, use: str, one: LoadedChecklist) -> Iterator[Found]:
    if one.sha256 != entry.sha256:
        if one.shipped:
            why = f"this version of ethicscheck ships another text of it than the audit used (version {entry.version})"
            yield Missing("checklist", use, why)
            return
        raise UsageError("the checklist changed since this audit", use, CHANGED)
    for part in (one, *one.homes):
        if part.source is not None:
            yield Source("checklist", part.source.name, part.source, None, entry.id)


def _journal(entry: ChecklistEntry, answers: str, base: Path, one: LoadedChecklist) -> Found:
    try:
        contents = open_journal(base / answers, one).contents
    except EthicscheckError as error:
        raise UsageError(f"the answers can't be read: {error.problems[0].what}", answers, CHANGED) from None
    if contents.sha256 != entry.answers_sha256:
        raise UsageError("the answers changed since this audit", answers, CHANGED)
    return Source("answers", answers, base / answers, entry.answers_sha256, entry.id)


def _evidence(entry: ChecklistEntry, folder: Path, include_data: frozenset[str]) -> Iterator[Found]:
    seen: set[EvidenceEntry] = set()
    for section in entry.sections:
        for piece in (piece for item in section.items for answer in item.answers for piece in answer.evidence):
            if piece.path is None or piece in seen:
                continue
            seen.add(piece)
            yield _piece(piece, folder, entry.id, include_data)


def _piece(piece: EvidenceEntry, folder: Path, group: str, include_data: frozenset[str]) -> Found:
    name = piece.path or ""
    parts = Path(name.replace("\\", "/")).parts
    if not parts or ".." in parts or Path(name).is_absolute():
        return Missing("evidence", name, "it leads out of the folder of the journal")
    if piece.sha256 is None:
        return Missing("evidence", name, "the journal holds no digest of it, so nobody can tell whether it is the same")
    if piece.sha256 in include_data:
        return Missing("evidence", name, "it is a data file of the audit, and data are never archived")
    whole = folder
    for part in parts:
        whole = whole / part
        if whole.is_symlink():
            return Missing("evidence", name, "it is reached through a symbolic link")
    return Source("evidence", name, whole, piece.sha256, group)


def _as_recorded(source: Source) -> Source:
    """Return a file that is as the record knows it.

    Raises
    ------
    UsageError
        When it is not.
    """
    try:
        same = digest_plain(source.path.resolve()) == source.sha256
    except NotPlainError as error:
        raise UsageError(f"the {source.role} file can't be archived: {error}", source.name, CHANGED) from None
    if not same:
        raise UsageError(f"the {source.role} file changed since this audit", source.name, CHANGED)
    return Source(source.role, source.name, source.path.resolve(), source.sha256, source.group)


def _whatever(source: Source, include_data: frozenset[str]) -> Found:
    """Return a file of which the record holds no digest."""
    try:
        if digest_plain(source.path.resolve()) in include_data:
            return Missing(source.role, source.name, "it is a data file of the audit, and data are never archived")
    except NotPlainError as error:
        return Missing(source.role, source.name, str(error))
    return Source(source.role, source.name, source.path.resolve())


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, (list, tuple)) else []


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str) and value.strip() else None


__all__ = ["Found", "Missing", "Source", "find_config", "find_parts"]
