"""The section on scores: small charts of what happened at each score by group, and the numbers behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ethicscheck.model.calibration_record import AxisScores, Calibration, CurveBin, GroupScores
from ethicscheck.model.wording import decimal, features_label, group_label, percent, quantity, visible, whole

from .calibration_chart import CalibrationChart, calibration_chart
from .index import RecordIndex, title
from .wording import rows_word, words_of

MOST_CHARTS = 12
MOST_IN_A_SENTENCE = 4


@dataclass(frozen=True)
class GroupLine:
    """One group in the summary table."""

    label: str
    rows: str
    small: bool
    quartiles: str
    large: str
    plain_error: str


@dataclass(frozen=True)
class NumbersRow:
    """One score, or one tenth of each group: a value for each group drawn, and what stands small beneath it."""

    label: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ScoresOfFeature:
    """The charts and tables of one feature or intersection."""

    anchor: str
    title: str
    takeaway: str
    charts: tuple[CalibrationChart, ...]
    numbers: tuple[NumbersRow, ...]
    note: str
    groups: tuple[GroupLine, ...]


@dataclass(frozen=True)
class CalibrationSection:
    """The section "Scores by group"."""

    about: tuple[str, ...]
    cautions: tuple[str, ...]
    calibrated: bool
    features: tuple[ScoresOfFeature, ...]


def calibration_section(index: RecordIndex) -> CalibrationSection | None:
    """Return the section; None where there is no score."""
    part = index.record.calibration
    if part is None or not any(axis.groups for axis in part.axes):
        return None
    return CalibrationSection(
        about=tuple(_about(index, part)),
        cautions=tuple(_cautions(part, index.record.plan.label is not None)),
        calibrated=part.not_calibrated is None,
        features=tuple(_feature(part, axis, place) for place, axis in enumerate(part.axes) if axis.groups),
    )


def _about(index: RecordIndex, part: Calibration) -> list[str]:
    level = percent(index.record.plan.confidence, 0)
    happened = words_of(index.record).positive
    lines = []
    if part.everyone.curve:
        each = (
            "One dot for each score, the people who have it"
            if part.bins == "each_score"
            else "Each dot is a tenth of the group, in order of their scores"
        )
        lines.append(
            f"{each}: how many of these {happened}, with {level} intervals, each by itself. The bars below show how the "
            "group’s scores spread. The thin line is everyone."
        )
    else:
        lines.append("The bars show how each group’s scores spread. What happened to these people is not known.")
    if part.not_calibrated is None:
        lines.append(
            "On the dashed diagonal scores keep their promise: of people scored 0.3, three in ten. Dots below it: the "
            "scores promise more than happens. Dots above: less."
        )
    return lines


def _cautions(part: Calibration, labelled: bool) -> list[str]:
    lines = []
    if not labelled:
        lines.append("What happened is not known, so nothing can be said of calibration or of how well scores rank.")
    elif part.not_calibrated == "scores_outside_0_1":
        lines.append(
            f"Scores from {limit_text(part.lowest)} to {limit_text(part.highest)} are no probabilities, so calibration, "
            "Brier score and log loss were not measured. How scores rank people can be: ROC AUC, average precision."
        )
    if part.half_width:
        own = part.everyone.error_bounds or {}
        # By name: a record that was read again has lost any other order.
        bounds = "; ".join(f"{title(name)} by at most {quantity(bound)}" for name, bound in sorted(own.items()))
        lines.append(
            f"There are too many different scores to keep each: they were put on a grid, each within {quantity(part.half_width)} "
            f"of its point ({whole(part.distinct)} points). That can move the figures of everyone: {bounds}. Intervals of "
            "measures are widened by twice a group’s bound; the intervals of the dots are not."
        )
    if part.infinite:
        lines.append(f"Infinite scores are not drawn: {whole(part.infinite)} rows.")
    return lines


def limit_text(value: float) -> str:
    """Write a score as short as it stays itself to four digits."""
    return f"{float(f'{value:.4g}'):g}".replace("-", "−")


def _feature(part: Calibration, axis: AxisScores, place: int) -> ScoresOfFeature:
    name = features_label(axis.features)
    enough = [group for group in axis.groups if not group.small]
    drawn = sorted(enough, key=lambda group: (-group.rows, group_label(group.group)))[:MOST_CHARTS]
    notes = []
    if len(drawn) < len(enough):
        notes.append(f"Drawn are the {MOST_CHARTS} largest of {len(enough)} groups.")
    if len(enough) < len(axis.groups):
        few = len(axis.groups) - len(enough)
        notes.append(f"{few} {'group has' if few == 1 else 'groups have'} too few people to draw.")
    return ScoresOfFeature(
        anchor=f"scores-{place}",
        title=f"By {name}",
        takeaway=_takeaway(part, enough),
        charts=tuple(
            calibration_chart(
                f"scores-{place}-{at}",
                part,
                group,
                group_label(group.group),
                f"{visible(part.score)} in the group {group_label(group.group)}",
                _describe(group),
                f"{whole(group.rows)} people",
            )
            for at, group in enumerate(drawn)
        ),
        numbers=tuple(_numbers(part, drawn)),
        note=" ".join(notes),
        groups=tuple(_group_line(group) for group in (part.everyone, *axis.groups)),
    )


def plain_scores(index: RecordIndex) -> tuple[str, ...]:
    """Return, for each single feature, what scores promise each group and how often it happened, in plain words."""
    part = index.record.calibration
    if part is None:
        return ()
    return tuple(_plain_scores(index, part, axis) for axis in part.axes if len(axis.features) == 1 and axis.groups)


def _plain_scores(index: RecordIndex, part: Calibration, axis: AxisScores) -> str:
    enough = [group for group in axis.groups if not group.small]
    start = f"By {features_label(axis.features)}: "
    if part.not_calibrated is not None or not enough or any(group.in_the_large is None for group in enough):
        takeaway = _takeaway(part, enough)
        return f"{start}{takeaway[0].lower()}{takeaway[1:]}"
    worst = sorted(enough, key=lambda group: (-abs(_large(group)), group_label(group.group)))
    named: list[str] = []
    for group in worst[:MOST_IN_A_SENTENCE]:
        happened = sum(point.share * point.rate for point in group.curve)
        promised = happened + _large(group)
        named.append(
            f"for {group_label(group.group)} scores promise {whole(round(promised * 1000))}"
            f"{'' if named else f' who {words_of(index.record).positive}'}, and there were {whole(round(happened * 1000))}"
        )
    more = f", and {len(enough) - len(named)} more groups nearer to it" if len(enough) > len(named) else ""
    noun = rows_word(index.record.plan)
    return f"{start}of every 1,000 {noun} {'; '.join(named)}{more}. {_promise(enough)}"


def _takeaway(part: Calibration, groups: Sequence[GroupScores]) -> str:
    """Return the one sentence a reader should take away; it says how sure the numbers are."""
    if not groups:
        return "No group has enough people to say."
    if part.not_calibrated is None:
        return _promise(groups)
    if part.bins == "each_score" and part.everyone.curve and len(groups) > 1:
        return _same_score(part, groups)
    middle = sorted(groups, key=lambda group: (group.quartiles[1], group_label(group.group)))
    low, high = middle[0], middle[-1]
    if low.quartiles[1] == high.quartiles[1]:
        return f"The middle score is {limit_text(low.quartiles[1])} in every group."
    return (
        f"The middle score is highest for {group_label(high.group)} ({limit_text(high.quartiles[1])}) and lowest for "
        f"{group_label(low.group)} ({limit_text(low.quartiles[1])})."
    )


def _promise(groups: Sequence[GroupScores]) -> str:
    wrong = [group for group in groups if group.in_the_large is not None and _excludes_zero(group)]
    if not wrong:
        return "On the whole, scores keep their promise in every group as far as these data can tell."
    worst = max(wrong, key=lambda group: abs(_large(group)))
    others = (
        f" In {len(wrong)} of {len(groups)} groups chance alone does not explain the distance."
        if len(groups) > 1
        else ""
    )
    more = "more" if _large(worst) > 0 else "less"
    return (
        f"Furthest off for {group_label(worst.group)}: scores promise {_points(abs(_large(worst)))} {more} than happened "
        f"({_large_text(worst)}).{others}"
    )


def _same_score(part: Calibration, groups: Sequence[GroupScores]) -> str:
    """Return where two groups with the same score fared most differently, beyond chance."""
    apart = []
    by_score = [{point.mean_score: point for point in group.curve} for group in groups]
    for score in sorted(set().union(*by_score)):
        found = [(points[score], group) for points, group in zip(by_score, groups, strict=True) if score in points]
        for first, one in found:
            for second, other in found:
                if second.interval.high is not None and first.interval.low > second.interval.high:
                    apart.append((first.rate - second.rate, score, first, one, second, other))
    if not apart:
        return "At no score do two groups’ intervals lie apart: these data do not show that a score means something else in one of the groups."
    _, score, first, one, second, other = max(apart, key=lambda row: (row[0], -row[1]))
    return (
        f"The same score does not mean the same for all: at {visible(part.score)} = {limit_text(score)} the outcome happened to "
        f"{percent(first.rate, 0)} of {group_label(one.group)} and {percent(second.rate, 0)} of {group_label(other.group)}."
    )


def _large(group: GroupScores) -> float:
    assert group.in_the_large is not None
    return group.in_the_large.value


def _excludes_zero(group: GroupScores) -> bool:
    assert group.in_the_large is not None
    ends = group.in_the_large.interval
    return ends.low > 0 or (ends.high is not None and ends.high < 0)


def _points(value: float) -> str:
    return f"{value * 100:.1f} points"


def _large_text(group: GroupScores) -> str:
    assert group.in_the_large is not None
    ends = group.in_the_large.interval
    high = ends.high if ends.high is not None else 1.0
    return f"{_signed(ends.low)} to {_signed(high)}"


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{decimal(value * 100, 1)}"


def _describe(group: GroupScores) -> str:
    text = f"Half of the scores lie between {limit_text(group.quartiles[0])} and {limit_text(group.quartiles[2])}."
    if group.in_the_large is not None:
        text += f" Mean score less observed rate: {_signed(_large(group))} points ({_large_text(group)})."
    if group.curve:
        first, last = group.curve[0], group.curve[-1]
        text += f" The outcome happened to {percent(first.rate, 0)} at the lowest scores and {percent(last.rate, 0)} at the highest."
    return text


def _group_line(group: GroupScores) -> GroupLine:
    large = f"{_signed(_large(group))} ({_large_text(group)})" if group.in_the_large is not None else ""
    return GroupLine(
        label=group_label(group.group),
        rows=whole(group.rows),
        small=group.small,
        quartiles=" · ".join(limit_text(value) for value in group.quartiles),
        large=large,
        plain_error=quantity(group.plain_error) if group.plain_error is not None else "",
    )


def _numbers(part: Calibration, groups: Sequence[GroupScores]) -> Iterator[NumbersRow]:
    """Yield the numbers behind the charts: what happened at each score (or in each tenth), else how scores spread."""
    if any(group.curve for group in groups):
        if part.bins == "each_score":
            scores = sorted({point.mean_score for group in groups for point in group.curve})
            by_score = [{point.mean_score: point for point in group.curve} for group in groups]
            for score in scores:
                yield NumbersRow(limit_text(score), tuple(_dot(points.get(score), False) for points in by_score))
            return
        for place in range(max(len(group.curve) for group in groups)):
            dots = (group.curve[place] if place < len(group.curve) else None for group in groups)
            yield NumbersRow(f"{place + 1}. tenth", tuple(_dot(point, True) for point in dots))
        return
    if part.values is not None:
        names = [limit_text(value) for value in part.values]
    else:
        assert part.edges is not None
        names = [_range(a, b) for a, b in pairwise(part.edges)]
    for place, name in enumerate(names):
        shares = [group.distribution[place] for group in groups]
        if any(share > 0 for share in shares):
            yield NumbersRow(name, tuple((percent(share), "") for share in shares))


def _dot(point: CurveBin | None, scored: bool) -> tuple[str, str]:
    if point is None:
        return "–", ""
    high = point.interval.high if point.interval.high is not None else 1.0
    scores = f"; scores {_range(point.lowest, point.highest)}, mean {point.mean_score:.3g}" if scored else ""
    return percent(point.rate), f"{point.interval.low * 100:.1f}–{high * 100:.1f}, of {whole(point.rows)}{scores}"


def _range(low: float, high: float) -> str:
    first, last = limit_text(low), limit_text(high)
    return first if first == last else f"{first} to {last}"
