"""The same audit in Python: `audit(frame, …)` or `audit("ethicscheck.yaml")`, and what comes back.

A thin face over `auditing`; the command line goes through here too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar, overload

from .auditing import Run, load_config, make_config, make_record
from .errors import UsageError
from .model.embedded import is_page, read_embedded
from .model.record import AuditRecord, read_record
from .results import AuditResult as AuditResult
from .results import as_list
from .sources.joining import column, features, is_array, is_frame, is_list_of_texts, with_columns

P = ParamSpec("P")
R = TypeVar("R")


def _config_stands_alone(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse whatever is given beside a config's path: it would be passed over without a word."""

    @wraps(function)
    def checked(*words: P.args, **given: P.kwargs) -> R:
        given_all = {**dict(zip(("frame", "y_pred"), words, strict=False)), **given}
        frame = given_all.get("frame")
        others = [
            name for name, value in given_all.items() if value is not None and name not in ("frame", "run", "baseline")
        ]
        if isinstance(frame, (str, Path)) and others:
            raise UsageError(
                f"a config says everything, so {' and '.join(others)} can't be given beside it",
                f"audit({str(frame)!r}, …)",
                "write it into the config, or give a data frame",
            )
        return function(*words, **given)

    return checked


@_config_stands_alone
def audit(
    frame: Any = None,
    y_pred: Any = None,
    *,
    y_true: Any = None,
    y_score: Any = None,
    label: Any = None,
    prediction: Any = None,
    sensitive: Any = None,
    count: Any = None,
    weight: Any = None,
    score: Any = None,
    threshold: float | None = None,
    positive: Any = None,
    favourable: Any = None,
    intersections: Sequence[Sequence[str]] | Literal["all"] | None = (),
    strata: Sequence[str] | str | None = (),
    unknown: Sequence[Any] | str | None = (),
    profiles: Sequence[str | Mapping[str, Any]] | Mapping[str, Any] | str | None = (),
    rules: Sequence[str | Mapping[str, Any]] | Mapping[str, Any] | str | None = (),
    waivers: Sequence[Mapping[str, Any]] | Mapping[str, Any] | str | Path | None = (),
    checklists: Sequence[str | Mapping[str, Any]] | Mapping[str, Any] | str | None = (),
    metrics: Sequence[str | Callable[..., Any]] | str | Callable[..., Any] | None = None,
    task: str = "binary",
    compare_with: Any = None,
    cluster: Any = None,
    pair: Any = None,
    tolerance: float | None = None,
    population: Mapping[str, Mapping[str, float]] | str | Path | None = None,
    custom: Mapping[str, Callable[..., Any] | str | Mapping[str, Any]] | None = None,
    explore: Mapping[str, Any] | bool | None = None,
    proxies: Mapping[str, Any] | None = None,
    mitigation: Mapping[str, Any] | bool | None = None,
    suppress_below: int | None = None,
    confidence: float = 0.95,
    min_group: int = 30,
    replicates: int = 2000,
    seed: int = 0,
    subject: str | Mapping[str, Any] = "Audit of a data frame",
    baseline: AuditResult | AuditRecord | str | Path | None = None,
    run: Run | None = None,
) -> AuditResult:
    """Audit a data frame, arrays as in scikit-learn (`audit(y_true, y_pred, sensitive=A)`), or what a config file describes.

    Parameters
    ----------
    frame : a frame of any library narwhals knows (pandas, polars, Arrow, DuckDB, …); or an array, which is then y_true; or
        the path of a config, which then says everything else.
    y_true, y_pred, y_score : scikit-learn's words for label, prediction and score.
    label, prediction, score, count, weight, compare_with, cluster, pair : names of columns, or arrays with one value a
        row.
    sensitive : names of columns, a mapping of names to {reference, bins}, or arrays; each is called by its own name, a
        bare array `group`, and bare arrays in a list `group_1`, `group_2`, …. Without a frame, a list of texts is the
        groups themselves. pandas objects must have equal indexes: rows are never matched by place in silence.
    threshold : without a prediction, prediction = score >= threshold.
    positive : the value that means "positive"; required unless values are 0/1 or booleans.
    favourable : which prediction helps the person; default: the positive one.
    intersections, strata, unknown, profiles, rules, waivers, metrics, task, confidence, min_group, replicates, seed :
        as in the config; where several can be given, one alone will do, and None means none (for metrics: all). A rule
        can be a line of text: "false_positive_rate difference <= 0.1 across race".
    tolerance, population, explore, proxies, mitigation, suppress_below : as in the config.
    checklists : ids or paths of checklists, or the config's entries (use, answers, require); paths are relative to the
        current folder.
    custom : measures of your own by name: functions f(y_true, y_pred, sample_weight=), or the config's entries, whose
        `function` may be one. A function among `metrics` is known by its own name.
    subject : the system's name, or the config's `subject` section.
    baseline : an earlier audit, its record, or the path of one; the record then says what changed since.
    run : runs each engine call, for progress and for stopping.

    Returns
    -------
    AuditResult

    Raises
    ------
    ConfigError
        With every problem of the arguments or the config.
    DataError
        When the data can't be audited as they stand.
    UsageError
        When there is nothing to audit, or something is given beside a config.
    """
    if isinstance(frame, (str, Path)):
        loaded = load_config(Path(frame))
        return AuditResult(make_record(loaded, run=run, baseline=record_of(baseline)), loaded.config.outputs)
    frame, label = _frame_or_array(frame, _one_of("label", label, "y_true", y_true))
    prediction = _one_of("prediction", prediction, "y_pred", y_pred)
    score = _one_of("score", score, "y_score", y_score)
    if frame is None and is_list_of_texts(sensitive):
        sensitive = {"group": sensitive}
    columns: dict[str, Any] = {}
    data: dict[str, Any] = {"source": "data frame", "sensitive": features(sensitive, columns)}
    roles = {"label": label, "prediction": prediction, "score": score, "count": count, "weight": weight}
    roles |= {"compare_with": compare_with, "cluster": cluster, "pair": pair}
    for role, given in roles.items():
        if given is not None:
            data[role] = column(given, role, columns)
    options = {"threshold": threshold, "positive": positive, "favourable": favourable, "tolerance": tolerance}
    options["population"] = str(population) if isinstance(population, Path) else population
    data |= {name: value for name, value in options.items() if value is not None}
    data |= {
        "intersections": () if intersections is None else intersections,
        "strata": as_list(strata),
        "unknown": as_list(unknown),
    }
    names, own, functions = _own_measures(metrics, custom)
    config: dict[str, Any] = {
        "subject": {"name": subject} if isinstance(subject, str) else dict(subject),
        "data": data,
        "task": task,
        "metrics": names,
        "statistics": {
            "confidence": confidence,
            "min_group": min_group,
            "replicates": replicates,
            "seed": seed,
        },
        "checklists": [{"use": str(use)} if isinstance(use, (str, Path)) else use for use in as_list(checklists)],
        "policy": {
            "profiles": as_list(profiles),
            "rules": _rules(rules, task, custom),
            "waivers": str(waivers) if isinstance(waivers, (str, Path)) else as_list(waivers),
        },
    }
    sections = {"custom": own or None, "explore": explore, "proxies": proxies, "mitigation": mitigation}
    sections["report"] = None if suppress_below is None else {"suppress_below": suppress_below}
    config |= {name: section for name, section in sections.items() if section is not None}
    loaded = make_config(config, functions)
    earlier = record_of(baseline)
    return AuditResult(make_record(loaded, frame=with_columns(frame, columns), run=run, baseline=earlier))


