"""From a record to everything the templates print: order, wording and rounding. The templates only lay it out.

The terminal summary is made from the same view, so that page and terminal say the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.record import AuditRecord, Finding, Plan
from ethicscheck.model.wording import features_label, limit, percent, visible, whole
from ethicscheck.policy.publishing import publishable

from .charts import DotPlot, dot_plot
from .checklists import (
    WHY_CONTRADICTED,
    ChecklistView,
    bearing_questions,
    checklist_heading,
    checklist_views,
    contradicted_question,
)
from .headline import headline, tally, verdict_words
from .index import RecordIndex, components, definition, is_share, metric_findings, metric_of, title
from .plain import PlainLanguage, plain_language, question
from .registered import registered_words
from .sections import Section, contents, make_sections
from .shares import Shares, share_rows
from .strata import strata_note
from .tables import FeatureTables, feature_tables
from .warnings import WarningView, warning_views
from .wording import VERDICT_MARKS, VERDICT_ORDER, VERDICT_WORDS, excluded_text, rows_word, words_of


@dataclass(frozen=True)
class FindingView:
    """One finding as it is shown."""

    anchor: str
    id: str
    verdict: str
    word: str
    mark: str
    heading: str
    asks: str
    message: str
    remedy: str
    why: str
    rule: str
    source: str
    plots: tuple[DotPlot, ...]
    questions: tuple[tuple[str, str], ...] = ()
    strata: str = ""

    @property
    def questions_word(self) -> str:
        """What the questions are to the finding: a failed rule opens those that name its measure."""
        return "Questions this opens" if self.verdict == "fail" and self.asks else "Questions that bear on this"


@dataclass(frozen=True)
class TermView:
    """One measure explained."""

    anchor: str
    title: str
    name: str
    asks: str
    formula: str
    misleads: str


@dataclass(frozen=True)
class ReportView:
    """Everything a report prints."""

    title: str
    organisation: str
    subject: tuple[tuple[str, str], ...]
    created: str
    period: str
    verdict: str
    word: str
    mark: str
    headline: str
    tally: tuple[tuple[str, str, str], ...]
    plain: PlainLanguage
    accounting: tuple[tuple[str, str], ...]
    rows_total: str
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
    sections: tuple[Section, ...]
    contents: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    features: tuple[FeatureTables, ...]
    method: tuple[str, ...]
    plan: tuple[tuple[str, str], ...]
    provenance: tuple[tuple[str, str], ...]
    command: str
    terms: tuple[TermView, ...]

    @property
    def explained(self) -> dict[str, str]:
        """Where each measure is explained: anchors by name."""
        return {term.name: term.anchor for term in self.terms}


def make_view(record: AuditRecord) -> ReportView:
    """Return the view of a record."""
    record = publishable(record)
    index = RecordIndex(record)
    words = record.report
    findings = ranked(record.findings)
    sections = make_sections(index)
    waivers, checklists = _waivers(record), checklist_views(index)
    return ReportView(
        title=visible((words.title if words else None) or record.subject.name),
        organisation=visible((words.organisation if words else None) or ""),
        subject=_subject(record),
        created=record.provenance.created[:10],
        period=visible((record.plan.period or "").replace("/", " to ")),
        verdict=record.verdict,
        word=verdict_words(record),
        mark=VERDICT_MARKS[record.verdict],
        headline=headline(record),
        tally=tally(record),
        plain=plain_language(index),
        accounting=tuple(accounting(record)),
        rows_total=whole(record.data.rows),
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
        findings=tuple(_finding(index, finding, place) for place, finding in enumerate(findings)),
        warnings=warning_views(record, findings),
        waivers=waivers,
        checklists=checklists,
        sections=sections,
        contents=contents(sections, bool(checklists), bool(waivers)),
        features=feature_tables(index),
        method=_method(record),
        plan=_plan(record),
        provenance=_provenance(record),
        command=f"ethicscheck audit {record.provenance.config}"
        if record.provenance.config
        else "ethicscheck.audit(frame, …)",
        terms=_terms(index),
    )


def _read_word(record: AuditRecord) -> str:
    if record.plan.count:
        return "people counted"
    return "rows read" if record.plan.cluster else "rows read, one for each person"


def _stands_for(plan: Plan) -> str:
    if plan.count:
        return f"as many people as its column “{plan.count}” says"
    if plan.pair:
        return "one answer, of several in the same case"
    return "one of perhaps several of the same person" if plan.cluster else "one person"


def ranked(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings by consequence: verdict first, then how far the value lies beyond its limit."""

    def beyond(finding: Finding) -> float:
        if finding.observed is None or finding.kind == "checklist":
            return 0.0
        rule = finding.rule
        bound = rule.max if rule.max is not None else rule.min
        assert bound is not None
        excess = finding.observed.value - bound if rule.max is not None else bound - finding.observed.value
        return excess / max(abs(bound), 0.01)

    return sorted(findings, key=lambda finding: (VERDICT_ORDER.index(finding.verdict), -beyond(finding), finding.id))


