"""What must hold between the keys of a config. What each key may be stands in `config`."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from ethicscheck.errors import Problem, did_you_mean

from .explaining import dotted, meant_keys
from .strict_yaml import Document, Path

# The parts of which a column can play one only; sensitive features are held against them too.
_ROLES = ("label", "prediction", "compare_with", "score", "count", "weight")
_ROLE_HINTS = {
    ("label", "prediction"): "the audit would find no error at all",
    ("label", "sensitive feature"): "the groups would be the outcomes themselves",
    ("prediction", "sensitive feature"): "the groups would be the decisions themselves",
    ("prediction", "compare_with"): "the two models would be one",
    ("count", "weight"): "a count says how many rows there are, a weight how much each of them stands for",
}

_TASKS = ("binary", "score", "multiclass", "regression")

# Keys that only some tasks know what to do with.
_ONLY = {
    "threshold": ("binary", "score"),
    "favourable": ("binary",),
    "compare_with": ("binary",),
    "score": ("binary", "score"),
    "tolerance": ("regression",),
    "positive": ("binary", "score"),
}


def check_relations(value: dict[str, Any], document: Document, keys: Sequence[str]) -> list[Problem]:
    """Return the problems between keys, whatever else is wrong with the config; `keys` are those of its data part."""
    data = value.get("data")
    if not isinstance(data, dict):
        return []
    misplaced = set(keys) & set(value)  # said already, with where they belong
    problems = _check_decision(data, value.get("task", "binary"), document, keys, misplaced)
    features = data.get("sensitive")
    names = (
        [features] if isinstance(features, str) else list(features) if isinstance(features, (dict, list, tuple)) else []
    )
    problems += _check_roles(data, [str(name) for name in names if isinstance(name, str)], document)
    problems += _check_belonging(data, names, document)
    problems += _check_intersections(data.get("intersections"), names, document)
    problems += _check_strata(data.get("strata"), names, document)
    if data.get("pair") is not None and data.get("count") is not None:
        what = "data.pair and data.count don't go together"
        hint = "a pair is two rows: write each answer as a row of its own"
        problems.append(document.problem(("data", "count"), what, hint))
    grouped = next((key for key in ("cluster", "pair") if data.get(key) is not None), None)
    if grouped is not None and value.get("explore") is not None:
        what = f"explore takes every row for a new person, but data.{grouped} says which belong together"
        hint = "the half that finds and the half that confirms would hold the same people; leave out one of the two"
        problems.append(document.problem(("explore",), what, hint))
    if value.get("mitigation") and (task := value.get("task", "binary")) in ("multiclass", "regression"):
        what = f"mitigation means nothing for task: {task}"
        problems.append(document.problem(("mitigation",), what, "it moves thresholds: it is for task: binary or score"))
    problems += _check_explored(value.get("explore"), data, names, document)
    return problems


def _check_decision(
    data: dict[str, Any], task: Any, document: Document, keys: Sequence[str], misplaced: Set[str]
) -> list[Problem]:
    if task not in _TASKS:
        return []  # said where it stands; what it needs can't be known
    given = meant_keys(data, keys) | {key for key, part in data.items() if part or document.is_broken(("data", key))}
    given |= misplaced
    what = hint = None
    if task == "score":
        if "score" not in given:
            what, hint = "there is no data.score", "task: score needs the score's column"
    elif task in ("multiclass", "regression"):
        if "prediction" not in given:
            what, hint = "there is no data.prediction", "name the column of what was predicted"
    elif not {"prediction", "score"} & given:
        what, hint = "there is no data.prediction", "name the decision's column, or give score and threshold"
    elif "prediction" not in given and "threshold" not in given and data.get("threshold") is None:
        what = "data.score without data.prediction needs data.threshold"
        hint = "prediction = score >= threshold"
        return [document.problem(("data", "score"), what, f"{hint}; or declare task: score")]
    problems = [] if what is None or hint is None else [document.problem(("data",), what, hint)]
    for key, tasks in _ONLY.items():
        if key in given and isinstance(task, str) and task not in tasks:
            what = f"data.{key} means nothing for task: {task}"
            problems.append(document.problem(("data", key), what, f"it is for task: {' or '.join(tasks)}"))
    return problems


def _check_roles(data: dict[str, Any], names: Sequence[str], document: Document) -> list[Problem]:
    """Return a problem for each column that plays two parts. A stratum may be a column with another part."""
    found: dict[str, tuple[str, Path]] = {}
    problems = []
    parts: list[tuple[str, Any, Path]] = [(role, data.get(role), ("data", role)) for role in _ROLES]
    mapped = isinstance(data.get("sensitive"), dict)
    parts += [
        ("sensitive feature", name, ("data", "sensitive", name if mapped else place))
        for place, name in enumerate(names)
    ]
    for role, column, path in parts:
        if not isinstance(column, str) or not column:
            continue
        other, first = found.setdefault(column, (role, path))
        if other == role:
            continue
        what = f"{other} and {role} are the same column, {str(column)!r}"
        problems.append(document.problem(first, what, _ROLE_HINTS.get((other, role), "one column plays one part")))
    return problems


def _check_belonging(data: dict[str, Any], names: Sequence[str], document: Document) -> list[Problem]:
    """Return a problem where a group would be the case, or the person, that its rows belong to."""
    problems = []
    for key, whom in (("cluster", "a person"), ("pair", "a case")):
        column = data.get(key)
        if isinstance(column, str) and column in names:
            what = f"data.{key}: {str(column)!r} is a sensitive feature already"
            problems.append(
                document.problem(("data", key), what, f"name the column that says which rows are of {whom}")
            )
    return problems


def _check_intersections(groups: Any, names: Sequence[str], document: Document) -> list[Problem]:
    problems = []
    seen: list[set[str]] = []
    for place, group in enumerate(groups if isinstance(groups, (list, tuple)) else ()):
        path = ("data", "intersections", place)
        words = [str(name) for name in group if isinstance(name, str)] if isinstance(group, (list, tuple)) else None
        if words is None:
            continue
        for name in words:
            if name not in names:
                what = f"{dotted(path)}: {name!r} is not a sensitive feature"
                problems.append(document.problem(path, what, did_you_mean(name, names)))
        if len(set(words)) < 2 or len(set(words)) < len(words):
            what = f"{dotted(path)}: an intersection has two or more different features"
            problems.append(document.problem(path, what, "write it as [[race, sex]]"))
        elif set(words) in seen:
            problems.append(document.problem(path, f"{dotted(path)}: this intersection stands here twice", "keep one"))
        seen.append(set(words))
    return problems


def _check_strata(strata: Any, names: Sequence[str], document: Document) -> list[Problem]:
    problems = []
    for place, name in enumerate(
        [strata] if isinstance(strata, str) else strata if isinstance(strata, (list, tuple)) else ()
    ):
        if isinstance(name, str) and name in names:
            what = f"data.strata: {str(name)!r} is a sensitive feature already"
            problems.append(
                document.problem(("data", "strata", place), what, "use data.intersections to combine features")
            )
    return problems


def _check_explored(explore: Any, data: dict[str, Any], names: Sequence[str], document: Document) -> list[Problem]:
    columns = explore.get("columns") if isinstance(explore, dict) else None
    problems = []
    split = {
        "weight": "weights can’t be split at random into two halves from their sums",
        "cluster": "the same person could stand in both halves",
    }
    for key, why in split.items():
        if explore and data.get(key):
            hint = f"{why}; search in an audit of its own, without data.{key}"
            problems.append(document.problem(("explore",), f"explore can’t be combined with data.{key}", hint))
    for place, name in enumerate([columns] if isinstance(columns, str) else columns or ()):
        path = ("explore", "columns", place)
        role = next((role for role in _ROLES if isinstance(name, str) and data.get(role) == name), None)
        if name in names:
            what = f"{dotted(path)}: {str(name)!r} is a sensitive feature already"
            problems.append(document.problem(path, what, "it is searched anyway; leave it out here"))
        elif role is not None:
            what = f"{dotted(path)}: {str(name)!r} is data.{role}"
            problems.append(document.problem(path, what, "name columns that describe people"))
    return problems
