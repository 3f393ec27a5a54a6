"""What the pages about audits show: an audit in a line, on its page, and beside another one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ethicscheck.errors import EthicscheckError, RecordError, UsageError
from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible, whole
from ethicscheck.policy.publishing import publishable
from ethicscheck.report.headline import headline, tally, verdict_words
from ethicscheck.report.wording import VERDICT_MARKS, rows_word

from .project import FoundFile
from .records import ReadRecord

if TYPE_CHECKING:
    from ethicscheck.model.checklist_record import ChecklistEntry
    from ethicscheck.report.checklists import ChecklistView
    from ethicscheck.report.view import ReportView

    from .runs.facts import Run
    from .site import Site

LARGEST = 128 << 20
MOST_FINDINGS = 12
TITLES = {
    "html": "Report, a page that stands alone",
    "summary": "Summary for the people affected",
    "pdf": "Report for printing",
    "markdown": "Report as text",
    "in-toto": "Attestation, for pipelines",
    "ll144": "Notice of New York City’s Local Law 144",
}
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".pdf": "application/pdf",
}


@dataclass(frozen=True)
class AuditLine:
    """An audit in a few lines; one that can't be read says why."""

    key: str
    name: str
    title: str
    problem: str = ""
    system: str = ""
    verdict: str = ""
    mark: str = ""
    word: str = ""
    created: str = ""
    about: str = ""
    sentence: str = ""
    tally: tuple[tuple[str, str, str], ...] = ()
    worst: str = ""
    archived: bool = False

    @property
    def made(self) -> str:
        """When it was made, for people."""
        return f"{self.created[:10]} {self.created[11:16]} UTC"


@dataclass(frozen=True)
class Download:
    """A document of an audit: where it is to be had, or why it is not."""

    title: str
    file: str
    address: str
    problem: str = ""


@dataclass(frozen=True)
class AuditPage:
    """An audit on its page."""

    line: AuditLine
    view: ReportView
    digest: str
    canonical: str
    downloads: tuple[Download, ...]
    hides: str
    own_templates: bool
    checklists: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]


def read_bounded(site: Site, file: FoundFile) -> ReadRecord:
    """Return a record, or why it can't be read; one of enormous size is left to the command line."""
    if file.stamp[1] > LARGEST:
        said = f"the record is larger than {LARGEST >> 20} MB (audit.json) — draw it with `ethicscheck report`"
        return ReadRecord(file, None, (said,))
    try:
        return site.records.read(file)
    except OSError as error:
        return ReadRecord(file, None, (f"it can't be read: {error.strerror} ({file.name})",))


def record_of(site: Site, file: FoundFile) -> AuditRecord:
    """Return a record.

    Raises
    ------
    RecordError
        When it can't be read.
    """
    read = read_bounded(site, file)
    if read.record is None:
        raise RecordError(" ".join(read.problems))
    return read.record


def content_of(file: FoundFile) -> bytes:
    """Return a file's bytes; never what a link leads to.

    Raises
    ------
    RecordError
        When it is gone, or no plain file.
    """
    from ethicscheck.archive.disk import NotPlainError, open_plain

    try:
        with open_plain(file.path) as stream:
            content = stream.read(LARGEST + 1)
    except (NotPlainError, OSError) as error:
        raise RecordError(str(error), file.name, "load the list of audits again") from None
    if len(content) > LARGEST:
        raise RecordError(f"it is larger than {LARGEST >> 20} MB", file.name, "copy it by other means")
    return content


def audit_line(read: ReadRecord) -> AuditLine:
    """Return an audit in a few lines."""
    parts = PurePosixPath(read.file.name).parts
    archived = len(parts) > 3 and parts[-4] == "bags" and parts[-2] == "data"
    name = visible(read.file.name)
    if read.record is None:
        return AuditLine(read.file.key, name, name, problem=visible(" ".join(read.problems)), archived=archived)
    record = publishable(read.record)
    words, system = record.report, visible(record.subject.name)
    about = [f"version {visible(record.subject.version)}"] if record.subject.version else []
    about += [f"data from {visible(record.plan.period.replace('/', ' to '))}"] if record.plan.period else []
    return AuditLine(
        key=read.file.key,
        name=name,
        title=visible((words.title if words else None) or record.subject.name),
        system=system,
        verdict=record.verdict,
        mark=VERDICT_MARKS[record.verdict],
        word=verdict_words(record),
        created=record.provenance.created,
        about=", ".join([*about, f"{whole(record.data.rows)} {rows_word(record.plan)}"]),
        sentence=headline(record),
        tally=tally(record),
        worst=_worst(record),
        archived=archived,
    )


