"""What chance alone would do: ratios on a handful of people, gaps within noise, one significant rule among many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.comparison import Part
from ethicscheck.metrics.rows import group_names
from ethicscheck.model.wording import decimal, features_label, group_label, limit, percent, points, whole
from ethicscheck.policy.rules import Rule

from .definition import FEW_EVENTS, ONE_AMONG_MANY, WITHIN_NOISE, Policy, Warned

FEW = 5
MANY_RULES = 5
DRAWS = 1_000
MOST_DRAWN = 200_000  # groups × draws; past it the draws become fewer
LIKELY = 0.5


def rare_ratios(policy: Policy) -> Iterator[Warned]:
    """Yield a warning for each ratio whose lowest or highest rate counts fewer than five people."""
    for rule in policy.rules:
        if rule.compare != "ratio":
            continue
        comparison = policy.measurement.comparison(rule.measure, rule.features)
        if comparison.undefined("ratio") is not None:
            continue
        names = group_names(comparison.counts)
        for part in comparison.parts:
            counted = _counted(part, comparison.counts, policy.measurement.favourable)
            if counted is None:
                continue
            events, people = counted
            values = np.array([k / n for k, n in zip(events, people, strict=True)])
            low, high = int(values.argmin()), int(values.argmax())
            rare = next((place for place in (low, high) if events[place] < FEW), None)
            if rare is None or low == high:
                continue
            yield Warned(
                FEW_EVENTS,
                f"{part.metric.title} by {features_label(rule.features)}: the rate of {group_label(names[part.places[rare]])} counts "
                f"{whole(int(events[rare]))} of {whole(int(people[rare]))} people. "
                f"{_one_more_or_less(events, people, rare, low, high)}",
                (rule.id,),
            )
            break


def gaps_within_noise(policy: Policy) -> Iterator[Warned]:
    """Yield a warning for each undecided rule that even equal groups would seem to break more often than not."""
    for rule in policy.rules:
        equality = (rule.compare, rule.side) in (("difference", "max"), ("ratio", "min"))
        if not equality or policy.verdict(rule) != "inconclusive":
            continue
        comparison = policy.measurement.comparison(rule.measure, rule.features)
        if comparison.undefined(rule.compare) is not None:
            continue
        for part in comparison.parts:
            counted = part.measured.tested
            if counted is None or part.metric.event is None:
                continue
            drawn = chance_gaps(*counted, rule.compare, policy.seed)
            beyond = drawn > rule.bound if rule.compare == "difference" else drawn < rule.bound
            share = float(np.mean(beyond)) if len(drawn) else 0.0
            if share >= LIKELY:
                yield Warned(WITHIN_NOISE, _noise(rule, part, drawn, share), (rule.id,))
                break


def one_among_many(policy: Policy) -> Iterator[Warned]:
    """Yield a warning where many rules were asked and exactly one is beyond its limit."""
    asked = [finding for finding in policy.findings if finding.kind == "metric"]
    alpha = 1 - policy.measurement.confidence
    beyond = [finding for finding in asked if finding.p_value is not None and finding.p_value <= alpha]
    if len(asked) < MANY_RULES or len(beyond) != 1:
        return
    (only,) = beyond
    assert only.p_value is not None
    chance = 1 - (1 - only.p_value) ** len(asked)
    if chance <= 0.01:
        return
    was = only.waiver.was if only.waiver is not None and only.waiver.was else only.verdict
    end = "It fails even so" if was == "fail" else "It therefore stays undecided"
    yield Warned(
        ONE_AMONG_MANY,
        f"{whole(len(asked))} rules were asked and one is beyond its limit when taken alone ({only.id}). If all limits were just kept, "
        f"one or more would look so with a chance of about {percent(chance, 0)}. {end}: the verdict counts all rules (Holm).",
        (only.id,),
    )


def chance_gaps(events: NDArray[np.int64], people: NDArray[np.int64], compare: str, seed: int) -> NDArray[np.float64]:
    """Return gaps that groups of these sizes show when all have the pooled rate.

    Parameters
    ----------
    events, people : whole counts of K groups, each of at least one person.
    compare : "difference" (largest − smallest) or "ratio" (smallest ÷ largest; draws without any event are left out).
    seed : of the draws.

    Notes
    -----
    Simulated; equal rates of one half in 20 groups of 30 give a mean gap of 0.34 (Lum, Zhang & Bower 2022,
    arXiv 2205.05770).
    """
    rate = events.sum() / people.sum()
    draws = max(min(DRAWS, MOST_DRAWN // len(people)), 100)
    rates = np.random.default_rng(seed).binomial(people, rate, size=(draws, len(people))) / people
    low, high = rates.min(axis=1), rates.max(axis=1)
    if compare == "difference":
        return np.asarray(high - low, dtype=float)
    return np.asarray(low[high > 0] / high[high > 0], dtype=float)


def _counted(part: Part, counts: GroupCounts, favourable: int) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Return a rate's events and people by group, rows where the data are weighted; None for what is no such rate."""
    metric = part.metric
    if metric.event is None:
        return None
    if part.measured.tested is not None:
        return part.measured.tested
    picked = counts.pick(part.places)
    return metric.measure(replace(picked, weight=None, weight_squares=None), favourable).tested


def _one_more_or_less(events: NDArray[np.int64], people: NDArray[np.int64], rare: int, low: int, high: int) -> str:
    found = []
    for step in (-1, 1):
        k = int(events[rare]) + step
        if 0 <= k <= people[rare]:
            moved = events.astype(float)
            moved[rare] = k
            rates = moved[[low, high]] / people[[low, high]]
            if rates.max() > 0:
                found.append(rates.min() / rates.max())
    now = (events[low] / people[low]) / (events[high] / people[high])
    if not found:
        return ""
    shown = " or ".join(decimal(value) for value in sorted(found))
    return f"One person more or less would move the ratio from {decimal(now)} to {shown}."


def _noise(rule: Rule, part: Part, drawn: NDArray[np.float64], share: float) -> str:
    typical = float(np.mean(drawn))
    metric = part.metric
    groups = whole(len(part.places))
    if rule.compare == "difference":
        shown = f"a gap of {points(typical)} on average"
        bound = f"beyond {points(rule.bound)}"
    else:
        shown = f"a ratio of {decimal(typical)} on average"
        bound = f"below {limit(rule.bound)}"
    return (
        f"{metric.title} by {features_label(rule.features)}: {groups} groups of these sizes would show {shown} even if all were equal, and "
        f"{bound} in {percent(share, 0)} of cases. These data can hardly show that the limit is kept."
    )
