"""Rules on scores that can't all hold: scores that mean the same in every group, and scores that are equal on average."""

from __future__ import annotations

from collections.abc import Iterator

from ethicscheck.metrics.rows import group_names
from ethicscheck.model.wording import decimal, features_label, group_label, limit, percent
from ethicscheck.policy.rules import Rule

from .base_rates import base_rates
from .definition import RULES_CONFLICT, Policy, Warned, ids


def conflicting_score_rules(policy: Policy) -> Iterator[Warned]:
    """Yield a warning where equal mean scores and calibrated scores are both asked for, and base rates forbid it.

    Notes
    -----
    A group's mean score is its base rate plus its calibration in the large, and that is at most its expected calibration
    error, either way (the triangle inequality, bin by bin). So if each group's error is at most e, mean scores are at least
    as far apart as base rates less 2e. Kleinberg, Mullainathan & Raghavan 2016, arXiv 1609.05807.
    """
    table = policy.measurement.tables.get("scores")
    if table is None or not table.labelled:
        return
    for equal in policy.rules:
        if equal.measure.name != "mean_score" or (equal.compare, equal.side) != ("difference", "max"):
            continue
        for calibrated in policy.rules:
            slack = _slack(calibrated) if calibrated.features == equal.features else None
            if slack is not None:
                yield from _conflict(equal, calibrated, slack, policy)


def _slack(rule: Rule) -> float | None:
    """Return how much nearer than base rates a rule on calibration lets mean scores be; None for another rule."""
    if rule.side == "max" and (rule.measure.name, rule.compare) == ("expected_calibration_error", "each"):
        return 2 * rule.bound
    if rule.side == "max" and (rule.measure.name, rule.compare) == ("calibration_in_the_large", "difference"):
        return rule.bound
    return None


def _conflict(equal: Rule, calibrated: Rule, slack: float, policy: Policy) -> Iterator[Warned]:
    measurement, features = policy.measurement, equal.features
    rates = base_rates(measurement, features, "scores")
    if rates.undefined("difference") is not None:
        return
    gap = rates.gap("difference")
    if gap.second is None or gap.low - slack <= equal.bound:
        return
    names = group_names(rates.counts)
    values = dict(zip(rates.parts[0].places, rates.parts[0].measured.values, strict=True))
    shown = " and ".join(
        f"{percent(value)} for {group_label(names[place])}"
        for place in (gap.first, gap.second)
        if (value := values[place]) is not None
    )
    yield Warned(
        RULES_CONFLICT,
        f"Base rates by {features_label(features)} are {shown}: {decimal(gap.low)} apart or more, allowing for chance. Scores that keep "
        f"{calibrated.id} (at most {limit(calibrated.bound)}) have means at least {decimal(gap.low - slack)} apart, and {equal.id} allows "
        f"{limit(equal.bound)}: both can't be kept.",
        ids([equal, calibrated]),
    )
