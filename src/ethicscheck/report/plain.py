"""The page for the people affected: what is decided, who is treated worse and by how much, in counts per 1,000."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.metrics.definition import Metric
from ethicscheck.metrics.multiclass import of_class
from ethicscheck.model.record import AuditRecord, Estimate, Words
from ethicscheck.model.wording import features_label, group_label, limit, visible, whole

from .amounts import Amounts, plain_amounts
from .calibration import plain_scores
from .index import RecordIndex, definition, group_key, metric_findings, metric_of
from .pairs import plain_swaps
from .wording import rows_word, words_of

MOST_GROUPS = 10
MOST_CLASSES = 3
ERRORS = ("false_positive_rate", "false_negative_rate")
NEARLY = (0.8, 1.25)  # times as often between which a count in 1,000 says more than a factor
CHANCES = ("favourable_rate", "selection_rate")


@dataclass(frozen=True)
class ThousandRow:
    """One group's count per 1,000, with a bar; or why there is none."""

    label: str
    count: str
    width: float
    low: float
    high: float
    range: str
    too_few: str


@dataclass(frozen=True)
class Thousand:
    """One question answered per 1,000 people, group by group."""

    id: str
    lead: str
    rows: tuple[ThousandRow, ...]
    more: int
    conclusion: str
    sure: bool = False  # whether the data show that a group fares worse
    harms: bool = True  # whether what is counted is bad for the person; an error may be a kindness


@dataclass(frozen=True)
class PlainLanguage:
    """The plain-language part."""

    purpose: str
    decides: str
    affected: str
    contest: str
    questions: tuple[Thousand, ...]
    basis: str
    amounts: tuple[Amounts, ...] = ()
    sentences: tuple[str, ...] = ()
    range_note: str = ""


def plain_language(index: RecordIndex) -> PlainLanguage:
    """Return the plain-language part of a record."""
    record = index.record
    chosen = _chosen(index)
    single = [features for features in index.axes() if len(features) == 1]
    words = words_of(record)
    questions = [
        question
        for features in single
        for name in chosen
        if (question := _question(index, name, features, words)) is not None
    ]
    subject, amounts = record.subject, plain_amounts(index)
    return PlainLanguage(
        purpose=subject.purpose or "",
        decides=subject.decision or "What this system decides was not written down.",
        affected=subject.affected or "",
        contest=subject.contest
        or "How to contest a decision was not written down. Ask the organisation that uses the system.",
        questions=tuple(questions),
        basis=_basis(index),
        amounts=amounts,
        sentences=(*plain_swaps(index), *(plain_scores(index) if record.plan.task == "score" else ())),
        range_note="The thin line and the range show how far chance may have moved each number."
        if questions or amounts
        else "",
    )


def _chosen(index: RecordIndex) -> list[str]:
    """Return the measures that the plain part counts people by: few, and those that matter most to them."""
    made = index.metrics()
    if index.record.plan.task == "multiclass":
        return [name for name in ("accuracy",) if name in made] + _classes(index, made)
    if index.record.plan.task == "regression":
        return [name for name in ("within_tolerance",) if name in made]
    return [name for name in ERRORS if name in made] or [name for name in CHANCES if name in made][:1]


def _classes(index: RecordIndex, made: list[str]) -> list[str]:
    """Return the measures of a class that rules judge, then which class gets which group, the widest gaps first."""
    ruled = [metric_of(finding) for finding in metric_findings(index.record)]
    judged = [name for name in dict.fromkeys(ruled) if of_class(name) is not None]
    rates = [name for name in made if of_class(name) is not None and name.endswith(":selection_rate")]

    def widest(name: str) -> float:
        gaps = [index.gaps.get((name, features, "difference")) for features in index.axes() if len(features) == 1]
        return max((gap.value for gap in gaps if gap is not None and gap.value is not None), default=0.0)

    return list(dict.fromkeys([*judged, *sorted(rates, key=widest, reverse=True)]))[:MOST_CLASSES]


def _basis(index: RecordIndex) -> str:
    record = index.record
    period = f" from {record.plan.period.replace('/', ' to ')}" if record.plan.period else ""
    counted = {"regression": "predictions for", "score": "scores of"}.get(record.plan.task, "decisions about")
    hidden = record.suppression is not None and bool(record.suppression.groups)
    some = " Groups with very few people are not shown, to protect them." if hidden else ""
    return f"Counted on the {counted} {_whom(record)}{period}.{some}"


