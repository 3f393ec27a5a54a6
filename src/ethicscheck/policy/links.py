"""What was measured for the metric-linked questions of a checklist: the measured answer that joins the given one."""

from __future__ import annotations

from typing import Literal

from ethicscheck.checklist.definition import Checklist, MetricLink
from ethicscheck.checklist.status import MeasuredAnswer
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.metrics.registry import find_measure
from ethicscheck.model.config import Config, RuleConfig
from ethicscheck.model.record import Finding

from .judging import judge
from .rules import EVERYWHERE, measures_of, spread_rule

# The worst over several features decides.
ORDER = ("fail", "not_evaluable", "inconclusive", "pass")
ANSWERS: dict[str, Literal["yes", "no", "unsure"]] = {
    "pass": "yes",
    "fail": "no",
    "inconclusive": "unsure",
    "not_evaluable": "unsure",
}


def measured_answers(checklist: Checklist, config: Config, measurement: Measurement) -> dict[str, MeasuredAnswer]:
    """Return the measured answer of each question that names a metric, by question id."""
    return {
        item.id: _measure(item.metric, config, measurement) for _, item in checklist.items() if item.metric is not None
    }


def _measure(link: MetricLink, config: Config, measurement: Measurement) -> MeasuredAnswer:
    features = list(config.data.sensitive)
    unknown = [name for name in link.across if name not in features and link.across != (EVERYWHERE,)]
    measure = measures_of(config).find(link.metric)
    if measure is None and not unknown and find_measure(link.metric) is not None:
        return _unmeasured(link, f"Not measured: {link.metric!r} is no measure of this audit’s task ({config.task}).")
    if measure is None or unknown:
        what = f"the data have no feature {unknown[0]!r}" if unknown else f"there is no metric {link.metric!r}"
        return _unmeasured(link, f"Not measured: {what}.")
    if measure.needs_label and config.data.label is None:
        return _unmeasured(
            link, f"Not measured: {measure.title.lower()} needs to know what happened, and the data don't say."
        )
    if not measurement.measures(measure):
        return _unmeasured(
            link, f"Not measured: the data hold nothing that {measure.title.lower()} could be made from."
        )
    rule = RuleConfig.model_validate(link.model_dump(by_alias=True, exclude_none=True))
    findings = judge(spread_rule(rule, "link", config, None, None), measurement)
    worst = min(findings, key=lambda finding: ORDER.index(finding.verdict))
    return _answer(link, worst, measurement)


def _answer(link: MetricLink, finding: Finding, measurement: Measurement) -> MeasuredAnswer:
    verdict = finding.verdict
    assert verdict != "waived", "links are judged before any waiver"
    rows = int(measurement.counts(finding.rule.across).rows.sum())
    return MeasuredAnswer(
        verdict=verdict,
        answer=ANSWERS[verdict],
        message=finding.message,
        metric=link.metric,
        features=finding.rule.across,
        compare=link.compare,
        value=finding.observed.value if finding.observed is not None else None,
        interval=finding.observed.interval if finding.observed is not None else None,
        rows=rows,
        max=link.max,
        min=link.min,
    )


def _unmeasured(link: MetricLink, message: str) -> MeasuredAnswer:
    across = () if link.across == (EVERYWHERE,) else link.across
    return MeasuredAnswer(
        "not_evaluable", "unsure", message, link.metric, across, link.compare, max=link.max, min=link.min
    )
