"""The section on thresholds: every rate at every threshold, and what other thresholds would do. What-ifs, no advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ethicscheck.metrics.binary import FALSE_POSITIVE_RATE, SELECTION_RATE, TRUE_POSITIVE_RATE
from ethicscheck.metrics.definition import Metric
from ethicscheck.model.thresholds_record import RuleAt, RuleSweep, ThresholdAxis, Thresholds, WhatIf
from ethicscheck.model.wording import decimal, features_label, group_label, limit, percent, points, visible, whole
from ethicscheck.studies.threshold_cells import values_of

from .index import RecordIndex, components, definition, is_share, title
from .sweep_chart import Floats, Line, SweepChart, chosen_lines, kinds, sweep_chart

# So many rules and rates have a chart; the numbers of all stand in the tables.
MOST_CHARTS = 8
STEPPED = 101


@dataclass(frozen=True)
class WayView:
    """One way of deciding as a row of the table."""

    name: str
    accuracy: str
    cells: tuple[tuple[str, str], ...]
    how: str


@dataclass(frozen=True)
class AxisView:
    """One feature: what to take away, the charts, the table of ways."""

    anchor: str
    title: str
    takeaway: tuple[str, ...]
    charts: tuple[SweepChart, ...]
    columns: tuple[str, ...]
    ways: tuple[WayView, ...]
    others: tuple[WayView, ...]
    note: str


@dataclass(frozen=True)
class ThresholdsSection:
    """The section."""

    caution: str
    about: str
    axes: tuple[AxisView, ...]


def thresholds_section(index: RecordIndex) -> ThresholdsSection | None:
    """Return the section; None where the record has no part on thresholds."""
    found = index.record.thresholds
    if found is None:
        return None
    room = MOST_CHARTS
    axes = []
    for place, axis in enumerate(found.axes):
        view = _axis(index, found, axis, place, room)
        room -= len(view.charts)
        axes.append(view)
    return ThresholdsSection(found.caution, _about(found), tuple(axes))


def _about(found: Thresholds) -> str:
    score = visible(found.score)
    read = f"{whole(found.scores)} different values"
    if found.half_width > 0:
        read += f", each off by at most {_power_of_two(found.half_width)}, since there were too many to keep apart"
    today = (
        f"Today’s threshold is {limit(found.operating)}."
        if found.operating is not None
        else "Today’s decisions are not made by one known threshold."
    )
    return f"From the histogram of {score} ({read}); a person is selected from the threshold on. {today}"


def _power_of_two(value: float) -> str:
    """Write a power of two: half a grid's step is one.

    >>> _power_of_two(2.0**-14), _power_of_two(4.0)
    ('1/16,384', '4')
    """
    return f"1/{whole(1 / value)}" if value < 1 else whole(value)


def _axis(index: RecordIndex, found: Thresholds, axis: ThresholdAxis, place: int, room: int) -> AxisView:
    left_out = ""
    if axis.left_out:
        names = ", ".join(_label(axis, group) for group in axis.left_out)
        left_out = f"Left out, with fewer than {index.record.plan.min_group} people: {names}."
    exact = ""
    if axis.tolerance > 0:
        exact = f"Between two thresholds drawn, no group’s rate moves by more than {points(axis.tolerance)}."
    return AxisView(
        anchor=f"thresholds-{place}",
        title=f"By {features_label(axis.features)}",
        takeaway=tuple(_takeaway(axis)),
        charts=tuple(_charts(index, found, axis, place))[: max(room, 0)],
        columns=_columns(axis),
        ways=tuple(_way(axis, way) for way in axis.what_ifs if _is_main(axis, way)),
        others=tuple(_way(axis, way) for way in axis.what_ifs if not _is_main(axis, way)),
        note=f"{left_out} {exact}".strip(),
    )


def _rule_words(rule: RuleSweep) -> str:
    """Return a rule in few words: "gap in false positive rate at most 10 points"."""
    name = title(rule.metric)
    bound = rule.max if rule.max is not None else rule.min
    assert bound is not None
    side = "at most" if rule.max is not None else "at least"
    share = is_share(rule.metric)
    if rule.compare == "difference":
        return f"gap in {_lower(name)} {side} {f'{bound * 100:.10g} points' if share else limit(bound)}"
    if rule.compare == "ratio":
        return f"ratio in {_lower(name)} {side} {limit(bound)}"
    return f"{_lower(name)} of every group {side} {f'{bound * 100:.10g} %' if share else limit(bound)}"


def _label(axis: ThresholdAxis, group: dict[str, str]) -> str:
    """Return a group's label in the order of its features; canonical JSON sorts them."""
    return group_label({name: group[name] for name in axis.features})


