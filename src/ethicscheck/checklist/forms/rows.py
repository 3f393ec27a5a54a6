"""What a form holds: one row an answer, and blank rows to fill in. Journal ⇄ rows ⇄ cells of text; no file format here.

A row that came out of a journal carries a digest of all it says. Read back unchanged it is that answer, by that person,
on that day; changed in whatever way, it is a new answer of whoever brings it in.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from ethicscheck.checklist.definition import Checklist
from ethicscheck.checklist.entries import Answer, Entry, Evidence, Resolution, Withdrawal, frozen
from ethicscheck.checklist.rules import canonical

SCHEMA: Final = "ethicscheck/answers/1"


@dataclass(frozen=True)
class Row:
    """One answer, or a question to answer.

    Parameters
    ----------
    answer : what was answered: a value of the journal, or what a person wrote into the form; None or "" for nothing.
    settled : the reason with which a dispute was settled; "" for an answer.
    question_sha256 : the question as the form shows it.
    answered_sha256, checklist_sha256 : question and checklist as they were when it was answered.
    digest : of all that the row says, "" for one that never stood in a journal.
    line : where it stands in the file.
    """

    item: str
    answer: Any = None
    na_reason: str = ""
    comment: str = ""
    evidence: tuple[Evidence, ...] = ()
    by: str = ""
    role: str = ""
    at: str = ""
    settled: str = ""
    question_sha256: str = ""
    answered_sha256: str = ""
    checklist_sha256: str = ""
    digest: str = ""
    line: int = 0

    @property
    def blank(self) -> bool:
        """Whether nobody has filled it in."""
        written = (self.na_reason, self.comment, self.evidence, self.settled, self.digest)
        return self.answer in (None, "", (), []) and not any(written)

    def sealed(self) -> Row:
        """Return it with its digest."""
        return replace(self, digest=self.own_digest())

    def own_digest(self) -> str:
        """Return the digest of what it says now."""
        said = {name: part for name, part in vars(self).items() if name not in _NOT_SAID}
        said["evidence"] = [_sealed_piece(piece) for piece in self.evidence]
        return hashlib.sha256(canonical(said).encode("utf-8", "surrogatepass")).hexdigest()

    def entry(self) -> Answer | Resolution:
        """Return what it says as an entry of a journal."""
        if self.settled:
            return Resolution(
                self.at,
                self.by,
                self.role,
                self.item,
                self.answer,
                self.settled,
                self.checklist_sha256,
                self.answered_sha256,
                na_reason=self.na_reason or None,
            )
        return Answer(
            self.at,
            self.by,
            self.role,
            self.item,
            self.answer,
            self.na_reason or None,
            self.comment or None,
            self.evidence,
            self.checklist_sha256,
            self.answered_sha256,
        )


def _sealed_piece(piece: Evidence) -> dict[str, Any]:
    """Return what a row's digest says of a piece; forms from before sizes were kept have none, and keep their digest."""
    return {name: part for name, part in asdict(piece).items() if name != "size" or part is not None}


_NOT_SAID = frozenset({"digest", "line", "question_sha256"})
COLUMNS: Final = tuple(part.name for part in fields(Row) if part.name != "line")
TEXTS: Final = tuple(name for name in COLUMNS if name not in ("answer", "evidence"))


@dataclass(frozen=True)
class Form:
    """The answers to one version of a checklist; `language` is that of the words around them, and no part of what it says."""

    checklist: str
    version: str
    sha256: str
    rows: tuple[Row, ...]
    language: str = ""


def make_form(checklist: Checklist, sha256: str, entries: Iterable[Entry]) -> Form:
    """Return the form of a journal: every answer that counts and every decision, and a blank row where there is none.

    Questions stand in the order of the checklist, those it no longer asks at the end, answers in the order they were given.
    """
    found: dict[str, dict[str, Answer | Resolution]] = {}
    for entry in entries:
        if not isinstance(entry, (Answer, Withdrawal, Resolution)):
            continue
        given = found.setdefault(checklist.current_id(entry.item), {})
        key = "settled" if isinstance(entry, Resolution) else f"by {entry.by}"
        given.pop(key, None)
        if not isinstance(entry, Withdrawal):
            given[key] = entry
    rows: list[Row] = []
    for _, item in checklist.items():
        shown = checklist.item_sha256(item)
        given = found.pop(item.id, {})
        rows += [_row(entry, shown) for entry in given.values()] or [Row(item.id, question_sha256=shown)]
    rows += [_row(entry, "") for given in found.values() for entry in given.values()]
    return Form(checklist.id, checklist.version, sha256, tuple(rows))


def _row(entry: Answer | Resolution, shown: str) -> Row:
    more: dict[str, Any] = {}
    if isinstance(entry, Resolution):
        more = {"settled": entry.reason, "na_reason": entry.na_reason or ""}
    if isinstance(entry, Answer):
        more = {
            "na_reason": entry.na_reason or "",
            "comment": entry.comment or "",
            "evidence": entry.evidence,
        }
    return Row(
        entry.item,
        entry.value,
        by=entry.by,
        role=entry.role,
        at=entry.at,
        question_sha256=shown,
        answered_sha256=entry.item_sha256,
        checklist_sha256=entry.checklist_sha256,
        **more,
    ).sealed()


