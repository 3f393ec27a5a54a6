"""From a record to everything the templates print: order, wording and rounding. The templates only lay it out.

The terminal summary is made from the same view, so that page and terminal say the same words.
"""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import limit, percent, visible, whole
from ethicscheck.policy.publishing import publishable

from .about import TermView, method_sentences, plan_rows, provenance_rows, subject_rows, term_views
from .checklists import ChecklistView, checklist_views
from .closing import SignOff, record_digest, sign_off
from .findings import FindingView, finding_views, ranked
from .glance import GlanceLine, glance
from .headline import headline, tally, verdict_words
from .index import RecordIndex
from .plain import PlainLanguage, plain_language
from .sections import Section, contents, make_sections
from .shares import Shares, share_rows
from .tables import FeatureTables, feature_tables
from .warnings import WarningView, warning_views
from .wording import VERDICT_MARKS, excluded_text, rows_word

# With more findings than this, those that pass are folded.
MOST_OPEN = 8
# The checklist that has a part of its own, before the waivers.
CONSEQUENCES = "unintended-consequences"


@dataclass(frozen=True)
class ReportView:
    """Everything a report prints."""

    title: str
    organisation: str
    logo: str
    colours: tuple[str, str] | None
    subject: tuple[tuple[str, str], ...]
    created: str
    period: str
    verdict: str
    word: str
    mark: str
    headline: str
    tally: tuple[tuple[str, str, str], ...]
    glance: tuple[GlanceLine, ...]
    plain: PlainLanguage
    accounting: tuple[tuple[str, str], ...]
    rows_total: str
    kept: str
    read_word: str
    rows_word: str
    judged: str
    known: str
    unknown_strata: tuple[str, ...]
    sources: tuple[tuple[str, str, str], ...]
    shares: tuple[Shares, ...]
    findings: tuple[FindingView, ...]
    warnings: tuple[WarningView, ...]
    waivers: tuple[tuple[str, ...], ...]
    checklists: tuple[ChecklistView, ...]
    consequences: tuple[ChecklistView, ...]
    sign_off: tuple[SignOff, ...]
    sections: tuple[Section, ...]
    contents: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    features: tuple[FeatureTables, ...]
    method: tuple[str, ...]
    plan: tuple[tuple[str, str], ...]
    provenance: tuple[tuple[str, str], ...]
    command: str
    record_sha256: str
    hides: bool
    terms: tuple[TermView, ...]

    @property
    def signed(self) -> str:
        """How many checklists are signed, in a sentence."""
        holds = sum(any(not sign.lapsed for sign in part.signatures) for part in self.sign_off)
        return (
            f"{holds} of {len(self.sign_off)} {'checklist is' if len(self.sign_off) == 1 else 'checklists are'} signed."
        )

    @property
    def folds(self) -> bool:
        """Whether findings that pass are folded, so that those that don't are seen."""
        return len(self.findings) > MOST_OPEN

    @property
    def waived(self) -> str:
        """How many findings a waiver lets stand, in a sentence; an expired one lets nothing stand."""
        holds = sum(row[4].startswith("holds") for row in self.waivers)
        more = len(self.waivers) - holds
        rest = f"; {more} more {'is' if more == 1 else 'are'} written down: see the state of each" if more else ""
        return f"{holds} of {len(self.findings)} findings {'stands' if holds == 1 else 'stand'} by a waiver{rest}."

    @property
    def questions(self) -> tuple[ChecklistView, ...]:
        """The checklists that stand together: all but the one on consequences."""
        return tuple(entry for entry in self.checklists if entry not in self.consequences)

    @property
    def explained(self) -> dict[str, str]:
        """Where each measure is explained: anchors by name."""
        return {term.name: term.anchor for term in self.terms}