def _whom(record: AuditRecord) -> str:
    """Return how many people there are; where rows share one, how many rows and how many they belong to."""
    judged, plan = whole(record.data.judged), record.plan
    if rows_word(plan) == "people":
        return f"{judged} people"
    if plan.pair and record.pairs is not None:
        return f"{judged} rows of {whole(record.pairs.cases)} cases"
    everyone = next((part for part in record.repeats.features if not part.features), None) if record.repeats else None
    several = f" of {whole(everyone.clusters)} different values of “{visible(plan.cluster or '')}”" if everyone else ""
    return f"{judged} rows{several}"


def _question(index: RecordIndex, name: str, features: tuple[str, ...], words: Words) -> Thousand | None:
    metric = definition(name, index.record.plan.task)
    rows = index.estimates.get((name, features), [])
    if not isinstance(metric, Metric) or metric.among is None or not rows:
        return None
    small = index.record.plan.min_group
    enough = [row for row in rows if row.value is not None and _enough(row, small)]
    too_few = [row for row in rows if row not in enough]
    ordered = sorted(enough, key=lambda row: (-(row.value or 0.0), group_label(row.group)))
    ordered += sorted(too_few, key=lambda row: group_label(row.group))
    shown = ordered if len(ordered) <= MOST_GROUPS else ordered[:MOST_GROUPS]
    fit = [row for row in ordered if row.value is not None and _enough(row, small)]
    conclusion, sure = _conclusion(index, metric, features, fit)
    return Thousand(
        id=f"plain-{name if of_class(name) is None else index.metrics().index(name)}-{index.axes().index(features)}",
        lead=lead(metric, words, index, features),
        rows=tuple(_row(row, small, rows_word(index.record.plan)) for row in shown),
        more=len(ordered) - len(shown),
        conclusion=conclusion,
        sure=sure,
        harms=name not in ERRORS or (metric.event == "selected") != (index.record.plan.favourable == "positive"),
    )


def lead(metric: Metric, words: Words, index: RecordIndex, features: tuple[str, ...]) -> str:
    """Return "Of every 1,000 people in each group who …, this many …", by feature."""
    among, event = _phrases(metric, words, index)
    wrongly = " all the same" if metric.worse == "higher" else ""
    noun = rows_word(index.record.plan)
    of = among if noun == "people" or not among else f" of people{among}"
    return f"By {features_label(features)}: of every 1,000 {noun} in each group{of}, this many {event}{wrongly}"


def question(index: RecordIndex, name: str) -> str:
    """Return what a measure asks, in the words of this audit where it counts people."""
    metric = definition(name, index.record.plan.task)
    if metric is None:
        return ""
    if not isinstance(metric, Metric) or metric.among is None:
        return metric.asks
    among, event = _phrases(metric, words_of(index.record), index)
    noun = rows_word(index.record.plan)
    of = among if noun == "people" or not among else f" of people{among}"
    return f"Of {'the' if among else 'all'} {noun}{of}, how many {event}?"


def _phrases(metric: Metric, words: Words, index: RecordIndex) -> tuple[str, str]:
    label = of_class(metric.name)
    if label is not None:
        words = Words(
            selected=f"were put in “{visible(label)}”",
            rejected="were put in another class",
            positive=f"truly belong to “{visible(label)}”",
            negative=f"do not belong to “{visible(label)}”",
        )
    task = index.record.plan.task
    among = {
        "all": "",
        "positives": f" who {words.positive}",
        "negatives": f" who {words.negative}",
        "selected": f" who {words.selected}",
        "rejected": f" who {words.rejected}",
    }[metric.among or "all"]
    favoured = words.selected if index.record.plan.favourable == "positive" else words.rejected
    event = {
        "selected": str(words.selected),
        "rejected": str(words.rejected),
        "positive": str(words.positive),
        "negative": str(words.negative),
        "correct": "were put in the right class"
        if task == "multiclass"
        else "got the decision that fits what happened",
        "favoured": str(favoured),
        "within": f"got a prediction at most {limit(index.record.plan.tolerance or 0.0)} off",
    }[metric.event or "selected"]
    return among, event


def per_thousand(value: float) -> str:
    """Write a share as a count per 1,000; never "0" for what is not 0.

    >>> per_thousand(0.44846), per_thousand(0.0002), per_thousand(0.9999)
    ('448', 'under 1', 'over 999')
    """
    if 0 < value < 0.0005:
        return "under 1"
    if 0.9995 <= value < 1:
        return "over 999"
    return whole(round(value * 1000))


