"""What stands in a journal: answers and events, one JSON object a line. Reading and writing one line; no files.

An entry without `kind` is an answer. A kind that is not known comes from a newer version: it is kept, and reported.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import Any, TypeAlias

from .json_line import read_object
from .pieces import Evidence, piece_content, read_pieces, text_in


@dataclass(frozen=True)
class Start:
    """The first line: whose answers these are. `path` is there for a checklist that did not come with ethicscheck."""

    at: str
    checklist: str
    version: str
    sha256: str
    path: str | None = None
    seq: int = 0


@dataclass(frozen=True)
class Migration:
    """From here on the journal answers another version of its checklist; everything before it stays as it is.

    `path` is there for a checklist that did not come with ethicscheck, `by` and `role` where somebody said who did it.
    """

    at: str
    checklist: str
    version: str
    sha256: str
    path: str | None = None
    by: str | None = None
    role: str | None = None
    seq: int = 0


@dataclass(frozen=True)
class Answer:
    """What one person answered: a value, or why the question does not apply.

    `imported` says who took it over from a form and when, and the form's digest; empty for one given directly.
    """

    at: str
    by: str
    role: str
    item: str
    value: Any = None
    na_reason: str | None = None
    comment: str | None = None
    evidence: tuple[Evidence, ...] = ()
    checklist_sha256: str = ""
    item_sha256: str = ""
    seq: int = 0
    imported: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Withdrawal:
    """One person takes their answer back; it stays in the file."""

    at: str
    by: str
    role: str
    item: str
    reason: str | None = None
    seq: int = 0


@dataclass(frozen=True)
class Resolution:
    """A dispute settled, with a reason: as `value`, or with `na_reason` as not applicable.

    `over` are the marks of the answers it was made over (`signing.mark_of`); empty where they were not noted.
    """

    at: str
    by: str
    role: str
    item: str
    value: Any
    reason: str
    checklist_sha256: str = ""
    item_sha256: str = ""
    seq: int = 0
    imported: Mapping[str, str] = field(default_factory=dict)
    na_reason: str | None = None
    over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comment:
    """A remark on a question, or a reply to the comment with the number `reply_to`; it answers nothing and changes no state."""

    at: str
    by: str
    role: str
    item: str
    text: str
    reply_to: int | None = None
    seq: int = 0


@dataclass(frozen=True)
class Signing:
    """A signature: the digest of what was signed, and of its parts, so that it can be said which of them changed."""

    at: str
    by: str
    role: str
    sha256: str
    parts: Mapping[str, str] = field(default_factory=dict)
    seq: int = 0


@dataclass(frozen=True)
class ChangeRequest:
    """Somebody who may sign asks for changes instead; `sha256` and `parts` are those of what they looked at."""

    at: str
    by: str
    role: str
    reason: str
    sha256: str
    parts: Mapping[str, str] = field(default_factory=dict)
    seq: int = 0


@dataclass(frozen=True)
class SignatureWithdrawal:
    """Somebody takes back what they said on signing in a role: a signature, or changes they asked for. It stays in the file."""

    at: str
    by: str
    role: str
    reason: str | None = None
    seq: int = 0


@dataclass(frozen=True)
class Unknown:
    """An event of a kind that this version does not know."""

    at: str
    kind: str
    content: Mapping[str, Any]
    seq: int = 0


Entry: TypeAlias = (
    Start
    | Migration
    | Answer
    | Withdrawal
    | Resolution
    | Comment
    | Signing
    | ChangeRequest
    | SignatureWithdrawal
    | Unknown
)

LAST_SEQ = 2**53

_KINDS = {
    "start": Start,
    "migrate": Migration,
    "withdraw": Withdrawal,
    "resolve": Resolution,
    "comment": Comment,
    "sign": Signing,
    "changes_requested": ChangeRequest,
    "withdraw_signature": SignatureWithdrawal,
}
_WORDS = {kind: word for word, kind in _KINDS.items()}
# Per type: what must be there, and what may be, as text.
_REQUIRED: Mapping[type, tuple[str, ...]] = {
    Start: ("checklist", "version", "sha256"),
    Migration: ("checklist", "version", "sha256"),
    Answer: ("by", "role", "item"),
    Withdrawal: ("by", "role", "item"),
    Resolution: ("by", "role", "item", "reason"),
    Comment: ("by", "role", "item", "text"),
    Signing: ("by", "role", "sha256"),
    ChangeRequest: ("by", "role", "reason", "sha256"),
    SignatureWithdrawal: ("by", "role"),
}
_OPTIONAL: Mapping[type, tuple[str, ...]] = {
    Start: ("path",),
    Migration: ("path", "by", "role"),
    Answer: ("na_reason", "comment", "checklist_sha256", "item_sha256"),
    Withdrawal: ("reason",),
    Resolution: ("na_reason", "checklist_sha256", "item_sha256"),
    Comment: (),
    Signing: (),
    ChangeRequest: (),
    SignatureWithdrawal: ("reason",),
}
# Every field in its order, with what it is where the line does not say; nobody changes an entry, so one {} is shared.
_DEFAULTS: Mapping[type, Mapping[str, Any]] = {
    made: {
        part.name: MappingProxyType({}) if part.default_factory is not MISSING else part.default
        for part in fields(made)
    }
    for made in _REQUIRED
}


def read_line(line: bytes) -> Entry:
    """Read one line of a journal.

    Raises
    ------
    ValueError
        When it is no entry, in words.
    """
    return _read(read_object(line))


def _read(content: dict[str, Any]) -> Entry:
    if (plain := _plain_answer(content)) is not None:
        return plain
    get = content.get
    seq, kind = _number(get("seq"), "seq"), get("kind")
    at = _time(content.get("at"))
    if kind is not None and not isinstance(kind, str):
        raise ValueError("`kind` is no text")
    if kind is not None and kind not in _KINDS:
        return Unknown(at, kind, content, seq)
    made: Any = Answer if kind is None else _KINDS[kind]
    parts: dict[str, str] = {}
    for name in _REQUIRED[made]:  # text_in again only where it has something to refuse: there may be many lines
        found = get(name)
        parts[name] = found if type(found) is str and found.strip() else text_in(content, name)
    for name in _OPTIONAL[made]:
        if (found := get(name)) is not None:
            parts[name] = found if type(found) is str and found.strip() else text_in(content, name)
    more: dict[str, Any] = {}
    if made is Answer:
        if (content.get("value") is None) == (content.get("na_reason") is None):
            raise ValueError("an answer has either `value` or `na_reason`")
        if (evidence := get("evidence")) is not None:
            more["evidence"] = read_pieces(evidence)
    if made is Resolution and content.get("value") is None and content.get("na_reason") is None:
        raise ValueError("`value` is missing")
    if made is Resolution and content.get("value") is not None and content.get("na_reason") is not None:
        raise ValueError("a dispute is settled as either `value` or `na_reason`")
    if made in (Answer, Resolution):
        more["value"] = frozen(get("value"))
        if imported := get("imported"):
            more["imported"] = _texts(imported)
    if made is Comment and (number := get("reply_to")) is not None:
        more["reply_to"] = _number(number, "reply_to")
    if made is Resolution and isinstance(marks := content.get("over"), list):
        more["over"] = tuple(map(str, marks))
    if made in (Signing, ChangeRequest):
        more["parts"] = _texts(content.get("parts"))
    entry: Entry = object.__new__(made)
    # What the dataclass's own __init__ does, in one step instead of one for each field: there may be many lines.
    vars(entry).update(_DEFAULTS[made], at=at, seq=seq, **parts, **more)
    return entry


_NEEDED = frozenset({"seq", "at", "by", "role", "item", "value"})
_KNOWN = _NEEDED | {"comment", "checklist_sha256", "item_sha256"}


def _plain_answer(content: dict[str, Any]) -> Answer | None:
    """Return an answer that is nothing but texts and a value; None for all else. Most lines are such, and there may be many."""
    if not _NEEDED <= content.keys() <= _KNOWN:
        return None
    texts = dict(content)
    seq, value = texts.pop("seq"), texts.pop("value")
    sound = set(map(type, texts.values())) == {str} and all(map(str.strip, texts.values()))
    if not sound or value is None or type(seq) is not int or not 0 < seq < LAST_SEQ:
        return None
    _time(texts["at"])
    answer = object.__new__(Answer)
    vars(answer).update(_DEFAULTS[Answer])
    vars(answer).update(texts, seq=seq, value=value if type(value) is not list else frozen(value))
    return answer


def _number(found: Any, name: str) -> int:
    if type(found) is not int or not 0 < found < LAST_SEQ:
        raise ValueError(f"`{name}` is no positive whole number")
    return found


def _time(at: Any) -> str:
    try:
        known = 1900 <= datetime.datetime.fromisoformat(at).year < 9000
    except (TypeError, ValueError):
        known = False
    if not known:
        raise ValueError("`at` is no time such as 2026-03-01T12:00:00Z")
    return str(at)


def _texts(found: Any) -> dict[str, str]:
    return {str(key): str(part) for key, part in found.items()} if isinstance(found, dict) else {}


def frozen(value: Any) -> Any:
    """Return a JSON value with tuples for lists.

    >>> frozen([1, ["a"]])
    (1, ('a',))
    """
    return tuple(frozen(part) for part in value) if isinstance(value, list) else value


def write_line(entry: Entry) -> bytes:
    """Return an entry as one line, its newline included."""
    return json.dumps(content_of(entry), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def content_of(entry: Entry) -> dict[str, Any]:
    """Return an entry as the JSON object that stands in the journal; what is not there is left out, never null."""
    if isinstance(entry, Unknown):
        return {**entry.content, "seq": entry.seq}
    content: dict[str, Any] = {"seq": entry.seq, "at": entry.at}
    if not isinstance(entry, Answer):
        content["kind"] = _WORDS[type(entry)]
    for name, part in vars(entry).items():
        if part is None or name in content:
            continue
        if name == "evidence":
            content[name] = [piece_content(piece) for piece in part]
        elif part or name == "value":
            content[name] = part
    return content


__all__ = [
    "Answer",
    "ChangeRequest",
    "Comment",
    "Entry",
    "Evidence",
    "Migration",
    "Resolution",
    "SignatureWithdrawal",
    "Signing",
    "Start",
    "Unknown",
    "Withdrawal",
    "content_of",
    "frozen",
    "read_line",
    "write_line",
]
