"""The plain-language part of a predicted number: how far off, and to which side, for each group."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.record import Estimate
from ethicscheck.model.wording import features_label, group_label, quantity

from .index import RecordIndex, group_key
from .wording import reason_text

MOST_GROUPS = 10


@dataclass(frozen=True)
class Amounts:
    """One feature: for each group what is predicted too high or too low on average, and how far off in all."""

    id: str
    lead: str
    rows: tuple[tuple[str, str, str], ...]
    more: int
    conclusion: str


def plain_amounts(index: RecordIndex) -> tuple[Amounts, ...]:
    """Return the amounts of every single feature; none for decisions, which are counted."""
    if index.record.plan.task != "regression":
        return ()
    found = (_amounts(index, features, place) for place, features in enumerate(index.axes()) if len(features) == 1)
    return tuple(part for part in found if part is not None)


def _amounts(index: RecordIndex, features: tuple[str, ...], place: int) -> Amounts | None:
    leaning = {group_key(row.group): row for row in index.estimates.get(("mean_error", features), [])}
    distance = {group_key(row.group): row for row in index.estimates.get(("mean_absolute_error", features), [])}
    keys = list(dict.fromkeys([*leaning, *distance]))
    if not keys:
        return None
    small = index.record.plan.min_group

    def order(key: tuple[tuple[str, str], ...]) -> tuple[bool, float, str]:
        row = distance.get(key) or leaning[key]
        few = row.rows < small or row.value is None
        return few, 0.0 if few or row.value is None else -abs(row.value), group_label(row.group)

    keys.sort(key=order)
    return Amounts(
        id=f"plain-amounts-{place}",
        lead=f"By {features_label(features)}: how far predictions are off, on average",
        rows=tuple(
            (
                group_label((leaning.get(key) or distance[key]).group),
                _leaning(leaning.get(key), index),
                _distance(distance.get(key), index),
            )
            for key in keys[:MOST_GROUPS]
        ),
        more=max(len(keys) - MOST_GROUPS, 0),
        conclusion=_conclusion(index, features),
    )


def lean(value: float) -> str:
    """Write a mean error as people say it.

    >>> lean(-2.77), lean(0.0)
    ('2.77 too low', 'neither too high nor too low')
    """
    if value == 0:
        return "neither too high nor too low"
    return f"{quantity(abs(value))} too {'high' if value > 0 else 'low'}"


def _leaning(row: Estimate | None, index: RecordIndex) -> str:
    if row is None:
        return "–"
    if row.rows < index.record.plan.min_group:
        return "too few to say"
    return lean(row.value) if row.value is not None else reason_text(row.undefined, index.record)


def _distance(row: Estimate | None, index: RecordIndex) -> str:
    if row is None or row.value is None or row.interval is None or row.rows < index.record.plan.min_group:
        return "–"
    high = quantity(row.interval.high) if row.interval.high is not None else "any size"
    return f"{quantity(row.value)} either way ({quantity(row.interval.low)} to {high})"


def _conclusion(index: RecordIndex, features: tuple[str, ...]) -> str:
    """Say between which groups the errors differ, but only if the data still show it once all groups are counted."""
    sentences, alike = [], []
    for name, what in (("mean_error", "On average predictions are"), ("mean_absolute_error", "The errors are")):
        gap = index.gaps.get((name, features, "difference"))
        if gap is None or gap.value is None or gap.interval is None:
            continue
        values = {group_key(row.group): row.value or 0.0 for row in index.estimates[(name, features)]}
        first, second = (values[group_key(group)] for group in (gap.group, gap.against))
        a, b = group_label(gap.group), group_label(gap.against)
        if gap.interval.low <= 0:
            alike.append("which side predictions lean to" if name == "mean_error" else "how far off predictions are")
        elif name == "mean_error":
            sentences.append(f"{what} {lean(first)} for {a} and {lean(second)} for {b}.")
        else:
            sentences.append(f"{what} largest for {a} ({quantity(first)}) and smallest for {b} ({quantity(second)}).")
    if alike:
        sentences.append(f"These data show no sure difference between groups in {' or '.join(alike)}.")
    return " ".join(sentences) or "With fewer than two groups large enough, no comparison can be made."
