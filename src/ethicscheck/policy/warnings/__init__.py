"""What a good statistician would point out about a set of rules and the data they are judged on.

A warning changes no verdict. Each is silent unless it is true of these rules and these numbers (tests hold it to that).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ethicscheck.metrics.measurement import Measurement
from ethicscheck.model.config import Config
from ethicscheck.model.record import Finding
from ethicscheck.model.warnings_record import WarningEntry
from ethicscheck.policy.rules import Rule

from .base_rates import measures_that_move
from .chance import gaps_within_noise, one_among_many, rare_ratios
from .conflicts import conflicting_rules, same_rules
from .decisions import constant_predictions, constant_scores_and_classes, perfect_predictions
from .definition import KINDS, Policy, Warned, WarningKind
from .direction import limits_on_the_wrong_side, ratios_of_harm, unnamed_favour
from .scores import conflicting_score_rules
from .spelling import groups_spelt_alike
from .weights import informative_weights

# Gravest first; this is the order of the record and the report.
CHECKS: tuple[Callable[[Policy], Iterator[Warned]], ...] = (
    groups_spelt_alike,
    constant_predictions,
    constant_scores_and_classes,
    perfect_predictions,
    limits_on_the_wrong_side,
    unnamed_favour,
    conflicting_rules,
    conflicting_score_rules,
    measures_that_move,
    ratios_of_harm,
    rare_ratios,
    informative_weights,
    gaps_within_noise,
    one_among_many,
    same_rules,
)


def warn(policy: Policy) -> tuple[Warned, ...]:
    """Return every warning that is due, gravest first."""
    return tuple(warned for check in CHECKS for warned in check(policy))


def warning_entries(
    config: Config, rules: tuple[Rule, ...], measurement: Measurement, findings: tuple[Finding, ...]
) -> tuple[WarningEntry, ...] | None:
    """Return the warnings of an audit as its record keeps them; None where there are none."""
    data, words = config.data, config.subject.words
    named = (data.prediction, data.score, data.label, words.selected if words is not None else None)
    policy = Policy(
        rules=rules,
        measurement=measurement,
        findings=findings,
        favourable_said=data.favourable is not None,
        decision_words=tuple(text for text in named if text),
        seed=config.statistics.seed,
    )
    found = tuple(
        WarningEntry(code=part.kind.code, title=part.kind.title, message=part.message, rules=part.rules)
        for part in warn(policy)
    )
    return found or None


__all__ = ["KINDS", "Policy", "Warned", "WarningKind", "warn", "warning_entries"]
