"""The charts of the section on thresholds, and the few words they share with it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ethicscheck.metrics.binary import FALSE_POSITIVE_RATE, SELECTION_RATE, TRUE_POSITIVE_RATE
from ethicscheck.metrics.definition import Metric
from ethicscheck.model.thresholds_record import RuleSweep, ThresholdAxis, Thresholds
from ethicscheck.model.wording import decimal, features_label, group_label, limit, lower_first, percent, points, visible
from ethicscheck.studies.threshold_cells import values_of

from .index import RecordIndex, components, definition, is_share, title
from .sweep_chart import ACCURACY, Floats, Line, SweepChart, chosen_lines, kinds, sweep_chart

# Up to so many thresholds the curves are drawn as steps.
STEPPED = 101


def rule_words(rule: RuleSweep) -> str:
    """Return a rule in few words: "gap in false positive rate at most 10 points"."""
    name = title(rule.metric)
    bound = rule.max if rule.max is not None else rule.min
    assert bound is not None
    side = "at most" if rule.max is not None else "at least"
    share = is_share(rule.metric)
    if rule.compare == "difference":
        return f"gap in {lower_first(name)} {side} {f'{bound * 100:.10g} points' if share else limit(bound)}"
    if rule.compare == "ratio":
        return f"ratio in {lower_first(name)} {side} {limit(bound)}"
    return f"{lower_first(name)} of every group {side} {f'{bound * 100:.10g} %' if share else limit(bound)}"


def label_of(axis: ThresholdAxis, group: dict[str, str]) -> str:
    """Return a group's label in the order of its features; canonical JSON sorts them."""
    return group_label({name: group[name] for name in axis.features})


def short_threshold(threshold: float) -> str:
    """Write a threshold that was found, not chosen by people: four digits will do; audit.json has them all."""
    return limit(float(f"{threshold:.4g}"))


def sweep_charts(index: RecordIndex, found: Thresholds, axis: ThresholdAxis, place: int) -> Iterator[SweepChart]:
    drawn: dict[str, None] = {}
    for number, rule in enumerate(axis.rules):
        for name in components(rule.metric):
            if name not in drawn:
                drawn[name] = None
                yield from _rate_charts(index, found, axis, name, place)
        if is_share(rule.metric) or rule.compare == "ratio":
            yield _rule_chart(found, axis, rule, f"sweep-{place}-rule-{number}")
    if not axis.rules:
        for metric in (SELECTION_RATE, TRUE_POSITIVE_RATE, FALSE_POSITIVE_RATE):
            yield from _rate_charts(index, found, axis, metric.name, place)


def _rate_charts(
    index: RecordIndex, found: Thresholds, axis: ThresholdAxis, name: str, place: int
) -> Iterator[SweepChart]:
    metric = definition(name)
    if isinstance(metric, Metric) and metric.share:
        yield _rate_chart(index, found, axis, metric, f"sweep-{place}-{name}")


def _rates(index: RecordIndex, axis: ThresholdAxis, metric: Metric) -> Floats:
    groups = axis.groups
    return values_of(
        metric,
        np.array([group.negatives for group in groups], dtype=float),
        np.array([group.positives for group in groups], dtype=float),
        np.array([group.false_positives for group in groups], dtype=float),
        np.array([group.true_positives for group in groups], dtype=float),
        1 if index.record.plan.favourable == "positive" else 0,
    )


def _at(axis: ThresholdAxis, threshold: float) -> int:
    return int(np.searchsorted([value for value in axis.thresholds if value is not None], threshold, side="left"))


def _rate_chart(
    index: RecordIndex, found: Thresholds, axis: ThresholdAxis, metric: Metric, chart_id: str
) -> SweepChart:
    values = _rates(index, axis, metric)
    labels = [label_of(axis, group.group) for group in axis.groups]
    best = next(way for way in axis.what_ifs if way.kind == "most_accurate")
    marked = found.operating if found.operating is not None else best.threshold
    at = _at(axis, marked) if marked is not None else 0
    drawn = chosen_lines(labels, values, [group.rows for group in axis.groups], at)
    styles = kinds([group.rows for group in axis.groups], drawn)
    texts = ["–" if np.isnan(values[group, at]) else percent(float(values[group, at])) for group in drawn]
    known = [group for group in drawn if not np.isnan(values[group, at])]
    takeaway = title(metric.name)
    if known and marked is not None and len(known) > 1:
        top, bottom = known[0], known[-1]
        when = "today" if found.operating is not None else f"at {short_threshold(marked)}, the most accurate threshold"
        takeaway = (
            f"{title(metric.name)} {when}: {percent(float(values[top, at]))} for {labels[top]}, "
            f"{percent(float(values[bottom, at]))} for {labels[bottom]}."
        )
    note = f"Drawn are {len(drawn)} of {len(labels)} groups." if len(drawn) < len(labels) else ""
    return sweep_chart(
        chart_id,
        f"{title(metric.name)} by {features_label(axis.features)} at every threshold, per cent",
        title(metric.name),
        takeaway,
        visible(found.score),
        axis.thresholds,
        [Line(labels[group], values[group], styles[group]) for group in drawn],
        len(axis.thresholds) <= STEPPED and axis.tolerance == 0,
        found.operating,
        tuple(texts if marked is not None else [""] * len(drawn)),
        percent,
        note=note,
    )


def _rule_chart(found: Thresholds, axis: ThresholdAxis, rule: RuleSweep, chart_id: str) -> SweepChart:
    values = np.array([np.nan if value is None else value for value in rule.values])
    accuracy = np.array(axis.accuracy)
    best = next((way for way in axis.what_ifs if way.kind == "common" and way.aim == rule.rule), None)
    other = None
    if best is not None and best.selects == "some" and best.threshold is not None and best.threshold != found.operating:
        other = (best.threshold, f"keeps the rule: {short_threshold(best.threshold)}")
    what = {"difference": "Gap", "ratio": "Ratio of lowest to highest", "each": "Worst group"}[rule.compare]
    texts = ["", ""]
    if found.operating is not None:
        at = _at(axis, found.operating)
        texts = [_rule_value(rule, values[at]), percent(float(accuracy[at]))]
    kept = values[~np.isnan(values)]
    share = (
        float(np.mean(kept <= (rule.max or 0)) if rule.max is not None else np.mean(kept >= (rule.min or 0)))
        if len(kept)
        else 0.0
    )
    words = rule_words(rule)
    takeaway = f"Rule: {words}. " + (
        "No threshold shown keeps it."
        if share == 0
        else "Every threshold shown keeps it."
        if share == 1
        else "Shaded: what it allows."
    )
    return sweep_chart(
        chart_id,
        f"{what} in {lower_first(title(rule.metric))} by {features_label(axis.features)}, and accuracy, at every threshold, per cent",
        "",
        takeaway,
        visible(found.score),
        axis.thresholds,
        [
            Line(
                f"{what.lower()} in {lower_first(title(rule.metric))}" if rule.compare != "each" else "worst group",
                values,
                "gap",
            ),
            Line(ACCURACY, accuracy, "accuracy"),
        ],
        len(axis.thresholds) <= STEPPED and axis.tolerance == 0,
        found.operating,
        tuple(texts),
        lambda value: _rule_value(rule, value),
        other,
        (0.0, rule.max) if rule.max is not None else (rule.min or 0.0, 1.0),
    )


def _rule_value(rule: RuleSweep, value: float) -> str:
    if np.isnan(value):
        return "–"
    if rule.compare == "ratio":
        return decimal(float(value))
    return points(float(value)) if rule.compare == "difference" else percent(float(value))
