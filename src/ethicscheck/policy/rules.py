"""Rules made definite: every rule of a config and its profiles, on the features it speaks of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Literal

from ethicscheck.errors import Problem, did_you_mean
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.multiclass import CLASS_MEASURES
from ethicscheck.metrics.registry import TASKS, Measures, find_measure
from ethicscheck.model.config import Config, DataConfig, RuleConfig
from ethicscheck.model.explaining import dotted, meant_keys
from ethicscheck.model.profile_use import names_of
from ethicscheck.model.scalars import as_number
from ethicscheck.model.strict_yaml import Document, Path
from ethicscheck.model.verdicts import Severity

from .other_names import OTHER_NAMES as OTHER_NAMES
from .profile_uses import check_profiles, crossed_by_profiles, known_uses
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
    severity: Severity | None = None


def intersections_of(config: Config) -> tuple[tuple[str, ...], ...]:
    """Return the intersections to compare, in the order of the config: those it names, its rules and its profiles' tables."""
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
    for names in crossed_by_profiles(config):
        found[tuple(sorted(names, key=features.index))] = None
    return tuple(found)


def measures_of(config: Config) -> Measures:
    """Return the measures that a config can ask for."""
    return Measures(config.task, config.own)


def resolve_rules(config: Config, document: Document | None = None) -> tuple[Rule, ...]:
    """Return every rule on every feature it speaks of, profiles first."""
    rules: list[Rule] = []
    for name in names_of(config.policy.profiles):
        for part in load_profile(name).rules:
            rules += spread_rule(part, part.id or name, config, name, None)
    for place, part in enumerate(config.policy.rules):
        line = document.lines.get(("policy", "rules", place)) if document is not None else None
        rules += spread_rule(part, rule_id_of(part.id, part.metric, part.across, part.compare), config, None, line)
    return tuple(rules)


def spread_rule(part: RuleConfig, rule_id: str, config: Config, profile: str | None, line: int | None) -> list[Rule]:
    """Return a rule on every feature it speaks of; its names must have been checked."""
    measure = measures_of(config).find(part.metric)
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
            part.severity,
        )
        for target in targets
    ]


def _is_configured(group: tuple[str, ...], config: Config) -> bool:
    chosen = config.data.intersections
    return chosen == "all" or set(group) in [set(names) for names in chosen]


def rule_id_of(rule_id: Any, metric: Any, across: Any, compare: Any) -> str:
    """Return a rule's id: its own, or one made of what it says.

    >>> rule_id_of(None, "accuracy", ("race", "sex"), "ratio")
    'accuracy-race-sex-ratio'
    """
    if rule_id is not None:
        return str(rule_id)
    names = (across,) if isinstance(across, str) else tuple(across)
    words = f"{metric}-{'all' if names == (EVERYWHERE,) else '-'.join(map(str, names))}-{compare}"
    return re.sub(r"[^\w]+|_+", "-", words.lower()).strip("-")


def check_names(value: Any, document: Document, own: Mapping[str, Metric] | None = None) -> tuple[Problem, ...]:
    """Return what is wrong with a config's metrics, rules and profiles, whatever else is wrong with it.

    A rule that could match nothing, that names no known metric, or whose limit lies where no value can, is an error: it
    would pass for ever.
    """
    if not isinstance(value, dict):
        return ()
    data, policy = _part(value, "data"), _part(value, "policy")
    features = data.get("sensitive")
    names = [str(name) for name in _words(features) or (features if isinstance(features, dict) else ())]
    given = {key for key, part in data.items() if part is not None or document.is_broken(("data", key))}
    given |= {*meant_keys(data, DataConfig.model_fields), *value}  # misspelt or misplaced: said where it stands
    measures = _measures_meant(value, own or {})
    problems: list[Problem] = []
    # Of a task that is misspelt nobody knows the measures: that is said once, where the task stands.
    judgeable = value.get("task", "binary") in TASKS
    for place, name in enumerate(_words(value.get("metrics")) if judgeable else ()):
        problems += _check_metric(name, ("metrics", place), given, document, measures)
    if judgeable:
        problems += check_profiles(policy.get("profiles"), names, measures.task, document)
    rules = policy.get("rules")
    seen = {
        str(part.id): f"profile {name!r}"
        for _, name, _ in known_uses(policy.get("profiles"))
        if name in profile_names()
        for part in load_profile(name).rules
    }
    for place, rule in enumerate(rules if isinstance(rules, (list, tuple)) else ()):
        if isinstance(rule, dict):
            path = ("policy", "rules", place)
            problems += _check_across(rule.get("across"), path, names, document)
            if judgeable:
                problems += _check_metric(rule.get("metric"), (*path, "metric"), given, document, measures)
                problems += _check_limit(rule, path, document, measures)
            problems += _check_id(rule, path, seen, document)
    return tuple(problems)


