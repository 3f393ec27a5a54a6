"""Rules made definite: every rule of a config and its profiles, on the features it speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ethicscheck.errors import Problem, did_you_mean
from ethicscheck.metrics.binary import CRITERIA, METRICS, find_measure
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.model.config import Config, RuleConfig
from ethicscheck.model.strict_yaml import Document

from .profiles import load_profile, profile_names

EVERYWHERE = "*"


@dataclass(frozen=True)
class Rule:
    """One rule on one feature or intersection; `id` is the finding's id and starts with the rule's."""

    id: str
    rule_id: str
    measure: Metric | Criterion
    features: tuple[str, ...]
    compare: Literal["difference", "ratio", "each"]
    side: Literal["max", "min"]
    bound: float
    why: str | None
    profile: str | None
    line: int | None


def intersections_of(config: Config) -> tuple[tuple[str, ...], ...]:
    """Return the intersections to compare: those configured and those a rule names, each in the order of the config."""
    features = list(config.data.sensitive)
    found: dict[tuple[str, ...], None] = {}
    if config.data.intersections == "all":
        for place, first in enumerate(features):
            for second in features[place + 1 :]:
                found[(first, second)] = None
    else:
        for group in config.data.intersections:
            found[tuple(sorted(set(group), key=features.index))] = None
    for rule in config.policy.rules:
        if rule.across != (EVERYWHERE,) and len(set(rule.across)) > 1:
            found[tuple(sorted(set(rule.across), key=features.index))] = None
    return tuple(found)


def resolve_rules(config: Config, document: Document | None = None) -> tuple[Rule, ...]:
    """Return every rule on every feature it speaks of, profiles first."""
    rules: list[Rule] = []
    for name in config.policy.profiles:
        for part in load_profile(name).rules:
            rules += _spread(part, part.id or name, config, name, None)
    for place, part in enumerate(config.policy.rules):
        line = document.lines.get(("policy", "rules", place)) if document is not None else None
        rules += _spread(part, part.id or _default_id(part), config, None, line)
    return tuple(rules)


def _spread(
    part: RuleConfig, rule_id: str, config: Config, profile: str | None, line: int | None
) -> list[Rule]:
    measure = find_measure(part.metric)
    assert measure is not None, "check_names comes first"
    features = list(config.data.sensitive)
    if part.across == (EVERYWHERE,):
        spread = [(name,) for name in features]
        configured = [group for group in intersections_of(config) if _is_configured(group, config)]
        targets = [*spread, *configured]
    else:
        targets = [tuple(sorted(set(part.across), key=features.index))]
    many = part.across == (EVERYWHERE,)
    side: Literal["max", "min"] = "max" if part.max is not None else "min"
    bound = part.max if part.max is not None else part.min
    assert bound is not None
    return [
        Rule(
            f"{rule_id}/{'+'.join(target)}" if many else rule_id,
            rule_id,
            measure,
            tuple(target),
            part.compare,
            side,
            bound,
            part.why,
            profile,
            line,
        )
        for target in targets
    ]


def _is_configured(group: tuple[str, ...], config: Config) -> bool:
    chosen = config.data.intersections
    return chosen == "all" or set(group) in [set(names) for names in chosen]


def _default_id(part: RuleConfig) -> str:
    across = "all" if part.across == (EVERYWHERE,) else "-".join(part.across)
    words = f"{part.metric}-{across}-{part.compare}"
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def check_names(value: Any, document: Document) -> tuple[Problem, ...]:
    """Return what is wrong with a config's metrics, rules and profiles, whatever else is wrong with it.

    A rule that could match nothing, that names no known metric, or whose limit can never matter, is an error: it would
    pass for ever.
    """
    if not isinstance(value, dict):
        return ()
    data = value.get("data") if isinstance(value.get("data"), dict) else {}
    features = data.get("sensitive") or {}
    names = [str(name) for name in features] if isinstance(features, (dict, list, tuple)) else []
    labelled = bool(data.get("label"))
    problems: list[Problem] = []
    chosen = value.get("metrics")
    for place, name in enumerate([chosen] if isinstance(chosen, str) else chosen or ()):
        problems += _check_metric(name, ("metrics", place), "metrics", labelled, document)
    policy = value.get("policy") if isinstance(value.get("policy"), dict) else {}
    problems += _check_profiles(policy.get("profiles"), document)
    rules = policy.get("rules")
    seen: dict[str, int] = {}
    for place, rule in enumerate(rules if isinstance(rules, (list, tuple)) else ()):
        if isinstance(rule, dict):
            problems += _check_rule(rule, place, names, labelled, document)
            problems += _check_id(rule, place, seen, document)
    return tuple(problems)


def _check_metric(
    name: Any, path: tuple[str | int, ...], where: str, labelled: bool, document: Document
) -> list[Problem]:
    if not isinstance(name, str):
        return []
    measure = find_measure(name)
    if measure is None:
        return [
            document.problem(
                path, f"{where}: there is no metric {str(name)!r}", did_you_mean(name, [*METRICS, *CRITERIA])
            )
        ]
    if measure.needs_label and not labelled:
        what = f"{where}: {str(name)!r} needs to know what happened, but there is no data.label"
        return [
            document.problem(path, what, "name the label's column, or use a metric of the prediction alone")
        ]
    return []


def _check_profiles(chosen: Any, document: Document) -> list[Problem]:
    problems = []
    for name in [chosen] if isinstance(chosen, str) else chosen or ():
        if isinstance(name, str) and name not in profile_names():
            what = f"policy.profiles: there is no profile {str(name)!r}"
            problems.append(
                document.problem(("policy", "profiles"), what, did_you_mean(name, profile_names()))
            )
    return problems


def _check_rule(
    rule: dict[str, Any], place: int, names: Sequence[str], labelled: bool, document: Document
) -> list[Problem]:
    path = ("policy", "rules", place)
    where = f"policy.rules[{place}]"
    problems = _check_metric(rule.get("metric"), (*path, "metric"), where, labelled, document)
    across = rule.get("across")
    targets = (
        [across] if isinstance(across, str) else list(across) if isinstance(across, (list, tuple)) else []
    )
    if not targets and across is not None:
        problems.append(document.problem((*path, "across"), f"{where}: across names nothing"))
    for name in targets:
        if isinstance(name, str) and name not in names and not (name == EVERYWHERE and len(targets) == 1):
            what = f"{where}: {str(name)!r} is not a sensitive feature"
            problems.append(document.problem((*path, "across"), what, did_you_mean(name, names)))
    problems += _check_limit(rule, path, where, document)
    return problems


def _check_limit(
    rule: dict[str, Any], path: tuple[str | int, ...], where: str, document: Document
) -> list[Problem]:
    measure = find_measure(rule["metric"]) if isinstance(rule.get("metric"), str) else None
    compare = rule.get("compare")
    if measure is None or compare not in ("difference", "ratio", "each"):
        return []
    if isinstance(measure, Criterion) and compare == "each":
        what = f"{where}: {measure.name!r} compares groups; it has no value of one group"
        return [document.problem((*path, "compare"), what, "use difference or ratio, or one of its metrics")]
    if compare == "ratio" and not measure.ratio:
        what = f"{where}: {measure.name!r} can be negative, so a ratio of it means nothing"
        return [document.problem((*path, "compare"), what, "use difference")]
    lowest, highest = {
        "difference": (0.0, measure.highest - measure.lowest),
        "ratio": (0.0, 1.0),
        "each": (measure.lowest, measure.highest),
    }[str(compare)]
    problems = []
    for side in ("max", "min"):
        try:
            bound = float(rule[side])
        except (KeyError, TypeError, ValueError):
            continue
        if bound == bound and not lowest <= bound <= highest:
            what = f"{where}: a {compare} of {measure.name} lies between {lowest:g} and {highest:g}, never at {bound:g}"
            hint = f"did you mean {bound / 100:g}?" if 1 < bound <= 100 else "choose a limit in that range"
            problems.append(document.problem((*path, side), what, hint))
    return problems


def _check_id(rule: dict[str, Any], place: int, seen: dict[str, int], document: Document) -> list[Problem]:
    rule_id = rule.get("id")
    if rule_id is None:
        try:
            across = rule["across"]
            names = (across,) if isinstance(across, str) else tuple(across)
            words = (
                f"{rule['metric']}-{'all' if names == (EVERYWHERE,) else '-'.join(names)}-{rule['compare']}"
            )
            rule_id = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
        except (KeyError, TypeError):
            return []
    path = ("policy", "rules", place)
    if str(rule_id) in seen:
        what = f"policy.rules[{place}]: the id {str(rule_id)!r} is taken by rule {seen[str(rule_id)]}"
        return [document.problem((*path, "id"), what, "give each rule an id of its own")]
    seen[str(rule_id)] = place
    return []