def _worst(record: AuditRecord) -> str:
    """Return the worst finding in a line."""
    from ethicscheck.report.findings import finding_views
    from ethicscheck.report.glance import glance
    from ethicscheck.report.index import RecordIndex

    first = glance(record, finding_views(RecordIndex(record)), ())[0]
    return f"{first.label}: {first.text}" if first.anchor.startswith("finding-") else ""


def audit_page(site: Site, file: FoundFile) -> AuditPage:
    """Return an audit for its page.

    Raises
    ------
    RecordError
        When it can't be read.
    """
    from ethicscheck.report.view import make_view

    read = read_bounded(site, file)
    record = record_of(site, file)
    content, view = content_of(file), make_view(record)
    canonical = hashlib.sha256(record.to_json()).hexdigest()
    digest = hashlib.sha256(content).hexdigest()
    hidden = record.suppression
    return AuditPage(
        line=audit_line(read),
        view=view,
        digest=digest,
        canonical="" if canonical == digest else canonical,
        downloads=downloads(record, file.key),
        hides=f"It also holds what every other document hides: groups of fewer than {hidden.below}."
        if hidden is not None and not hidden.published
        else "",
        own_templates=record.report is not None and record.report.template_sha256 is not None,
        checklists=tuple((part.title, _address(site, record, entry.id)) for part, entry in _paired(view, record)),
        facts=_facts(view, file),
    )


def _paired(view: ReportView, record: AuditRecord) -> list[tuple[ChecklistView, ChecklistEntry]]:
    return list(zip(view.checklists, record.checklists, strict=True))


def _address(site: Site, record: AuditRecord, checklist: str) -> str:
    """Return where a checklist of an audit is filled in; "" where no journal of it lies in the folder."""
    for kept in site.shelf.checklists():
        try:
            found = site.shelf.loaded(kept).checklist.id
        except EthicscheckError:
            continue
        if found == checklist and kept.system in ("", record.subject.name):
            return f"/checklists/{kept.key}"
    return ""


def _facts(view: ReportView, file: FoundFile) -> tuple[tuple[str, str], ...]:
    sources = ", ".join(f"{name} ({rows} rows)" for name, rows, _ in view.sources)
    return (("Data", sources), ("File", visible(file.name)))


def downloads(record: AuditRecord, key: str) -> tuple[Download, ...]:
    """Return every document that can be drawn from a record, and in words why another can't."""
    from ethicscheck.exports import FORMATS, SEALED, check_formats

    found = []
    profiles = [part.id for part in record.plan.profiles]
    for name, form in FORMATS.items():
        if name == SEALED:
            continue
        try:
            check_formats((name,), profiles)
            problem = ""
        except UsageError as error:
            problem = visible(str(error))
        found.append(Download(TITLES.get(name, name), form.file_name, f"/audits/{key}/download/{name}", problem))
    return tuple(found)


def file_name(title: str, created: str, file: str) -> str:
    """Return a name under which a document is saved: plain letters, whatever the system is called.

    >>> file_name("Über/Tool 4", "2026-11-23T10:00:00Z", "report.html")
    'ber-tool-4_2026-11-23_report.html'
    """
    words = re.sub(r"[^a-z0-9]+", "-", title.lower())[:40].strip("-") or "audit"
    return f"{words}_{created[:10]}_{file}"


def media_type(file: str) -> str:
    """Return the media type of a document by its file name."""
    return MEDIA_TYPES.get(PurePosixPath(file).suffix, "application/octet-stream")


def started_by(runs: Sequence[Run], file: FoundFile) -> str:
    """Return who started an audit in the app, "" where nobody did."""
    folder = PurePosixPath(file.name).parent.as_posix()
    return next((visible(run.by) for run in runs if run.state == "done" and run.folder == folder), "")


__all__ = [
    "AuditLine",
    "AuditPage",
    "Download",
    "audit_line",
    "audit_page",
    "content_of",
    "file_name",
    "media_type",
    "read_bounded",
    "record_of",
    "started_by",
]
