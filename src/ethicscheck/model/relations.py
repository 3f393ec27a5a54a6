"""What must hold between the keys of a config. What each key may be stands in `config`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ethicscheck.errors import Problem, did_you_mean

from .explaining import dotted, meant_keys
from .strict_yaml import Document


def check_relations(value: dict[str, Any], document: Document, keys: Sequence[str]) -> list[Problem]:
    """Return the problems between keys, whatever else is wrong with the config; `keys` are those of its data part."""
    data = value.get("data")
    if not isinstance(data, dict):
        return []
    problems = _check_decision(data, document, keys)
    features = data.get("sensitive")
    names = (
        [features] if isinstance(features, str) else list(features) if isinstance(features, (dict, list, tuple)) else []
    )
    problems += _check_intersections(data.get("intersections"), names, document)
    problems += _check_strata(data.get("strata"), names, document)
    return problems


def _check_decision(data: dict[str, Any], document: Document, keys: Sequence[str]) -> list[Problem]:
    given = meant_keys(data, keys) | {key for key, part in data.items() if part or document.is_broken(("data", key))}
    problems = []
    if not {"prediction", "score"} & given:
        what, hint = "there is no data.prediction", "name the decision's column, or give score and threshold"
        problems.append(document.problem(("data",), what, hint))
    elif "prediction" not in given and "threshold" not in given and data.get("threshold") is None:
        what = "data.score without data.prediction needs data.threshold"
        problems.append(document.problem(("data", "score"), what, "prediction = score >= threshold"))
    label = data.get("label")
    if isinstance(label, str) and label == data.get("prediction"):
        what = f"label and prediction are the same column, {str(label)!r}"
        problems.append(document.problem(("data", "label"), what, "the audit would find no error at all"))
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
