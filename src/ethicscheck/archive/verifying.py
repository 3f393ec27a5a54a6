"""Checks an archive: all that its own `verify.py` checks, and, when asked, that the archived pages follow from the records.

The checks themselves are in `standalone/verify.py`, so that whoever trusts nobody runs the very same ones. Here they get the
library's ed25519 where it is installed, a progress bar, and what needs ethicscheck itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ethicscheck.__about__ import __version__
from ethicscheck.errors import EthicscheckError, UsageError

from .canonical import sha256
from .collecting import CONTENTS, RECORD, REPORT
from .layout import Layout
from .standalone.verify import Check, Key, Problem, Result, UnreadableError, check_archive, given_digest, given_key

Step = Callable[[int, int], None]


@dataclass(frozen=True)
class Verification:
    """What was found.

    Parameters
    ----------
    problems : what is not as it was written; empty when everything is.
    notes : what could not be shown, and why.
    result : the checker's own result: entries, audits, files, bytes, who signed.
    key : the public key that was given.
    drawn : how many archived pages were drawn again and are the same.
    """

    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    result: Result
    key: Key | None
    drawn: int

    def to_json(self) -> dict[str, Any]:
        """Return it as `verify --json` prints it."""
        found = self.result
        return {
            "intact": not self.problems,
            "signed_by": found.signed_by,
            "key_given": None if self.key is None else self.key.keyid,
            "head": found.entries[-1]["seq"] if found.entries else None,
            "entries": len(found.entries),
            "audits": found.audits,
            "files": found.files,
            "bytes": found.size,
            "drawn_again": self.drawn,
            "problems": [problem._asdict() for problem in self.problems],
            "notes": list(self.notes),
        }


def verify_archive(
    root: Path,
    name: str | None = None,
    key: str | None = None,
    rerender: bool = False,
    step: Step | None = None,
    noted: str | None = None,
) -> Verification:
    """Check an archive, or its log and one audit in it.

    Parameters
    ----------
    root : the archive.
    name : the one audit to look at; None: all.
    key : the public key it must be signed with, as 64 hex digits or a file of them.
    rerender : whether to draw the archived pages again from their records and compare.
    step : hears how many bytes of how many were read.
    noted : the digest of the last entry that somebody noted earlier.

    Raises
    ------
    UsageError
        When there is no archive, no such audit, or the key can't be used.
    """
    try:
        given = None if key is None else given_key(key)
        result = check_archive(str(root), given, name, step, _library(), given_digest(noted))
    except UnreadableError as error:
        hint = "`ethicscheck archive list` names what there is" if name is not None else ""
        raise UsageError(str(error), str(root), hint) from None
    problems, notes, drawn = list(result.problems), [], 0
    if rerender:
        layout = Layout(root)
        for entry in _present(result, name):
            for found in _drawn_again(layout, entry):
                if isinstance(found, Problem):
                    problems.append(found)
                elif found:
                    notes.append(found)
                else:
                    drawn += 1
    return Verification(tuple(problems), tuple(notes), result, given, drawn)


def _library() -> Check | None:
    """Return the library's ed25519; None where the extra is not installed, and then the checker uses its own."""
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401
    except ImportError:
        return None
    from .signing import library_verifies

    return library_verifies


def _present(result: Result, name: str | None) -> Iterator[dict[str, Any]]:
    gone = {entry["id"] for entry in result.entries if entry["kind"] == "expire"}
    for entry in result.entries:
        if entry["kind"] == "add" and entry["id"] not in gone and name in (None, entry["id"]):
            yield entry


def _drawn_again(layout: Layout, entry: dict[str, Any]) -> Iterator[Problem | str]:
    """Yield, for each archived page of an audit, a problem, a note, or "" where it follows from the record."""
    from ethicscheck.exports import FORMATS, render_document
    from ethicscheck.model.record import read_record

    data = layout.bag(str(entry["id"])) / "data"
    where = f"bags/{entry['id']}/data"
    try:
        content = (data / RECORD).read_bytes()
        if sha256(content) != entry["record"]:
            return  # said already
        record = read_record(content, f"{where}/{RECORD}")
    except OSError:
        return  # said already
    except EthicscheckError as error:
        drawn_by = _drawn_by(data)
        what = f"{where}/{RECORD} can't be read by ethicscheck {__version__}: {error.problems[0].what}"
        if drawn_by == __version__:
            yield Problem("changed", f"{where}/{RECORD}", error.problems[0].what)
        else:
            yield f"{what}; it was archived by version {drawn_by or 'unknown'}, which can read it"
        return
    yield from _as_logged(record, entry)
    pages = {f"exports/{form.file_name}": name for name, form in FORMATS.items() if form.file_name.endswith(".html")}
    for path, name in {**pages, REPORT: "html"}.items():
        try:
            archived = (data / path).read_bytes()
        except OSError:
            continue
        try:
            same = render_document(record, name) == archived
        except EthicscheckError as error:
            yield f"{where}/{path} can't be drawn here: {error.problems[0].what}"
            continue
        yield "" if same else _differs(f"{where}/{path}", _drawn_by(data))


def _differs(page: str, drawn_by: str | None) -> Problem | str:
    if drawn_by == __version__:
        return Problem("changed", page, "it is not the page that this version draws from audit.json")
    return (
        f"{page} was drawn by ethicscheck {drawn_by or 'of an unknown version'} and this is {__version__}, which draws "
        "another page from the same record: that shows nothing. Install that version to compare"
    )


def _as_logged(record: Any, entry: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem where the log says other things of an audit than its record."""
    from .adding import trend_of

    said = {
        "subject": record.subject.name,
        "version": record.subject.version,
        "verdict": record.verdict,
        "created": record.provenance.created,
        "trend": trend_of(record),
    }
    other = [name for name, value in said.items() if entry[name] != value]
    if other:
        what = f"its {', '.join(other)} is not what audit.json of {entry['id']} says"
        yield Problem("changed", f"log.jsonl entry {entry['seq']}", what)


def _drawn_by(data: Path) -> str | None:
    """Return the version of ethicscheck that archived an audit, as the bag says."""
    import json

    try:
        version = json.loads((data / CONTENTS).read_bytes())["ethicscheck"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return version if isinstance(version, str) else None


__all__ = ["Problem", "Verification", "verify_archive"]
