"""Adds the record of an audit to an archive, with all that belongs to it: one bag, one entry of the log."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ethicscheck.__about__ import __version__
from ethicscheck.errors import RecordError, UsageError
from ethicscheck.model.embedded import is_page
from ethicscheck.model.record import AuditRecord, read_record
from ethicscheck.policy.publishing import publishable

from .bags import PAYLOAD, BagWriter, check_bag, require_bagit
from .belonging import Found, Missing, Source, find_config, find_parts
from .canonical import canonical, sha256
from .collecting import RECORD, Collected, collect, draw_documents
from .disk import NotPlainError, digest_plain, open_plain, worded, write_file
from .ids import SHORT, make_id
from .layout import Layout
from .log import Signer
from .lookup import entries_of
from .plans import find_plan
from .writing import Waiting, Writer, opened_to_write

CHECK = "`ethicscheck archive verify` says what was changed"
NOTHING = Collected((), ())


@dataclass(frozen=True)
class Added:
    """What became of a record.

    Parameters
    ----------
    name : its id.
    again : whether it had been there before; nothing was written then.
    collected : what went into its bag.
    retain_until : the last day on which it must be kept; None: for good.
    notes : what the person should know.
    """

    name: str
    again: bool = False
    collected: Collected = NOTHING
    retain_until: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """What the person asks for beside the record.

    Parameters
    ----------
    config : the record's config, where it can't be found beside or above it.
    supersedes : the id of the audit that this one corrects.
    retain_until : the last day on which it must be kept; None: as the archive says.
    """

    config: Path | None = None
    supersedes: str | None = None
    retain_until: datetime.date | None = None


def add_record(
    layout: Layout, path: Path, wishes: Wishes, signer: Signer | None = None, waiting: Waiting | None = None
) -> Added:
    """Archive a record.

    Parameters
    ----------
    layout : the archive.
    path : the record's `audit.json`; what belongs to it is looked for from there.
    wishes : what else was asked for.
    signer : who signs.
    waiting : called when somebody else is writing, before waiting for them.

    Raises
    ------
    EthicscheckError
        When the record can't be read, something that belongs to it was changed since, or the archive can't be written.
    """
    require_bagit()
    content = _read(path)
    record = read_record(content, path.name)
    digest = sha256(content)
    earlier = _earlier(layout, record, digest)
    if earlier is not None:
        return _again(layout, earlier, wishes)
    beside = path.resolve().parent
    documents, undrawn = draw_documents(record, beside)
    config = find_config(record, beside, wishes.config)
    parts = _parts(record, config)
    with opened_to_write(layout, signer, waiting) as writer:
        earlier = _earlier(layout, record, digest)  # somebody else may have been adding the same one
        if earlier is not None:
            return _again(layout, earlier, wishes)
        name = _free_id(layout, record, digest)
        notes = _superseding(layout, record, wishes.supersedes)
        until = _retention(writer, record, wishes.retain_until)
        with worded(layout.root):
            bag = BagWriter(writer.staged.bag(name))
            collected = collect(bag, content, documents, parts)
            tag_manifest = bag.seal(_info(record, name))
            check_bag(bag.folder)
            attestation = _attest(writer, name, content, signer)
        moves = {bag.folder: layout.bag(name)}
        if attestation is not None:
            moves[writer.staged.attestation(name)] = layout.attestation(name)
        plan = find_plan(layout, record.provenance.config_sha256)
        fields = {
            "id": name,
            "bag": tag_manifest,
            "attestation": attestation,
            "record": digest,
            "subject": record.subject.name,
            "version": record.subject.version,
            "verdict": record.verdict,
            "created": record.provenance.created,
            "supersedes": wishes.supersedes,
            "retain_until": until,
            "trend": trend_of(record),
            "plan": plan.entry["seq"] if plan is not None else None,
        }
        writer.commit("add", fields, signer, moves)
    return Added(name, False, Collected(collected.files, (*undrawn, *collected.missing)), until, notes)


def trend_of(record: AuditRecord) -> list[dict[str, Any]]:
    """Return one row for each rule that measures something; only what may be published, since the log is."""
    rows = []
    for finding in publishable(record).findings:
        if finding.kind != "metric":
            continue
        seen = finding.observed
        interval = seen.interval if seen is not None else None
        rows.append(
            {
                "rule": finding.id,
                "verdict": finding.verdict,
                "value": seen.value if seen is not None else None,
                "low": interval.low if interval is not None else None,
                "high": interval.high if interval is not None else None,
            }
        )
    return rows


def _read(path: Path) -> bytes:
    """Return a record's bytes, which must be in the one form in which an audit writes them.

    Raises
    ------
    RecordError
        When there is no such file, or it was edited.
    """
    try:
        with open_plain(path.resolve()) as stream:
            content = stream.read()
    except NotPlainError as error:
        raise RecordError(f"the record can't be read: {error}", str(path), "give the audit.json of an audit") from None
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        if is_page(content):
            hint = "give the audit.json that lies beside it; the page is drawn from that"
            raise RecordError("this is a page, not a record", str(path), hint) from None
        return content  # `read_record` says what is wrong
    if isinstance(value, dict) and value.get("schema") == "ethicscheck/record/1" and not _is_canonical(value, content):
        what = "the record is not in the form in which an audit writes it: it was edited, or formatted by a tool"
        raise RecordError(what, str(path), "archive the file that the audit wrote")
    return content


def _is_canonical(value: dict[str, Any], content: bytes) -> bool:
    import rfc8785

    try:
        return canonical(value) + b"\n" == content
    except rfc8785.CanonicalizationError:
        return False


def _earlier(layout: Layout, record: AuditRecord, digest: str) -> Added | None:
    """Return the bag that holds this very record already, if there is one: a look at a path or two, however many bags."""
    for name in _ids(record, digest):
        held = layout.bag(name) / PAYLOAD / RECORD
        if not held.exists():
            return None
        with contextlib.suppress(NotPlainError):
            if digest_plain(held) == digest:
                return Added(name, again=True)
    return None


def _again(layout: Layout, earlier: Added, wishes: Wishes) -> Added:
    """Return the bag that is there already.

    Raises
    ------
    UsageError
        When it was to correct another audit, and its entry does not say so: entries are never changed.
    """
    wanted = wishes.supersedes
    if wanted is not None and next(iter(entries_of(layout.log, earlier.name)))["supersedes"] != wanted:
        what = f"this record is archived already, as {earlier.name}, and not as a correction of {wanted}"
        raise UsageError(what, str(layout.root), "entries are never changed: correct it by a newer audit, and add that")
    return earlier


def _free_id(layout: Layout, record: AuditRecord, digest: str) -> str:
    """Return an id that was never given.

    Raises
    ------
    UsageError
        When this very record was archived once, and removed since.
    """
    for name in _ids(record, digest):
        entries = list(entries_of(layout.log, name))
        if not entries and not layout.bag(name).exists():
            return name
        if entries and entries[0]["record"] == digest and entries[-1]["kind"] == "expire":
            what = (
                f"this record was archived as {name}, and removed on {entries[-1]['at'][:10]}: {entries[-1]['reason']}"
            )
            raise UsageError(what, str(layout.root), "what was removed stays removed")
    raise UsageError(
        "a bag of that record's name is there already, and is not as it was archived", str(layout.root), CHECK
    )


def _ids(record: AuditRecord, digest: str) -> Iterator[str]:
    """Yield the ids that a record may have: longer ones where another record's digest begins alike."""
    for length in range(SHORT, len(digest) + 1, SHORT):
        yield make_id(record.provenance.created, record.subject.name, digest, length)


