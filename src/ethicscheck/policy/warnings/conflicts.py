"""Rules that can't all hold: three kinds of equality that exclude each other where base rates differ.

A group's table of decisions and outcomes has two free numbers once its base rate is given. So two equal measures
fix the others, and these come out apart wherever the base rates are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ethicscheck.counts.table import FALSE_NEGATIVE, FALSE_POSITIVE, TRUE_NEGATIVE, TRUE_POSITIVE
from ethicscheck.metrics.comparison import Comparison
from ethicscheck.metrics.definition import Criterion
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.metrics.rows import group_names
from ethicscheck.model.wording import decimal, features_label, group_label, limit, lower_first, percent, points
from ethicscheck.policy.rules import Rule

from .base_rates import base_rates, surest_difference
from .definition import RULES_CONFLICT, SAME_TWICE, Policy, Warned, ids, spoken

# Each measure that follows from one of five: which one, and whether it is 1 minus that.
FIVE: dict[str, tuple[str, bool]] = {
    "precision": ("precision", False),
    "false_discovery_rate": ("precision", True),
    "negative_predictive_value": ("negative_predictive_value", False),
    "false_omission_rate": ("negative_predictive_value", True),
    "true_positive_rate": ("true_positive_rate", False),
    "false_negative_rate": ("true_positive_rate", True),
    "false_positive_rate": ("false_positive_rate", False),
    "true_negative_rate": ("false_positive_rate", True),
    "selection_rate": ("selection_rate", False),
    "favourable_rate": ("selection_rate", False),
}
ORDER = ("precision", "negative_predictive_value", "true_positive_rate", "false_positive_rate", "selection_rate")
SLACK = 1e-9


@dataclass(frozen=True)
class _Demand:
    """What one rule asks of one of the five: that two groups' values, or 1 minus them, be no further apart."""

    rule: Rule
    metric: str
    title: str
    five: str
    complement: bool

    def apart(self, first: float, second: float) -> float | None:
        """Return how far apart two values are in the rule's own terms; None where a ratio has nothing to divide by."""
        a, b = (1 - first, 1 - second) if self.complement else (first, second)
        if self.rule.compare == "difference":
            return abs(a - b)
        return min(a, b) / max(a, b) if max(a, b) > 0 else None

    def breaks(self, apart: float | None) -> bool:
        """Return whether that breaks the rule."""
        if apart is None:
            return False
        bound = self.rule.bound
        return apart > bound + SLACK if self.rule.compare == "difference" else apart < bound - SLACK


def conflicting_rules(policy: Policy) -> Iterator[Warned]:
    """Yield a warning for each feature whose rules can't all hold."""
    table = policy.measurement.tables.get("decisions")
    if table is None or not table.labelled:
        return
    for features in dict.fromkeys(rule.features for rule in policy.rules):
        demands = _demands(policy, features)
        if len({demand.five for demand in demands}) >= 3:
            yield from _conflict(features, demands, policy.measurement)


def same_rules(policy: Policy) -> Iterator[Warned]:
    """Yield a warning for rules whose gaps are the same number."""
    found: dict[tuple[tuple[str, ...], str], list[Rule]] = {}
    for rule in policy.rules:
        parts = _names(rule)
        if rule.compare == "difference" and rule.side == "max" and len(parts) == 1 and parts[0] in FIVE:
            found.setdefault((rule.features, FIVE[parts[0]][0]), []).append(rule)
    for (features, _), rules in found.items():
        if len(rules) > 1:
            titles = list(dict.fromkeys(lower_first(rule.measure.title) for rule in rules))
            verb = "have one and the same gap" if len(titles) > 1 else "is limited twice"
            strictest = min(rules, key=lambda rule: rule.bound)
            yield Warned(
                SAME_TWICE,
                f"{_capital(spoken(titles))} {verb} across {features_label(features)}. Only the strictest limit counts "
                f"({strictest.id}: {_bound(strictest)}); asking again makes every other fail harder to establish.",
                ids(rules),
            )