def make_view(record: AuditRecord) -> ReportView:
    """Return the view of a record."""
    record = publishable(record)
    index = RecordIndex(record)
    words = record.report
    findings = finding_views(index)
    sections = make_sections(index)
    checklists = checklist_views(index)
    return ReportView(
        title=visible((words.title if words else None) or record.subject.name),
        organisation=visible((words.organisation if words else None) or ""),
        logo=f"data:{words.logo.media_type};base64,{words.logo.data}" if words and words.logo else "",
        colours=(words.colours.accent, words.colours.accent_dark) if words and words.colours else None,
        subject=subject_rows(record),
        created=record.provenance.created[:10],
        period=visible((record.plan.period or "").replace("/", " to ")),
        verdict=record.verdict,
        word=verdict_words(record),
        mark=VERDICT_MARKS[record.verdict],
        headline=headline(record),
        tally=tally(record),
        glance=glance(record, findings, checklists),
        plain=plain_language(index),
        accounting=tuple(accounting(record)),
        rows_total=whole(record.data.rows),
        kept=_kept(record),
        read_word=_read_word(record),
        rows_word=rows_word(record.plan),
        judged=whole(record.data.judged),
        known=_known(record),
        unknown_strata=tuple(
            f"{visible(part.name)} unknown for {whole(part.unknown)} rows: left out of the tables within {visible(part.name)} only."
            for part in record.data.strata
            if part.unknown
        ),
        sources=tuple(
            (visible(entry.name), whole(entry.rows), entry.sha256 or "in memory, no digest")
            for entry in record.provenance.sources
        ),
        shares=share_rows(index),
        findings=findings,
        warnings=warning_views(record, ranked(record.findings)),
        waivers=_waivers(record),
        checklists=checklists,
        consequences=tuple(
            shown for shown, entry in zip(checklists, record.checklists, strict=True) if entry.id == CONSEQUENCES
        ),
        sign_off=sign_off(record, checklists),
        sections=sections,
        contents=contents(sections),
        features=feature_tables(index),
        method=method_sentences(record),
        plan=plan_rows(record),
        provenance=provenance_rows(record),
        command=f"ethicscheck audit {record.provenance.config}"
        if record.provenance.config
        else "ethicscheck.audit(frame, …)",
        record_sha256=record_digest(record),
        hides=record.suppression is not None,
        terms=term_views(index),
    )


def _read_word(record: AuditRecord) -> str:
    if record.plan.count:
        return "people counted"
    return "rows read" if record.plan.cluster else "rows read, one for each person"


def accounting(record: AuditRecord) -> list[tuple[str, str]]:
    """Return every row read, by what became of it; the parts add up to the rows read."""
    parts = [("used in every table", whole(record.data.audited))]
    parts += [(excluded_text(part.reason, record.plan.task), whole(part.rows)) for part in record.data.excluded]
    return parts


def _kept(record: AuditRecord) -> str:
    rows, used = record.data.rows, record.data.audited
    if used == rows:
        return f"All {whole(rows)} stand in every table." if rows else "There is nobody in the data."
    return f"{whole(used)} of {whole(rows)} ({percent(used / rows)}) stand in every table; the others lack something."


def _known(record: AuditRecord) -> str:
    """Return what is known of everyone that is measured: "decision and outcome are"."""
    what = {"score": "score", "multiclass": "predicted class", "regression": "prediction"}.get(
        record.plan.task, "decision"
    )
    if record.plan.label is None:
        return f"{what} is"
    truth = {"multiclass": "true class", "regression": "true value"}.get(record.plan.task, "outcome")
    return f"{what} and {truth} are"


def _waivers(record: AuditRecord) -> tuple[tuple[str, ...], ...]:
    rows = []
    for finding in record.findings:
        waiver = finding.waiver
        if waiver is not None:
            state = waiver.lapsed or waiver.note or "holds"
            tolerated = f", up to {limit(waiver.tolerate)}" if waiver.tolerate is not None else ""
            rows.append((finding.id, waiver.owner, waiver.reason, waiver.expires, f"{state}{tolerated}"))
    return tuple(tuple(map(visible, row)) for row in rows)