def _part(value: dict[str, Any], key: str) -> dict[str, Any]:
    part = value.get(key)
    return part if isinstance(part, dict) else {}


def _words(value: Any) -> list[str]:
    """Return the words of a word or a list; what else is wrong there is said by the types."""
    if isinstance(value, str):
        return [value]
    return [word for word in value if isinstance(word, str)] if isinstance(value, (list, tuple)) else []


def _measures_meant(value: dict[str, Any], own: Mapping[str, Metric]) -> Measures:
    """Return the measures of the task a config names; those of the default task where it names none."""
    task = value.get("task")
    # A measure that can't be loaded is known all the same: what is wrong with it is said once.
    custom = value.get("custom")
    broken = {name for name in custom if name not in own} if isinstance(custom, dict) else set()
    return Measures(task if isinstance(task, str) and task in TASKS else "binary", own, frozenset(map(str, broken)))


def _check_metric(name: Any, path: Path, given: Set[str], document: Document, measures: Measures) -> list[Problem]:
    if not isinstance(name, str) or not name.strip() or name in measures.broken:
        return []
    measure = measures.find(name)
    where = dotted(path)
    if measure is None and find_measure(name) is not None:
        what = f"{where}: {str(name)!r} is no measure of task {measures.task!r}"
        return [document.problem(path, what, f"its measures are {', '.join(measures.names())}{_of_classes(measures)}")]
    if measure is None:
        known = OTHER_NAMES.get(name.lower().replace(" ", "_").replace("-", "_"))
        hint = f"did you mean {known!r}?" if known else _nearest(name, measures)
        return [document.problem(path, f"{where}: there is no metric {str(name)!r}", hint)]
    if measure.needs_label and "label" not in given:
        what = f"{where}: {str(name)!r} needs to know what happened, but there is no data.label"
        return [document.problem(path, what, "name the label's column, or use a metric of the prediction alone")]
    if (lack := _lacking(measure, given, measures.task)) is not None:
        return [document.problem(path, f"{where}: {str(name)!r} needs {lack[0]}", lack[1])]
    return []


def _lacking(measure: Metric | Criterion, given: Set[str], task: str) -> tuple[str, str] | None:
    """Return what a measure needs of the data part that is not there, and a hint; None where it has all."""
    if task == "binary" and measure.table == "scores" and "score" not in given:
        return "scores, but there is no data.score", "name the score's column, or use a metric of the decision"
    if measure.name == "within_tolerance" and "tolerance" not in given:
        hint = "say how large an error is still fine, in the unit of the label: `tolerance: 5` under `data`"
        return "data.tolerance, and there is none", hint
    return None


def _nearest(name: str, measures: Measures) -> str:
    label, colon, part = name.rpartition(":")
    if measures.task == "multiclass" and colon:
        near = did_you_mean(part, CLASS_MEASURES)
        return near.replace("did you mean '", f"did you mean '{label}:") + ("" if "mean" in near else ", after CLASS:")
    return did_you_mean(name, measures.names()) + _of_classes(measures)


def _of_classes(measures: Measures) -> str:
    return ", or of one class CLASS:true_positive_rate and the like" if measures.task == "multiclass" else ""


