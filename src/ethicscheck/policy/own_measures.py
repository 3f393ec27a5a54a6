"""The measures of a config's own, loaded and checked: every mistake with its line, before any data are read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ethicscheck.errors import Problem
from ethicscheck.metrics.definition import Metric
from ethicscheck.metrics.loading import (
    LoadingError,
    OwnFunction,
    checked_function,
    load_function,
    load_registered,
    registered_names,
)
from ethicscheck.metrics.own import OwnMeasure, own_metric, own_table
from ethicscheck.metrics.registry import TASKS, find_measure
from ethicscheck.model.config_studies import CustomMetric, as_custom
from ethicscheck.model.explaining import dotted
from ethicscheck.model.strict_yaml import Document

_NAME = re.compile(r"[^\W\d][\w-]*")
Given = Mapping[str, Callable[..., Any]]


def read_own(value: Any, document: Document, base: Path, given: Given) -> tuple[dict[str, Metric], tuple[Problem, ...]]:
    """Return the measures that a config defines or takes from installed packages, and what is wrong with them.

    Parameters
    ----------
    value : the config as nested dicts and lists, whatever else is wrong with it.
    document : where each part stands.
    base : the folder that files are relative to, and stay in.
    given : functions handed over in Python, by the measure's name.
    """
    if not isinstance(value, dict):
        return {}, ()
    named = value.get("custom")
    parts: dict[Any, Any] = named if isinstance(named, dict) else {}
    task = value.get("task") if value.get("task") in TASKS else "binary"
    found: dict[str, Metric] = {}
    problems: list[Problem] = []
    for name, written in parts.items():
        path: tuple[str | int, ...] = ("custom", str(name))
        try:
            part = CustomMetric.model_validate(as_custom(written))
        except ValidationError:
            continue  # said by the types
        slip = _slip(str(name), part, value, str(task), name in given)
        if slip is not None:
            problems.append(document.problem(path, f"{dotted(path)}: {slip[0]}", slip[1]))
            continue
        try:
            if name in given:
                own = OwnFunction(checked_function(given[name], part.function), part.function)
            else:
                own = load_function(part.function, base)
        except LoadingError as error:
            problems.append(document.problem(path, f"{dotted(path)}: {error.what}", error.hint))
            continue
        found[str(name)] = _metric(str(name), part, own, str(task))
    for name, path in _asked(value):
        if name in found or name in parts or find_measure(name) is not None or name not in registered_names():
            continue
        try:
            registered = load_registered(name)
        except LoadingError as error:
            problems.append(document.problem(path, f"{dotted(path)}: {error.what}", error.hint))
            continue
        found[name] = _metric(name, _described(registered), registered, str(task))
    return found, tuple(problems)


def _metric(name: str, part: CustomMetric, own: OwnFunction, task: str) -> Metric:
    lowest = -math.inf if part.lowest is None else part.lowest
    highest = math.inf if part.highest is None else part.highest
    return own_metric(
        OwnMeasure(name, own, lowest, highest),
        title=part.title,
        asks=part.asks,
        misleads=part.misleads,
        worse=part.worse,
        table=own_table(task, part.needs) or "decisions",
    )


def _described(own: OwnFunction) -> CustomMetric:
    """Return what a registered function says of itself: its attributes title, asks, misleads, lowest, highest, worse, needs."""
    said = {
        key: getattr(own.function, key)
        for key in ("title", "asks", "misleads", "lowest", "highest", "worse", "needs")
        if hasattr(own.function, key)
    }
    try:
        return CustomMetric.model_validate({"function": own.where, **said})
    except ValidationError:
        return CustomMetric(function=own.where)


def _slip(name: str, part: CustomMetric, value: dict[str, Any], task: str, handed: bool) -> tuple[str, str] | None:
    """Return what is wrong with a measure's description, and a hint."""
    data = value.get("data")
    columns = data if isinstance(data, dict) else {}
    if not _NAME.fullmatch(name):
        return f"{name!r} is no name for a measure", "letters, digits and _, such as cost_of_errors"
    if find_measure(name) is not None:
        hint = f'name yours: custom={{"my_{name}": {name}}}' if handed else f"choose another name, such as my_{name}"
        return f"there is already a measure called {name!r}", hint
    if part.lowest is not None and part.highest is not None and part.lowest >= part.highest:
        return f"the lowest value, {part.lowest:g}, is not below the highest, {part.highest:g}", "swap them"
    if part.lowest is None and part.highest is not None:
        return "a highest value needs a lowest one", "give `lowest` too, or leave both out"
    if own_table(task, part.needs) is None:
        if task == "regression":
            return "a function needs single cases, but of a regression sums alone are kept", "use the task's measures"
        return f"task {task!r} has no {part.needs}", "leave `needs` out"
    if not columns.get("label"):
        return "a function of y_true needs to know what happened, but there is no data.label", "name the label's column"
    if part.needs == "scores" and not columns.get("score"):
        return "it needs scores, but there is no data.score", "name the score's column, or leave `needs` out"
    if part.needs == "decisions" and not columns.get("prediction") and not columns.get("threshold"):
        return "it needs decisions, but there is neither data.prediction nor data.threshold", "or set `needs: scores`"
    return None


def _asked(value: dict[str, Any]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield the names of measures that a config asks for, with where they stand."""
    metrics = value.get("metrics")
    several = [metrics] if isinstance(metrics, str) else metrics if isinstance(metrics, (list, tuple)) else []
    for place, name in enumerate(several):
        if isinstance(name, str):
            yield name, ("metrics", place)
    policy = value.get("policy")
    rules = policy.get("rules") if isinstance(policy, dict) else None
    for place, rule in enumerate(rules if isinstance(rules, (list, tuple)) else ()):
        if isinstance(rule, dict) and isinstance(rule.get("metric"), str):
            yield rule["metric"], ("policy", "rules", place, "metric")
