"""Rules whose direction is doubtful: a ratio of something that harms, a limit on the wrong side, a favour nobody named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.model.wording import decimal, features_label, limit, lower_first, percent
from ethicscheck.policy.rules import Rule

from .definition import FAVOURABLE, OTHER_WAY, WRONG_SIDE, Policy, Warned, ids

# Words of a column or a sentence that speak of a harm. Whole words, so that "brisk" doesn't count; nor does "low_risk".
HARM = re.compile(
    r"(?<![a-z])(?<!low[_ -])(?<!no[_ -])(?<!not[_ -])(?<!non[_ -])(high_?risk|risk|risky|fraud|fraudulent|suspicious|suspect|recid\w*|reoffend\w*|arrest\w*|guilty|denied|deny|"
    r"denial|refus\w+|reject\w*|declined|flagged|toxic|default|defaulted|delinquent|dropout|abuse|detain\w*|dismiss\w*|evict\w*|"
    r"turned[ _]down|fired|laid[ _]off)(?![a-z])",
    re.IGNORECASE,
)


def ratios_of_harm(policy: Policy) -> Iterator[Warned]:
    """Yield a warning for each ratio of error rates, or of a selection that does not help."""
    for rule in policy.rules:
        if rule.compare == "ratio" and (what := _harm(rule, policy)) is not None:
            yield Warned(OTHER_WAY, f"{rule.measure.title} by {features_label(rule.features)}: {what}", (rule.id,))


def limits_on_the_wrong_side(policy: Policy) -> Iterator[Warned]:
    """Yield a warning for each rule that is kept when things are bad."""
    for rule in policy.rules:
        asks = _asks_for(rule, policy)
        if asks is not None:
            key = "max" if rule.side == "max" else "min"
            yield Warned(
                WRONG_SIDE,
                f"{rule.measure.title} by {features_label(rule.features)}: {rule.compare} with {key}: {limit(rule.bound)} asks for "
                f"{asks}. Swap max and min, unless that is meant.",
                (rule.id,),
            )


def unnamed_favour(policy: Policy) -> Iterator[Warned]:
    """Yield a warning where the decision that helps was guessed, and the guess looks wrong."""
    if policy.favourable_said:
        return
    harm = next((found[0] for text in policy.decision_words if (found := HARM.search(text))), None)
    rules = [rule for rule in policy.rules if rule.measure.name == "favourable_rate" and rule.compare != "difference"]
    if harm is not None and rules:
        yield Warned(
            FAVOURABLE,
            f"The positive decision counts as the one that helps, since data.favourable is not set; but its words speak of "
            f"“{harm}”. If it is a harm, the rule judges the wrong side. Set data.favourable, whichever it is.",
            ids(rules),
        )


def _harm(rule: Rule, policy: Policy) -> str | None:
    parts = rule.measure.components if isinstance(rule.measure, Criterion) else (rule.measure,)
    harmful = next((part for part in parts if part.share and part.worse == "higher"), None)
    if harmful is not None:
        return _both_ways(rule, harmful, policy) + (
            "The group with the lower rate is the better off here, the other way round than with selection rates."
        )
    chosen = next((part for part in parts if part.name == "selection_rate" and part.table == "decisions"), None)
    if chosen is not None and not policy.measurement.favourable:
        return _both_ways(rule, chosen, policy) + (
            "The favourable decision is the negative one, so the group with the lower rate is the better off; "
            "favourable_rate counts the decision that helps."
        )
    return None


def _both_ways(rule: Rule, metric: Metric, policy: Policy) -> str:
    """Return the ratio as it is counted and as it would be if the opposite were; "" where there is none."""
    comparison = policy.measurement.comparison(rule.measure, rule.features)
    part = next(part for part in comparison.parts if part.metric.name == metric.name)
    known = [value for value in part.measured.values if value is not None]
    if len(known) < 2 or max(known) <= 0 or min(known) >= 1:
        return ""
    low, high = min(known), max(known)
    return (
        f"{percent(low)} ÷ {percent(high)} = {decimal(low / high)}; counting the opposite, {percent(1 - high)} ÷ "
        f"{percent(1 - low)} = {decimal((1 - high) / (1 - low))}. "
    )


def _asks_for(rule: Rule, policy: Policy) -> str | None:
    if rule.compare == "difference":
        return "groups that are far apart" if rule.side == "min" and rule.bound > 0 else None
    if rule.compare == "ratio":
        return "groups that are far apart" if rule.side == "max" and rule.bound < 1 else None
    measure = rule.measure
    if not isinstance(measure, Metric):
        return None
    worse = measure.worse
    if measure.name == "selection_rate" and measure.table == "decisions" and not policy.measurement.favourable:
        worse = "higher"
    if rule.side == "min" and worse == "higher" and rule.bound > measure.lowest:
        return f"a {lower_first(measure.title)} of at least that much, and that is the bad direction"
    if rule.side == "max" and worse == "lower" and rule.bound < measure.highest:
        return f"a {lower_first(measure.title)} of at most that much, and that is the bad direction"
    return None