def _lower(name: str) -> str:
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _takeaway(axis: ThresholdAxis) -> Iterator[str]:
    """Yield what a reader should take away: one sentence on accuracy, one on each rule that is not kept today."""
    ways = {(way.kind, way.aim): way for way in axis.what_ifs}
    now, best = ways.get(("now", None)), ways[("most_accurate", None)]
    if now is not None:
        more = f"; no single threshold makes more than {percent(best.accuracy)} right ({_named(best)})"
        yield f"Today {percent(now.accuracy)} of the decisions about the groups compared are right{more}."
    else:
        yield f"The most accurate single threshold is {_threshold(best)}: {percent(best.accuracy)} of decisions are right."
    for rule in axis.rules:
        words = _rule_words(rule)
        today = next((entry for entry in (now.rules if now is not None else ()) if entry.rule == rule.rule), None)
        if today is not None and today.keeps:
            continue
        common = ways.get(("common", rule.rule))
        if rule.rule in axis.unmet or common is None:
            yield f"No single threshold keeps the rule “{words}”."
        elif common.selects != "some":
            yield f"The rule “{words}” is kept by one threshold only where {common.selects} is selected."
        else:
            entry = next(entry for entry in common.rules if entry.rule == rule.rule)
            sure = "" if entry.verdict == "pass" else "; but not surely, chance may have a part in it"
            yield (
                f"One threshold of {_threshold(common)} for all would keep the rule “{words}” (with accuracy "
                f"{percent(common.accuracy)}){sure}."
            )


def _threshold(way: WhatIf) -> str:
    if way.selects == "nobody":
        return "nobody selected"
    if way.selects == "everyone":
        return "everyone selected"
    return _short(way.threshold) if way.threshold is not None else "–"


def _named(way: WhatIf) -> str:
    return f"threshold {_threshold(way)}" if way.selects == "some" else _threshold(way)


def _short(threshold: float) -> str:
    """Write a threshold that was found, not chosen by people: four digits will do; audit.json has them all."""
    return limit(float(f"{threshold:.4g}"))


def _columns(axis: ThresholdAxis) -> tuple[str, ...]:
    if axis.rules:
        return tuple(_rule_words(rule) for rule in axis.rules)
    return tuple(f"gap in {_lower(title(gap.metric))}" for gap in axis.what_ifs[0].gaps)


def _way(axis: ThresholdAxis, way: WhatIf) -> WayView:
    if axis.rules:
        cells = tuple(_rule_cell(entry, rule) for entry, rule in zip(way.rules, axis.rules, strict=True))
    else:
        cells = tuple(("" if gap.value is None else points(gap.value), "") for gap in way.gaps)
    return WayView(_name(axis, way), percent(way.accuracy), cells, _how(axis, way))


def _rule_cell(entry: RuleAt, rule: RuleSweep) -> tuple[str, str]:
    """Return a rule's value and whether it is kept."""
    if entry.value is None:
        return "–", "can’t be judged"
    share = is_share(rule.metric) and rule.compare != "ratio"
    value = (
        decimal(entry.value)
        if not share
        else points(entry.value)
        if rule.compare == "difference"
        else percent(entry.value)
    )
    unsure = "" if entry.verdict != "inconclusive" else ", but not surely"
    return value, f"{'✓ kept' if entry.keeps else '✕ not kept'}{unsure}"