def accounting(record: AuditRecord) -> list[tuple[str, str]]:
    """Return every row read, by what became of it; the parts add up to the rows read."""
    parts = [("used in every table", whole(record.data.audited))]
    parts += [(excluded_text(part.reason, record.plan.task), whole(part.rows)) for part in record.data.excluded]
    return parts


def _known(record: AuditRecord) -> str:
    """Return what is known of everyone that is measured: "decision and outcome are"."""
    what = {"score": "score", "multiclass": "predicted class", "regression": "prediction"}.get(
        record.plan.task, "decision"
    )
    if record.plan.label is None:
        return f"{what} is"
    truth = {"multiclass": "true class", "regression": "true value"}.get(record.plan.task, "outcome")
    return f"{what} and {truth} are"


def rule_text(finding: Finding) -> str:
    """Return a rule in words: "difference at most 10 points"."""
    rule = finding.rule
    bound = rule.max if rule.max is not None else rule.min
    assert bound is not None
    share = is_share(metric_of(finding)) and rule.compare != "ratio"
    shown = f"{bound * 100:.10g} {'points' if rule.compare == 'difference' else '%'}" if share else limit(bound)
    what = {"difference": "gap", "ratio": "ratio of lowest to highest", "each": "every group"}[rule.compare or "each"]
    return f"{what} {'at most' if rule.max is not None else 'at least'} {shown}"


def _finding(index: RecordIndex, finding: Finding, place: int) -> FindingView:
    if finding.kind == "checklist":
        return _checklist_finding(index, finding, place)
    rule, metric = finding.rule, metric_of(finding)
    plots = [
        plot
        for part, name in enumerate(components(metric))
        if (plot := dot_plot(index, name, rule.across, f"finding-{place}-{part}", finding)) is not None
    ]
    if rule.profile:
        source = f"profile {rule.profile}"
    else:
        line = f", line {rule.line}" if rule.line else ""
        source = f"{index.record.provenance.config or 'the audit call'}{line}"
    return FindingView(
        anchor=f"finding-{place}",
        id=visible(finding.id),
        verdict=finding.verdict,
        word=VERDICT_WORDS[finding.verdict],
        mark=VERDICT_MARKS[finding.verdict],
        heading=f"{title(metric)} by {features_label(rule.across)}",
        asks=question(index, metric),
        message=finding.message,
        remedy=finding.remedy,
        why=visible(rule.why) if rule.why else "No reason was given for this limit.",
        rule=rule_text(finding),
        source=visible(source),
        plots=tuple(plots),
        questions=bearing_questions(index, finding) if finding.verdict != "pass" else (),
        strata=strata_note(index, finding),
    )


def _checklist_finding(index: RecordIndex, finding: Finding, place: int) -> FindingView:
    asked = contradicted_question(index, finding)
    need = {"complete": "every question answered, nothing disputed, contradicted or out of date"}
    need["signed"] = f"{need['complete']}; and signed"
    line = f", line {finding.rule.line}" if finding.rule.line else ""
    source = f"{index.record.provenance.config or 'the audit call'}{line}"
    return FindingView(
        anchor=f"finding-{place}",
        id=visible(finding.id),
        verdict=finding.verdict,
        word=VERDICT_WORDS[finding.verdict],
        mark=VERDICT_MARKS[finding.verdict],
        heading=checklist_heading(finding, index),
        asks="",
        message=f"{asked.conflict} {asked.measured}" if asked else visible(finding.message),
        remedy=visible(finding.remedy),
        why=WHY_CONTRADICTED if asked else visible(finding.rule.why or "The audit’s settings require it."),
        rule="what people say and what was measured agree" if asked else need[finding.rule.require or "complete"],
        source=visible(f"profile {finding.rule.profile}" if finding.rule.profile else source),
        plots=(),
        questions=((asked.anchor, asked.text),) if asked else (),
    )