def _row(row: Estimate, small: int, word: str) -> ThousandRow:
    label = group_label(row.group)
    if row.value is None or row.interval is None or not _enough(row, small):
        counted = min(row.rows, round(row.denominator))
        noun = ("person" if word == "people" else "row") if counted == 1 else word
        return ThousandRow(label, "", 0, 0, 0, "", f"too few to say ({whole(counted)} {noun})")
    high = row.interval.high if row.interval.high is not None else 1.0
    return ThousandRow(
        label,
        per_thousand(row.value),
        round(row.value * 100, 2),
        round(row.interval.low * 100, 2),
        round(high * 100, 2),
        f"{per_thousand(row.interval.low)} to {per_thousand(high)}",
        "",
    )


def _enough(row: Estimate, small: int) -> bool:
    """Return whether enough people stand behind a count: in the group, and among those it is counted on."""
    return row.rows >= small and (not isinstance(row.denominator, int) or row.denominator >= small)


def _conclusion(index: RecordIndex, metric: Metric, features: tuple[str, ...], fit: list[Estimate]) -> tuple[str, bool]:
    """Say how the group that fares worst compares, and whether the data still show it once all groups are counted."""
    if len(fit) < 2:
        return "With fewer than two groups large enough, no comparison can be made.", False
    low_is_worse = _worse(metric, index) == "lower"
    lowest = min(fit, key=lambda row: (row.value, group_label(row.group)))
    worst, best = (lowest, fit[0]) if low_is_worse else (fit[0], lowest)
    entry = next((feature for feature in index.record.data.features if (feature.name,) == features), None)
    reference = [row for row in fit if entry is not None and row.group == {entry.name: entry.reference}]
    for other in [*reference, best]:
        if other is not worst and _surely_apart(index, metric, features, worst, other, len(fit)):
            return _said(worst, other, "rows of" if index.record.plan.pair else "people in"), True
    a, b = group_label(worst.group), group_label(best.group)
    counts = f"{per_thousand(worst.value or 0.0)} against {per_thousand(best.value or 0.0)} in 1,000"
    if worst.value == best.value:
        return "It happened equally often in every group with enough people.", False
    return (
        f"Even between the groups {a} and {b} ({counts}) these data show no sure difference: it may be chance.",
        False,
    )


def _surely_apart(
    index: RecordIndex, metric: Metric, features: tuple[str, ...], worst: Estimate, other: Estimate, groups: int
) -> bool:
    """Return whether two groups differ, after correction for having picked the worst of several."""
    gap = index.gaps.get((metric.name, features, "difference"))
    if gap is None or gap.interval is None or gap.interval.low <= 0:
        return False
    if {group_key(gap.group), group_key(gap.against)} == {group_key(worst.group), group_key(other.group)}:
        return True
    pair = index.pairs.get((metric.name, features, "difference", "reference", group_key(worst.group)))
    if pair is None or pair.against != other.group or pair.p_value is None or pair.interval is None:
        return False
    outside = pair.interval.low > 0 or (pair.interval.high is not None and pair.interval.high < 0)
    return outside and pair.p_value * (groups - 1) <= 1 - index.record.plan.confidence


def _said(worst: Estimate, other: Estimate, whom: str) -> str:
    assert worst.value is not None
    assert other.value is not None
    a, b = group_label(worst.group), group_label(other.group)
    counts = f"{per_thousand(worst.value)} against {per_thousand(other.value)}"
    more = round(worst.value * 1000) - round(other.value * 1000)
    if more and NEARLY[0] < worst.value / (other.value or worst.value / 2) < NEARLY[1]:
        often, size = ("more", more) if more > 0 else ("less", -more)
        return (
            f"It happened to {whom} the group {a} {often} often than to {whom} the group {b}: "
            f"{whole(size)} {'more' if more > 0 else 'fewer'} in 1,000 ({counts})."
        )
    return (
        f"It happened to {whom} the group {a} {_times(worst.value, other.value)} to {whom} the group {b} "
        f"({counts} in 1,000)."
    )


def _worse(metric: Metric, index: RecordIndex) -> str:
    if metric.name == "selection_rate":
        return "lower" if index.record.plan.favourable == "positive" else "higher"
    return metric.worse


def _times(value: float, other: float) -> str:
    if other == 0:
        return "more often than"
    times = value / other
    if 0.95 <= times < 1.05:
        return "about as often as"
    if times >= 1:
        return f"about {f'{times:.1f}'.removesuffix('.0')} times as often as"
    return f"only about {times:.2f} times as often as"