def _parts(record: AuditRecord, config: Found) -> tuple[Found, ...]:
    data = frozenset(source.sha256 for source in record.provenance.sources if source.sha256 is not None)
    found = find_parts(record, config.path if isinstance(config, Source) else None, data)
    return (config, *found)


def _superseding(layout: Layout, record: AuditRecord, name: str | None) -> tuple[str, ...]:
    """Check that what a record corrects is there.

    Raises
    ------
    UsageError
        When it is not.
    """
    if name is None:
        return ()
    for entry in entries_of(layout.log, name):
        if entry.get("kind") == "add":
            if entry["subject"] != record.subject.name:
                return (f"note: {name} is an audit of another system, {entry['subject']!r}",)
            return ()
    raise UsageError(
        f"there is no audit {name!r} to supersede", str(layout.root), "`ethicscheck archive list` names them"
    )


def _retention(writer: Writer, record: AuditRecord, wish: datetime.date | None) -> str | None:
    return wish.isoformat() if wish is not None else writer.about.retained_until(record.provenance.created)


def _info(record: AuditRecord, name: str) -> dict[str, str]:
    subject = record.subject
    version = f", version {subject.version}" if subject.version is not None else ""
    return {
        "External-Identifier": name,
        "External-Description": f"Audit of {subject.name}{version}, made {record.provenance.created}",
        "Bagging-Date": record.provenance.created[:10],
        "Bag-Software-Agent": f"ethicscheck {__version__}",
    }


def _attest(writer: Writer, name: str, content: bytes, signer: Signer | None) -> str | None:
    if signer is None:
        return None
    from .attesting import attest

    return write_file(writer.staged.attestation(name), attest(content, signer)).sha256


__all__ = ["Added", "Missing", "Wishes", "add_record", "trend_of"]