def restored(row: Row) -> Row | None:
    """Return a row as it stood in the journal it came from; None where it is new, or was changed since.

    A cell may be read in more than one way (`5` as text or number, 3.4.2026 as a day of April or of March, line ends as
    another system has them): the digest says which was meant.
    """
    if not row.digest:
        return None
    for one in (row, _with_plain_ends(row)) if isinstance(row.answer, str) else (row,):
        readings = _readings(one.answer) if isinstance(one.answer, str) else iter([one.answer])
        for answer in readings:
            candidate = replace(one, answer=answer)
            if candidate.own_digest() == row.digest:
                return candidate
    return None


def _with_plain_ends(row: Row) -> Row:
    """Return a row whose texts end their lines as the journal does, whatever a spreadsheet or version control made of them."""
    texts = {name: getattr(row, name) for name in (*TEXTS, "answer")}
    return replace(row, **{name: text.replace("\r\n", "\n") for name, text in texts.items() if "\r\n" in text})


def _readings(cell: str) -> Iterator[Any]:
    yield cell
    if not cell:
        yield None
        return
    with contextlib.suppress(ValueError, RecursionError):
        yield frozen(json.loads(cell))
    yield tuple(part.strip() for part in cell.split(","))
    # What a spreadsheet makes of numbers and days when it saves them in the manner of its country.
    if re.fullmatch(r"-?[0-9]*,[0-9]+", cell):
        yield float(cell.replace(",", "."))
    if found := re.fullmatch(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})", cell):
        first, second, year = (int(part) for part in found.groups())
        yield f"{year:04d}-{second:02d}-{first:02d}"
        yield f"{year:04d}-{first:02d}-{second:02d}"


def write_answer(answer: Any) -> str:
    """Return an answer as a cell of text.

    >>> write_answer(("one", "two")), write_answer(5), write_answer("since May")
    ('one, two', '5', 'since May')
    """
    if answer is None or isinstance(answer, str):
        return answer or ""
    if isinstance(answer, tuple) and all(isinstance(part, str) for part in answer):
        joined = ", ".join(answer)
        if answer and tuple(part.strip() for part in joined.split(",")) == answer:
            return joined
    return json.dumps(answer, ensure_ascii=False)


def write_evidence(pieces: tuple[Evidence, ...]) -> str:
    """Return evidence as a cell of text: one piece a line, ` | ` between its parts; JSON where that would not do."""
    if not pieces:
        return ""
    lines = "\n".join(
        " | ".join([piece.name, *(f"{key}:{value}" for key in _PARTS if (value := getattr(piece, key)) is not None)])
        for piece in pieces
    )
    try:
        faithful = read_evidence(lines) == pieces
    except ValueError:
        faithful = False
    return lines if faithful else json.dumps([piece_json(piece) for piece in pieces], ensure_ascii=False)


_PARTS = ("sha256", "size", "dated", "expires")
LONGEST_SIZE = 15  # digits, which is less than the journal would take
_ADDRESSES = ("http:", "https:", "javascript:", "data:", "mailto:")


def read_evidence(given: Any) -> tuple[Evidence, ...]:
    """Read evidence from a cell, or from a list of texts and of mappings.

    Raises
    ------
    ValueError
        When it is none, in words.
    """
    if given is None or given == "":
        return ()
    if isinstance(given, str):
        if given.startswith("["):
            try:
                return read_evidence(json.loads(given))
            except (json.JSONDecodeError, RecursionError):
                pass
        return tuple(_read_line(line) for line in given.splitlines() if line.strip())
    if not isinstance(given, list):
        raise ValueError("evidence is a list of paths and addresses")
    return tuple(_read_piece(part) for part in given)


def _read_line(line: str) -> Evidence:
    name, *parts = line.split(" | ")
    more: dict[str, str] = {}
    for part in parts:
        key, colon, value = part.strip().partition(":")
        if key not in _PARTS or not colon or not value or key in more:
            known = ", ".join(f"{key}:…" for key in _PARTS)
            raise ValueError(f"after the path or address of evidence stand {known}, with ` | ` between them")
        more[key] = value.strip()
    name = name.strip()
    address = "://" in name or name.lower().startswith(_ADDRESSES)
    return _piece({"url" if address else "path": name, **more})


def _read_piece(given: Any) -> Evidence:
    if isinstance(given, str):
        return _read_line(given)
    names = ("path", "url", *_PARTS)
    if (
        not isinstance(given, Mapping)
        or not all(key in names and _is_part(key, part) for key, part in given.items())
        or ("path" in given) == ("url" in given)
    ):
        raise ValueError(f"a piece of evidence has a path or a url, and may have {', '.join(_PARTS)}")
    return _piece({str(key): str(part) for key, part in given.items()})


def _is_part(key: str, part: Any) -> bool:
    return (isinstance(part, str) and part != "") or (key == "size" and type(part) is int)


def _piece(parts: Mapping[str, str]) -> Evidence:
    texts: dict[str, Any] = {key: part for key, part in parts.items() if key != "size"}
    if (size := parts.get("size")) is None:
        return Evidence(**texts)
    if not (size.isascii() and size.isdigit() and len(size) <= LONGEST_SIZE):
        raise ValueError(f"the size of a piece of evidence is a number of bytes, not {size!r}")
    return Evidence(**texts, size=int(size))


def piece_json(piece: Evidence) -> dict[str, str]:
    """Return a piece of evidence as forms have it: all of it is text, as it would be in a cell."""
    return {name: str(part) for name, part in vars(piece).items() if part is not None}


__all__ = [
    "COLUMNS",
    "SCHEMA",
    "TEXTS",
    "Form",
    "Row",
    "make_form",
    "piece_json",
    "read_evidence",
    "restored",
    "write_answer",
    "write_evidence",
]
