"""The section on thresholds: every rate at every threshold, and what other thresholds would do. What-ifs, no advice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ethicscheck.model.thresholds_record import RuleAt, RuleSweep, ThresholdAxis, Thresholds, WhatIf
from ethicscheck.model.wording import decimal, features_label, limit, lower_first, percent, points, visible, whole

from .index import RecordIndex, is_share, title
from .sweep_chart import ACCURACY, SweepChart
from .threshold_charts import label_of, rule_words, short_threshold, sweep_charts

# So many rules and rates have a chart; the numbers of all stand in the tables.
MOST_CHARTS = 8


@dataclass(frozen=True)
class WayView:
    """One way of deciding as a row of the table."""

    name: str
    accuracy: str
    cells: tuple[tuple[str, str], ...]
    how: str


@dataclass(frozen=True)
class SweepTable:
    """The numbers behind a feature's charts: `topics` stand above so many columns each."""

    topics: tuple[tuple[str, int], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True)
class AxisView:
    """One feature: what to take away, the charts, the table of ways."""

    anchor: str
    title: str
    takeaway: tuple[str, ...]
    charts: tuple[SweepChart, ...]
    numbers: SweepTable | None
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
        names = ", ".join(label_of(axis, group) for group in axis.left_out)
        left_out = f"Left out, with fewer than {index.record.plan.min_group} people: {names}."
    exact = ""
    if axis.tolerance > 0:
        exact = f"Between two thresholds drawn, no group’s rate moves by more than {points(axis.tolerance)}."
    charts = tuple(sweep_charts(index, found, axis, place))[: max(room, 0)]
    return AxisView(
        anchor=f"thresholds-{place}",
        title=f"By {features_label(axis.features)}",
        takeaway=tuple(_takeaway(axis)),
        charts=charts,
        numbers=_numbers(charts) if charts else None,
        columns=_columns(axis),
        ways=tuple(_way(axis, way) for way in axis.what_ifs if _is_main(axis, way)),
        others=tuple(_way(axis, way) for way in axis.what_ifs if not _is_main(axis, way)),
        note=f"{left_out} {exact}".strip(),
    )


def _numbers(charts: Sequence[SweepChart]) -> SweepTable:
    """Return one table for all charts of a feature; accuracy, which several draw, stands in it once."""
    topics, head = [("", 1)], [charts[0].head[0]]
    columns = [[row[0] for row in charts[0].rows]]
    for chart in charts:
        wanted = [at for at, name in enumerate(chart.head) if at > 0 and not (name == ACCURACY and name in head)]
        topics.append((chart.topic, len(wanted)))
        head += [chart.head[at] for at in wanted]
        columns += [[row[at] for row in chart.rows] for at in wanted]
    return SweepTable(tuple(topics), tuple(head), tuple(zip(*columns, strict=True)), charts[0].rows_note)


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
        words = rule_words(rule)
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
    return short_threshold(way.threshold) if way.threshold is not None else "–"


def _named(way: WhatIf) -> str:
    return f"threshold {_threshold(way)}" if way.selects == "some" else _threshold(way)


def _columns(axis: ThresholdAxis) -> tuple[str, ...]:
    if axis.rules:
        return tuple(rule_words(rule) for rule in axis.rules)
    return tuple(f"gap in {lower_first(title(gap.metric))}" for gap in axis.what_ifs[0].gaps)


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
        return f"One threshold for “{rule_words(rule)}”: {_threshold(way)}"
    if way.kind == "per_group":
        wide = (way.tolerance or 0.0) * 100
        apart = f"{wide:.10g} {'point' if wide == 1 else 'points'}"
        only = "" if way.selects == "some" else f": {way.selects} is selected"
        return f"One for each group, {lower_first(title(way.aim or ''))} within {apart}{only}"
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
        name = label_of(axis, entry.group)
        top = "nobody" if entry.threshold is None else f"from {short_threshold(entry.threshold)}"
        if entry.chances is None:
            parts.append(f"{name}: {top}")
            continue
        below, between, above = entry.chances
        lower = None if entry.lower is None else short_threshold(entry.lower)
        steps = []
        if entry.threshold is not None:
            steps.append(f"{_chance(above)} {top}")
        if entry.lower != entry.threshold and lower is not None:
            until = f" to below {short_threshold(entry.threshold)}" if entry.threshold is not None else ""
            steps.append(f"{_chance(between)} from {lower}{until}")
        if below > 0:
            steps.append(f"{_chance(below)} below that")
        parts.append(f"{name}: {', '.join(steps) or 'nobody'}")
    if way.left_out:
        parts.append(
            f"nothing is said of {', '.join(label_of(axis, group) for group in way.left_out)} (one outcome only)"
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