def _check_across(across: Any, path: Path, names: Sequence[str], document: Document) -> list[Problem]:
    path = (*path, "across")
    if isinstance(across, (list, tuple)) and not across:
        return [document.problem(path, f"{dotted(path)} names nothing", 'name a sensitive feature, or "*" for each')]
    words = _words(across)
    problems = []
    for name in words:
        if name == EVERYWHERE and len(words) > 1:
            problems.append(
                document.problem(path, f"{dotted(path)}: '*' stands alone", "it means each feature already")
            )
        elif name != EVERYWHERE and names and name not in names:
            what = f"{dotted(path)}: {str(name)!r} is not a sensitive feature"
            problems.append(document.problem(path, what, did_you_mean(name, names)))
    twice = next((name for place, name in enumerate(words) if name in words[:place]), None)
    if twice is not None and twice != EVERYWHERE:
        problems.append(document.problem(path, f"{dotted(path)}: {str(twice)!r} stands here twice", "keep one of them"))
    return problems


def _check_limit(rule: dict[str, Any], path: Path, document: Document, measures: Measures) -> list[Problem]:
    measure = measures.find(rule["metric"]) if isinstance(rule.get("metric"), str) else None
    compare = rule.get("compare")
    if measure is None or compare not in ("difference", "ratio", "each"):
        return []
    where = dotted((*path, "compare"))
    if isinstance(measure, Criterion) and compare == "each":
        what = f"{where}: {measure.name!r} compares groups; it has no value of one group"
        return [document.problem((*path, "compare"), what, "use difference or ratio, or one of its metrics")]
    if compare == "ratio" and not measure.ratio:
        what = f"{where}: {measure.name!r} can be negative, so a ratio of it means nothing"
        return [document.problem((*path, "compare"), what, "use difference")]
    problems = []
    for side in ("max", "min"):
        try:
            bound = as_number(rule[side])
        except (KeyError, ValueError):
            continue
        if (slip := out_of_range(bound, measure, compare)) is not None:
            problems.append(document.problem((*path, side), f"{dotted((*path, side))}: {slip[0]}", slip[1]))
    return problems


def out_of_range(bound: float, measure: Metric | Criterion, compare: str) -> tuple[str, str] | None:
    """Return what is wrong, and a hint, with a bound that lies where no value can; None when it is a possible one."""
    lowest, highest = {
        "difference": (0.0, measure.highest - measure.lowest),
        "ratio": (0.0, 1.0),
        "each": (measure.lowest, measure.highest),
    }[compare]
    if lowest <= bound <= highest:
        return None
    kind = f"the {compare} of {measure.name}" if compare != "each" else f"each {measure.name}"
    hint = f"did you mean {bound / 100:g}?" if 1 < bound <= 100 else "choose a limit in that range"
    return f"{kind} lies between {lowest:g} and {highest:g}, never at {bound:g}", hint


def _check_id(rule: dict[str, Any], path: Path, seen: dict[str, str], document: Document) -> list[Problem]:
    """Return a problem where two findings could have one id; those of a rule on "*" are the rule's id, / and a feature."""
    given = rule.get("id")
    if given is None and not all(rule.get(key) for key in ("metric", "across", "compare")):
        return []
    try:
        rule_id = rule_id_of(given, rule.get("metric"), rule.get("across"), rule.get("compare"))
    except TypeError:
        return []
    where = dotted(path)
    twin = next(
        (other for other in seen if rule_id == other or _begins(rule_id, other) or _begins(other, rule_id)),
        None,
    )
    place = f"{seen[twin]}" if twin is not None else ""
    if twin is None:
        seen[rule_id] = where
        return []
    what = f"{where} and {place} have the same id, {rule_id!r}"
    if twin != rule_id:
        what = f"the id of {where}, {rule_id!r}, can't be told from {twin!r}, that of {place}"
    return [document.problem((*path, "id"), what, "give each rule an id of its own")]


def _begins(longer: str, shorter: str) -> bool:
    return longer.startswith(f"{shorter}/")