def _demands(policy: Policy, features: tuple[str, ...]) -> list[_Demand]:
    found = []
    for rule in policy.rules:
        equality = (rule.compare, rule.side) in (("difference", "max"), ("ratio", "min"))
        if rule.features != features or not equality:
            continue
        parts = rule.measure.components if isinstance(rule.measure, Criterion) else (rule.measure,)
        for part in parts:
            if part.table == "decisions" and part.name in FIVE:
                five, complement = FIVE[part.name]
                if part.name == "favourable_rate" and not policy.measurement.favourable:
                    complement = True
                found.append(_Demand(rule, part.name, lower_first(part.title), five, complement))
    return found


def _names(rule: Rule) -> list[str]:
    parts = rule.measure.components if isinstance(rule.measure, Criterion) else (rule.measure,)
    return [part.name for part in parts if part.table == "decisions"]


def _conflict(features: tuple[str, ...], demands: list[_Demand], measurement: Measurement) -> Iterator[Warned]:
    rates = base_rates(measurement, features, "decisions")
    pair = surest_difference(rates)
    if pair is None:
        return
    part = rates.parts[0]
    value = part.measured.estimator.value
    base = float(value[pair[0]]), float(value[pair[1]])
    overall = _overall(rates)
    by = {five: [demand for demand in demands if demand.five == five] for five in ORDER}
    broken = []
    for three in combinations([five for five in ORDER if by[five] and five in overall], 3):
        thirds = [_third(three, third, by, overall, base) for third in three]
        if any(third is not None and third.breaks and third.words for third in thirds):
            broken.append((three, thirds))
    involved = [demand for three, _ in broken for five in three for demand in by[five]]
    if not involved or all(_kept(demand.rule, measurement) for demand in involved):
        return
    names = group_names(rates.counts)
    three, thirds = broken[0]
    titles = [by[five][0].title for five in three]
    more = list(dict.fromkeys(demand.title for demand in involved if demand.five not in three))
    first_name, second_name = (group_label(names[part.places[place]]) for place in pair)
    yield Warned(
        RULES_CONFLICT,
        f"Base rates by {features_label(features)} differ by more than chance explains: {percent(base[0])} for {first_name}, "
        f"{percent(base[1])} for {second_name}. Then {spoken(titles)} can't all be equal at anything like today's accuracy. "
        f"Between these two groups, {_told(thirds)}." + (f" The same goes for {spoken(more)}." if more else ""),
        ids([demand.rule for demand in involved]),
    )


def _told(thirds: Sequence[_Third | None]) -> str:
    """Return what equality in two measures does to the third, those that break a limit first."""
    known = [third for third in thirds if third is not None]
    broken = [third.words for third in known if third.breaks and third.words]
    kept = [third.words for third in known if not third.breaks]
    return "; ".join([*broken, *(f"only {words}" if len(kept) == 1 and broken else words for words in kept)])


def _kept(rule: Rule, measurement: Measurement) -> bool:
    """Return whether the observed value keeps a limit; where there is none, that it could."""
    comparison = measurement.comparison(rule.measure, rule.features)
    if comparison.undefined(rule.compare) is not None:
        return True
    value = comparison.gap(rule.compare, rule.side).value
    return value <= rule.bound if rule.side == "max" else value >= rule.bound


def _overall(rates: Comparison) -> dict[str, float]:
    """Return the five over all groups that are compared; those without a denominator are left out."""
    cells = rates.counts.pick(rates.parts[0].places).amounts.sum(axis=0)
    tn, fp, fn, tp = (float(cells[place]) for place in (TRUE_NEGATIVE, FALSE_POSITIVE, FALSE_NEGATIVE, TRUE_POSITIVE))
    parts = {
        "precision": (tp, tp + fp),
        "negative_predictive_value": (tn, tn + fn),
        "true_positive_rate": (tp, tp + fn),
        "false_positive_rate": (fp, fp + tn),
        "selection_rate": (tp + fp, tp + fp + fn + tn),
    }
    return {name: top / bottom for name, (top, bottom) in parts.items() if bottom > 0}


