"""Findings as they are shown: the worst first, each with its rule in words, its charts and what its numbers rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.record import Finding
from ethicscheck.model.wording import features_label, limit, visible, whole

from .charts import DotPlot, dot_plot
from .checklists import WHY_CONTRADICTED, bearing_questions, checklist_heading, contradicted_question
from .index import RecordIndex, components, definition, is_share, metric_of, title
from .intervals import interval_words
from .plain import question
from .strata import strata_note
from .wording import VERDICT_MARKS, VERDICT_ORDER, VERDICT_WORDS, rows_word


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
    counted: str
    plots: tuple[DotPlot, ...]
    questions: tuple[tuple[str, str], ...] = ()
    strata: str = ""

    @property
    def questions_word(self) -> str:
        """What the questions are to the finding: a failed rule opens those that name its measure."""
        return "Questions this opens" if self.verdict == "fail" and self.asks else "Questions that bear on this"


def finding_views(index: RecordIndex) -> tuple[FindingView, ...]:
    """Return every finding, ranked by consequence."""
    return tuple(_finding(index, finding, place) for place, finding in enumerate(ranked(index.record.findings)))


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
        counted=_counted(index, finding),
        plots=tuple(plots),
        questions=bearing_questions(index, finding) if finding.verdict != "pass" else (),
        strata=strata_note(index, finding),
    )


def _counted(index: RecordIndex, finding: Finding) -> str:
    """Return what a finding's numbers rest on: the formula, the people counted, the method of the interval."""
    metric, rule = metric_of(finding), finding.rule
    known = definition(metric, index.record.plan.task)
    parts = [f"{title(metric)} = {known.formula}."] if known is not None else []
    groups = index.estimates.get((components(metric)[0], rule.across), [])
    if groups:
        fit = [row for row in groups if row.rows >= index.record.plan.min_group]
        total = whole(sum(row.rows for row in fit))
        parts.append(f"Compared: {len(fit)} of {len(groups)} groups, {total} {rows_word(index.record.plan)}.")
    gap = index.gaps.get((metric, rule.across, rule.compare or ""))
    row = gap if gap is not None else next((row for row in groups if row.interval is not None), None)
    if row is not None and row.interval is not None:
        parts.append(f"Interval: {interval_words(row.interval.method)}.")
    return " ".join(parts)


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
        counted="",
        plots=(),
        questions=((asked.anchor, asked.text),) if asked else (),
    )


def rule_text(finding: Finding) -> str:
    """Return a rule in words: "difference at most 10 points"."""
    rule = finding.rule
    bound = rule.max if rule.max is not None else rule.min
    assert bound is not None
    share = is_share(metric_of(finding)) and rule.compare != "ratio"
    shown = f"{bound * 100:.10g} {'points' if rule.compare == 'difference' else '%'}" if share else limit(bound)
    what = {"difference": "gap", "ratio": "ratio of lowest to highest", "each": "every group"}[rule.compare or "each"]
    return f"{what} {'at most' if rule.max is not None else 'at least'} {shown}"
