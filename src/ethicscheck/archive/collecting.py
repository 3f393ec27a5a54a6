"""Puts into a bag what belongs to a record: documents drawn from it anew, and copies of the files it was made from.

`contents.json` in the bag says what each file is, how it was called, and what is not there and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ethicscheck.__about__ import __version__
from ethicscheck.errors import UsageError
from ethicscheck.exports import FORMATS, SEALED, render_document
from ethicscheck.model.record import AuditRecord

from .bags import BagWriter, safe_name
from .belonging import CHANGED, Found, Missing, Source
from .canonical import canonical, sha256
from .disk import NotPlainError, open_plain

RECORD = "audit.json"
REPORT = "report.html"
CONTENTS = "contents.json"
CONTENTS_SCHEMA = "ethicscheck/archive-contents/1"
_FOLDERS = {"waivers": "config", "population": "config", "function": "config", "checklist": "checklists"}


@dataclass(frozen=True)
class Filed:
    """A file in a bag: where it is, what it is for, and how it was called before."""

    path: str
    role: str
    name: str | None = None


@dataclass(frozen=True)
class Collected:
    """What went into a bag, and what did not."""

    files: tuple[Filed, ...]
    missing: tuple[Missing, ...]


def draw_documents(record: AuditRecord, beside: Path) -> tuple[Mapping[str, bytes], tuple[Missing, ...]]:
    """Draw the report, and every other document that lies beside the record, from the record itself.

    Returns
    -------
    documents : content by path in the bag.
    missing : documents that lie there and can't be drawn here.
    """
    documents = {REPORT: render_document(record, "html")}
    missing = []
    for name, form in FORMATS.items():
        if name in ("html", SEALED) or not form.file_name or not (beside / form.file_name).is_file():
            continue
        try:
            documents[f"exports/{form.file_name}"] = render_document(record, name)
        except UsageError as error:
            missing.append(Missing("export", form.file_name, f"it can't be drawn here: {error.problems[0]}"))
    return documents, tuple(missing)


def collect(
    bag: BagWriter, content: bytes, documents: Mapping[str, bytes], parts: Iterator[Found] | tuple[Found, ...]
) -> Collected:
    """Fill a bag.

    Parameters
    ----------
    bag : an empty one.
    content : the record's bytes.
    documents : what was drawn from it, by path in the bag.
    parts : the files it was made from.

    Raises
    ------
    UsageError
        When a file changed while it was copied.
    """
    files = [Filed(RECORD, "record")]
    bag.add_bytes(RECORD, content)
    for path, document in documents.items():
        bag.add_bytes(path, document)
        files.append(Filed(path, "report" if path == REPORT else "export"))
    missing: list[Missing] = []
    taken: dict[tuple[str, str], str] = {}
    for part in parts:
        filed = part if isinstance(part, Missing) else _file(part, bag, taken)
        if isinstance(filed, Missing):
            missing.append(filed)
        elif filed not in files:
            files.append(filed)
    listed = Collected(tuple(files), tuple(missing))
    bag.add_bytes(CONTENTS, contents_of(listed, bag))
    return listed


def contents_of(collected: Collected, bag: BagWriter) -> bytes:
    """Return the bag's list of contents."""
    files = [
        {"path": part.path, "role": part.role, "name": part.name, "sha256": bag.written[part.path].sha256}
        for part in collected.files
    ]
    missing = [{"role": part.role, "name": part.name, "why": part.why} for part in collected.missing]
    whole = {"schema": CONTENTS_SCHEMA, "ethicscheck": __version__, "files": files, "missing": missing}
    return canonical(whole) + b"\n"


def _file(source: Source, bag: BagWriter, taken: dict[tuple[str, str], str]) -> Filed | Missing:
    """Copy a file into the bag; one of the same name and content stands there once."""
    if source.role == "answers":
        return _file_journal(source, bag)
    folder = _FOLDERS.get(source.role, source.role)
    if source.role == "evidence":
        folder = f"evidence/{(source.sha256 or '')[:12]}"
    elif source.group:
        folder = f"{folder}/{safe_name(source.group)}"
    path = _free(folder, safe_name(source.name), bag, source.role == "evidence")
    if path in bag.written:
        return Filed(path, source.role, source.name)
    try:
        # A config or checklist may be kept behind a link; evidence behind one could lead anywhere.
        written = bag.add_copy(path, source.path if source.role == "evidence" else source.path.resolve())
    except NotPlainError as error:
        return Missing(source.role, source.name, str(error))
    if source.sha256 is not None and written.sha256 != source.sha256:
        bag.drop(path)
        if source.role != "evidence":
            raise UsageError(f"the {source.role} file changed while it was copied", source.name, CHANGED)
        return Missing(source.role, source.name, "it changed since the answer named it: its SHA-256 is another")
    earlier = taken.setdefault((folder, written.sha256), path)
    if earlier != path:
        bag.drop(path)
    return Filed(earlier, source.role, source.name)


def _file_journal(source: Source, bag: BagWriter) -> Filed:
    """Copy the whole lines of a journal: somebody may be adding one."""
    try:
        with open_plain(source.path.resolve()) as stream:
            content = stream.read()
    except NotPlainError as error:
        raise UsageError(f"the answers can't be archived: {error}", source.name, CHANGED) from None
    whole = content[: content.rfind(b"\n") + 1]
    if sha256(whole) != source.sha256:
        raise UsageError("the answers changed since this audit", source.name, CHANGED)
    path = _free(f"answers/{safe_name(source.group)}", safe_name(source.name), bag, False)
    bag.add_bytes(path, whole)
    return Filed(path, source.role, source.name)


def _free(folder: str, name: str, bag: BagWriter, same_content: bool) -> str:
    """Return a path that no other file has, on systems that take capitals for small letters too."""
    known = {path.casefold(): path for path in bag.written}
    path, number = f"{folder}/{name}", 2
    if same_content:
        return known.get(path.casefold(), path)
    while path.casefold() in known:
        path, number = f"{folder}/{number}/{name}", number + 1
    return path


__all__ = ["CONTENTS", "RECORD", "REPORT", "Collected", "Filed", "collect", "draw_documents"]