@dataclass(frozen=True)
class _Third:
    """What becomes of one measure when two others are equal in two groups, and whether that breaks its limit.

    Without words where the two can't both be at today's overall values in both groups: they break without a number.
    """

    breaks: bool
    words: str = ""


def _third(
    three: Sequence[str], third: str, by: dict[str, list[_Demand]], overall: dict[str, float], base: tuple[float, float]
) -> _Third | None:
    """Return what the third measure would be with the other two at their overall values; None where that is open."""
    equal = {five: overall[five] for five in three if five != third}
    rates = [_rates(equal, p) for p in base]
    if any(pair is None for pair in rates):
        return None
    if not all(_possible(pair) for pair in rates if pair is not None):
        return _Third(True)
    first, second = (implied_measure(third, equal, p) for p in base)
    if first is None or second is None:
        return None
    told = [(demand, apart) for demand in by[third] if (apart := demand.apart(first, second)) is not None]
    if not told:
        return None
    demand, apart = next((pair for pair in told if pair[0].breaks(pair[1])), told[0])
    shown = f"{points(apart)} apart" if demand.rule.compare == "difference" else f"in a ratio of {decimal(apart)}"
    with_equal = spoken([by[five][0].title for five in equal])
    if demand.breaks(apart):
        return _Third(True, f"equal {with_equal} would put {demand.title} {shown} ({_bound(demand.rule)})")
    return _Third(
        False, f"equal {with_equal} would leave {demand.title} {shown}, within its limit ({_bound(demand.rule)})"
    )


def implied_measure(wanted: str, given: dict[str, float], base_rate: float) -> float | None:
    """Return what one of the five must be in a group when two others and the base rate are given.

    Parameters
    ----------
    wanted : the one asked for.
    given : two of the others, by name.
    base_rate : the group's share of positives, strictly between 0 and 1.

    Returns
    -------
    None where the two leave it open, or no table of decisions and outcomes has them.

    Notes
    -----
    All five are linear in the true and false positive rates t and f once the base rate p is fixed; with precision and the true
    positive rate given this is Chouldechova's f = p/(1 − p) · (1 − PPV)/PPV · t (2017, Big Data 5, 153–163, eq. 2.6).

    >>> round(implied_measure("false_positive_rate", {"precision": 0.6, "true_positive_rate": 0.6}, 0.5), 3)
    0.4
    """
    rates = _rates(given, base_rate)
    if rates is None or not _possible(rates):
        return None
    t, f = (min(max(rate, 0.0), 1.0) for rate in rates)
    p = base_rate
    selected = p * t + (1 - p) * f
    if wanted == "true_positive_rate":
        return t
    if wanted == "false_positive_rate":
        return f
    if wanted == "selection_rate":
        return selected
    if wanted == "precision":
        return p * t / selected if selected > SLACK else None
    return (1 - p) * (1 - f) / (1 - selected) if selected < 1 - SLACK else None


def _possible(rates: tuple[float, float]) -> bool:
    return all(-SLACK <= rate <= 1 + SLACK for rate in rates)


def _rates(given: dict[str, float], p: float) -> tuple[float, float] | None:
    """Return the true and the false positive rate that two measures and the base rate fix; None where they don't."""
    rows, right = [], []
    for name, value in given.items():
        row, constant = {
            "true_positive_rate": ((1.0, 0.0), value),
            "false_positive_rate": ((0.0, 1.0), value),
            "selection_rate": ((p, 1 - p), value),
            "precision": (((1 - value) * p, -value * (1 - p)), 0.0),
            "negative_predictive_value": ((value * p, -(1 - value) * (1 - p)), value * p - (1 - value) * (1 - p)),
        }[name]
        rows.append(row)
        right.append(constant)
    matrix = np.array(rows)
    if abs(np.linalg.det(matrix)) < SLACK:
        return None
    t, f = np.linalg.solve(matrix, np.array(right))
    return float(t), float(f)


def _bound(rule: Rule) -> str:
    shown = points(rule.bound, 0 if round(rule.bound * 100, 9).is_integer() else 1)
    return f"at most {shown} allowed" if rule.compare == "difference" else f"at least {limit(rule.bound)} asked for"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