def _name(axis: ThresholdAxis, way: WhatIf) -> str:
    if way.kind == "now":
        return "Today" + (f" (from {limit(way.threshold)})" if way.threshold is not None else "")
    if way.kind == "most_accurate":
        return f"One threshold, the most accurate: {_threshold(way)}"
    if way.kind == "common":
        rule = next(rule for rule in axis.rules if rule.rule == way.aim)
        return f"One threshold for “{_rule_words(rule)}”: {_threshold(way)}"
    if way.kind == "per_group":
        wide = (way.tolerance or 0.0) * 100
        apart = f"{wide:.10g} {'point' if wide == 1 else 'points'}"
        only = "" if way.selects == "some" else f": {way.selects} is selected"
        return f"One for each group, {_lower(title(way.aim or ''))} within {apart}{only}"
    constraint = {
        "demographic_parity": "equal selection rates",
        "true_positive_rate_parity": "equal true positive rates",
        "false_positive_rate_parity": "equal false positive rates",
        "equalized_odds": "equal true and false positive rates",
    }[way.aim or ""]
    return f"By group and by lot (Fairlearn), {constraint}"


def _how(axis: ThresholdAxis, way: WhatIf) -> str:
    """Return the thresholds by group in words."""
    parts = []
    for entry in way.thresholds:
        name = _label(axis, entry.group)
        top = "nobody" if entry.threshold is None else f"from {_short(entry.threshold)}"
        if entry.chances is None:
            parts.append(f"{name}: {top}")
            continue
        below, between, above = entry.chances
        lower = None if entry.lower is None else _short(entry.lower)
        steps = []
        if entry.threshold is not None:
            steps.append(f"{_chance(above)} {top}")
        if entry.lower != entry.threshold and lower is not None:
            until = f" to below {_short(entry.threshold)}" if entry.threshold is not None else ""
            steps.append(f"{_chance(between)} from {lower}{until}")
        if below > 0:
            steps.append(f"{_chance(below)} below that")
        parts.append(f"{name}: {', '.join(steps) or 'nobody'}")
    if way.left_out:
        parts.append(
            f"nothing is said of {', '.join(_label(axis, group) for group in way.left_out)} (one outcome only)"
        )
    if way.sample is not None:
        parts.append(f"chosen on {whole(way.sample)} rows that stand for all")
    return "; ".join(parts)


def _chance(share: float) -> str:
    """Write how many of the people there are selected by lot.

    >>> _chance(1.0), _chance(0.125).replace("\\u00a0", " "), _chance(0.9999).replace("\\u00a0", " ")
    ('all', '12.5 %', 'over 99.9 %')
    """
    if share >= 1:
        return "all"
    return f"over {percent(0.999)}" if share > 0.9995 else percent(share)


def _is_main(axis: ThresholdAxis, way: WhatIf) -> bool:
    """Return whether a way stands in the short table: of those by group, the one with the widest tolerance asked."""
    if way.kind != "per_group":
        return True
    same = [other.tolerance or 0.0 for other in axis.what_ifs if other.kind == "per_group" and other.aim == way.aim]
    return way.tolerance == max(same)


def _charts(index: RecordIndex, found: Thresholds, axis: ThresholdAxis, place: int) -> Iterator[SweepChart]:
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
    labels = [_label(axis, group.group) for group in axis.groups]
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
        when = "today" if found.operating is not None else f"at {_short(marked)}, the most accurate threshold"
        takeaway = (
            f"{title(metric.name)} {when}: {percent(float(values[top, at]))} for {labels[top]}, "
            f"{percent(float(values[bottom, at]))} for {labels[bottom]}."
        )
    note = f"Drawn are {len(drawn)} of {len(labels)} groups." if len(drawn) < len(labels) else ""
    return sweep_chart(
        chart_id,
        f"{title(metric.name)} by {features_label(axis.features)} at every threshold, per cent",
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
        other = (best.threshold, f"keeps the rule: {_short(best.threshold)}")
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
    words = _rule_words(rule)
    takeaway = f"Rule: {words}. " + (
        "No threshold shown keeps it."
        if share == 0
        else "Every threshold shown keeps it."
        if share == 1
        else "Shaded: what it allows."
    )
    return sweep_chart(
        chart_id,
        f"{what} in {_lower(title(rule.metric))} by {features_label(axis.features)}, and accuracy, at every threshold, per cent",
        takeaway,
        visible(found.score),
        axis.thresholds,
        [
            Line(
                f"{what.lower()} in {_lower(title(rule.metric))}" if rule.compare != "each" else "worst group",
                values,
                "gap",
            ),
            Line("accuracy", accuracy, "accuracy"),
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