def _one_of(name: str, given: Any, other: str, also: Any) -> Any:
    """Return what was given under one of two names."""
    if given is not None and also is not None:
        raise UsageError(f"{name} and {other} mean the same, and both are given", "audit(…)", "give one of them")
    return given if also is None else also


def _frame_or_array(frame: Any, label: Any) -> tuple[Any, Any]:
    """Return the frame and the label; an array where a frame could stand is the label."""
    if frame is None or is_frame(frame) or not is_array(frame):
        return frame, label
    if label is not None:
        raise UsageError(
            "the first argument is an array, so it is y_true, and y_true is given beside it", "audit(…)", "give one"
        )
    return None, frame


def _rules(given: Any, task: str, custom: Mapping[str, Any] | None) -> list[Any]:
    """Return the rules as the config writes them."""
    listed = as_list(given)
    texts = [one for one in listed if isinstance(one, str)]
    if not texts:
        return listed
    from .policy.rule_text import parse_rules, rule_names

    read = dict(zip(texts, parse_rules(texts, rule_names(task, custom)), strict=True))
    return [rule for one in listed for rule in (read[one].rules() if isinstance(one, str) else [one])]


def _own_measures(
    metrics: Any, custom: Mapping[str, Any] | None
) -> tuple[list[Any] | None, dict[str, Any], dict[str, Callable[..., Any]]]:
    """Return the names of the metrics, the config's `custom` part, and the functions that were handed over."""
    own: dict[str, Any] = {}
    functions: dict[str, Callable[..., Any]] = {}
    for name, part in (custom or {}).items():
        described = dict(part) if isinstance(part, Mapping) else {"function": part}
        if callable(given := described.get("function")):
            functions[name] = given
            described["function"] = _whereabouts(given, name)
        own[name] = described
    if metrics is None:
        return None, own, functions
    names: list[Any] = []
    for given in as_list(metrics):
        if callable(given):
            name = str(getattr(given, "__name__", ""))
            if not name.isidentifier() or name in own:
                raise UsageError(
                    f"two measures are called {name!r}" if name in own else "a function without a name of its own",
                    "argument metrics",
                    'name it: custom={"my_metric": function}',
                )
            functions[name] = given
            own[name] = {"function": _whereabouts(given, name)}
            names.append(name)
        else:
            names.append(given)
    return names, own, functions


def _whereabouts(function: Callable[..., Any], name: str) -> str:
    return f"{getattr(function, '__module__', None) or 'python'}:{getattr(function, '__qualname__', None) or name}"


def load(path: str | Path) -> AuditResult:
    """Read an audit back from its `audit.json`, or from the `report.html` that was drawn from it.

    Parameters
    ----------
    path : of the file.

    Raises
    ------
    RecordError
        When it is no record, or not whole.
    """
    source = Path(path)
    try:
        content = source.read_bytes()
    except OSError as error:
        raise UsageError(f"the record can't be read: {error.strerror}", source.name, "give an audit.json") from None
    read = read_embedded if is_page(content) else read_record
    return AuditResult(read(content, source.name))


@overload
def record_of(given: AuditResult | AuditRecord | str | Path) -> AuditRecord: ...
@overload
def record_of(given: AuditResult | AuditRecord | str | Path | None) -> AuditRecord | None: ...
def record_of(given: AuditResult | AuditRecord | str | Path | None) -> AuditRecord | None:
    """Return the record of an audit that is given as a result, a record, or the path of one."""
    if given is None or isinstance(given, AuditRecord):
        return given
    return (given if isinstance(given, AuditResult) else load(given)).record