def _subject(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    subject = record.subject
    rows = (
        ("System", subject.name),
        ("Version", subject.version),
        ("Purpose", subject.purpose),
        ("Answers for it", subject.owner),
        ("Data from", (record.plan.period or "").replace("/", " to ") or None),
        ("Model file", subject.artifact and f"{subject.artifact} (SHA-256 {subject.artifact_sha256})"),
    )
    return tuple((name, visible(value)) for name, value in rows if value)


def _plan(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    plan = record.plan
    words = words_of(record)
    binary = plan.positive_label is not None
    rows = (
        (
            {"multiclass": "True class", "regression": "True value"}.get(plan.task, "Outcome"),
            f"{plan.label}{f', positive = {plan.positive_label}' if binary else ''}" if plan.label else "not known",
        ),
        *_decision(record),
        *(
            [("Decision that helps", str(words.selected if plan.favourable == "positive" else words.rejected))]
            if plan.task == "binary"
            else ()
        ),
        *([("Score", plan.score)] if plan.score else ()),
        *([("Compared with", f"the decision in “{plan.compare_with}”, on the same rows")] if plan.compare_with else ()),
        *(
            [("Rows of the same person", f"share a value of “{plan.cluster}”")]
            if plan.cluster and not plan.pair
            else ()
        ),
        *([("Matched pairs", f"share a value of “{plan.pair}”")] if plan.pair else ()),
        *([("Near enough", f"at most {limit(plan.tolerance)} off")] if plan.tolerance is not None else ()),
        ("Each row stands for", _stands_for(plan)),
        ("Weights", plan.weight or "none"),
        (
            "Values that mean “not known”",
            ", ".join(f"“{text}”" for text in plan.unknown) or "empty cells only",
        ),
        ("Confidence", percent(plan.confidence, 0)),
        ("Smallest group compared", f"{plan.min_group} {rows_word(plan)}"),
        *(
            (
                f"Profile {part.id} {part.version}",
                f"{part.title}. {part.citation} {part.status} (As of {part.dated}.)",
            )
            for part in plan.profiles
        ),
    )
    return tuple((name, visible(value)) for name, value in rows)


def _decision(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    plan = record.plan
    if plan.task in ("multiclass", "regression"):
        return (("Prediction", plan.prediction or ""),)
    if plan.positive_prediction is None:
        return ()
    decision = plan.prediction or f"{plan.score} ≥ {limit(plan.threshold or 0)}"
    return (("Decision", f"{decision}, positive = {plan.positive_prediction}"),)


def _waivers(record: AuditRecord) -> tuple[tuple[str, ...], ...]:
    rows = []
    for finding in record.findings:
        waiver = finding.waiver
        if waiver is not None:
            state = waiver.lapsed or waiver.note or "holds"
            tolerated = f", up to {limit(waiver.tolerate)}" if waiver.tolerate is not None else ""
            rows.append((finding.id, waiver.owner, waiver.reason, waiver.expires, f"{state}{tolerated}"))
    return tuple(tuple(map(visible, row)) for row in rows)


def _method(record: AuditRecord) -> tuple[str, ...]:
    level = percent(record.plan.confidence, 0)
    weighted = " on the effective number of rows" if record.plan.weight else ""
    return (
        f"Every interval has a nominal coverage of {level}. A group’s rate has a Wilson score interval{weighted}; other measures are built from such "
        "intervals or from the delta method."
        + (
            " The mean of a number has Student’s limits, corrected for skewness; where a few huge values decide, they are still too short."
            if record.plan.task == "regression"
            else ""
        ),
        "The gap over all groups is the largest value minus the smallest. Its upper end is the largest upper limit over all "
        "pairs of groups; its lower end is corrected for comparing all pairs at once, since the largest of many "
        "differences is large by chance alone.",
        "A rule passes only if the whole interval keeps the limit, and fails only if the whole interval lies beyond it and "
        "still does once all rules are counted (Holm). Anything else is undecided, with the number of people that would decide.",
        f"Groups with fewer than {record.plan.min_group} {rows_word(record.plan)} are shown and marked, but take no part in gaps. What can’t "
        "be computed is undefined, with its reason; it is never shown as 0 or 1.",
        "A gap is no proof of discrimination, and its absence no proof of fairness: labels may be biased, groups may be "
        "drawn too coarsely, and people may be missing from the data altogether.",
    )


def _provenance(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    made = record.provenance
    rows = [
        ("Made", f"{made.created.replace('T', ' ').removesuffix('Z')} UTC"),
        ("By", f"{made.tool} {made.version}"),
        ("Config", made.config or "arguments of the audit call"),
        ("Config’s SHA-256", made.config_sha256),
        *([("Waivers", f"{made.waivers} (SHA-256 {made.waivers_sha256})")] if made.waivers else ()),
        *[
            (f"Function {part.name}", part.function + (f" (SHA-256 of its file {part.sha256})" if part.sha256 else ""))
            for part in record.custom or ()
        ],
        ("Random seed", str(made.seed)),
        ("With", ", ".join(f"{name} {version}" for name, version in made.packages.items())),
    ]
    if made.git is not None:
        rows.append(("Commit", made.git.commit + (", changed since" if made.git.modified else "")))
    if (fixed := registered_words(record)) is not None:
        rows.append(("Registered", fixed))
    return tuple((name, visible(value)) for name, value in rows)


def _terms(index: RecordIndex) -> tuple[TermView, ...]:
    used = dict.fromkeys([*index.metrics(), *map(metric_of, metric_findings(index.record))])
    used |= dict.fromkeys(row.metric for row in index.record.disparities)
    found = [(name, definition(name, index.record.plan.task)) for name in used]
    return tuple(
        TermView(f"term-{place}", known.title, name, known.asks, known.formula, known.misleads)
        for place, (name, known) in enumerate(found)
        if known is not None
    )
