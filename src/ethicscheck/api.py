"""The same audit in Python: `audit(frame, …)` or `audit("ethicscheck.yaml")`, and what comes back.

A thin face over `auditing`; the command line goes through here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .auditing import Run, load_config, make_config, make_record
from .errors import DataError, UsageError
from .exports import write_documents
from .model.record import AuditRecord, Disparity, Estimate, Finding, Part, read_record

if TYPE_CHECKING:
    import pandas as pd

EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}


@dataclass(frozen=True)
class AuditResult:
    """An audit that was made: its record, and views of it.

    Parameters
    ----------
    record : the record of the audit (`ethicscheck/record/1`).
    formats : the documents the config asks for.
    """

    record: AuditRecord
    formats: tuple[str, ...] = ("html", "json")

    @property
    def verdict(self) -> Literal["pass", "fail", "inconclusive"]:
        """The verdict over all rules."""
        return self.record.verdict

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 3 inconclusive."""
        return EXIT_CODES[self.record.verdict]

    def by_group(self) -> pd.DataFrame:
        """Return the record's estimates as a pandas frame: a row for each metric, group and stratum."""
        return _frame(self.record.estimates, Estimate)

    def gaps(self) -> pd.DataFrame:
        """Return the record's disparities as a pandas frame: gaps, and groups against reference and overall."""
        return _frame(self.record.disparities, Disparity)

    def findings(self) -> pd.DataFrame:
        """Return the record's findings as a pandas frame: a row for each rule and feature."""
        return _frame(self.record.findings, Finding)

    def save(self, folder: str | Path, formats: Iterable[str] | None = None) -> tuple[Path, ...]:
        """Write the documents into `folder`, each whole or not at all; `audit.json` always.

        Returns
        -------
        The paths written.
        """
        chosen = tuple(formats) if formats is not None else self.formats
        return write_documents(self.record, Path(folder), ("json", *chosen))


def audit(
    frame: Any = None,
    *,
    label: Any = None,
    prediction: Any = None,
    sensitive: Any = None,
    count: Any = None,
    weight: Any = None,
    score: Any = None,
    threshold: float | None = None,
    positive: Any = None,
    favourable: Any = None,
    intersections: Sequence[Sequence[str]] | Literal["all"] = (),
    strata: Sequence[str] = (),
    unknown: Sequence[Any] = (),
    profiles: Sequence[str] = (),
    rules: Sequence[Mapping[str, Any]] = (),
    waivers: Sequence[Mapping[str, Any]] | str | Path = (),
    checklists: Sequence[str | Mapping[str, Any]] = (),
    metrics: Sequence[str] | None = None,
    task: str = "binary",
    confidence: float = 0.95,
    min_group: int = 30,
    replicates: int = 2000,
    seed: int = 0,
    subject: str | Mapping[str, Any] = "Audit of a data frame",
    run: Run | None = None,
) -> AuditResult:
    """Audit a data frame, or what a config file describes.

    Parameters
    ----------
    frame : a frame of any library narwhals knows (pandas, polars, Arrow, DuckDB, …), or the path of a config, which
        then says everything else.
    label, prediction, score, count, weight : names of columns, or arrays with one value a row.
    sensitive : names of columns, a mapping of names to {reference, bins}, or arrays; a bare array is called `group`.
    threshold : without a prediction, prediction = score >= threshold.
    positive : the value that means "positive"; required unless values are 0/1 or booleans.
    favourable : which prediction helps the person; default: the positive one.
    intersections, strata, unknown, profiles, rules, waivers, metrics, task, confidence, min_group, replicates, seed :
        as in the config.
    checklists : ids or paths of checklists, or the config's entries (use, answers, require); paths are relative to the
        current folder.
    subject : the system's name, or the config's `subject` section.
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
    """
    if isinstance(frame, (str, Path)):
        loaded = load_config(Path(frame))
        return AuditResult(make_record(loaded, run=run), loaded.config.outputs)
    columns: dict[str, Any] = {}
    data: dict[str, Any] = {"source": "data frame", "sensitive": _features(sensitive, columns)}
    roles = {"label": label, "prediction": prediction, "score": score, "count": count, "weight": weight}
    for role, given in roles.items():
        if given is not None:
            data[role] = _column(given, role, columns)
    options = {"threshold": threshold, "positive": positive, "favourable": favourable}
    data |= {name: value for name, value in options.items() if value is not None}
    data |= {"intersections": intersections, "strata": list(strata), "unknown": list(unknown)}
    config: dict[str, Any] = {
        "subject": {"name": subject} if isinstance(subject, str) else dict(subject),
        "data": data,
        "task": task,
        "metrics": metrics,
        "statistics": {
            "confidence": confidence,
            "min_group": min_group,
            "replicates": replicates,
            "seed": seed,
        },
        "checklists": [{"use": use} if isinstance(use, str) else dict(use) for use in checklists],
        "policy": {
            "profiles": list(profiles),
            "rules": [dict(rule) for rule in rules],
            "waivers": str(waivers) if isinstance(waivers, (str, Path)) else [dict(waiver) for waiver in waivers],
        },
    }
    loaded = make_config(config)
    return AuditResult(make_record(loaded, frame=_with_columns(frame, columns), run=run))


def load(path: str | Path) -> AuditResult:
    """Read an audit back from its `audit.json`.

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
    return AuditResult(read_record(content, source.name))


def _frame(rows: Sequence[Any], kind: type[Part]) -> pd.DataFrame:
    import pandas as pd

    plain = [row.model_dump(mode="json") for row in rows]
    for row in plain:
        ends = row.get("interval") or (row.get("observed") or {}).get("interval") or {}
        row["low"], row["high"] = ends.get("low"), ends.get("high")
    return pd.DataFrame(plain, columns=[*kind.model_fields, "low", "high"])


def _features(sensitive: Any, columns: dict[str, Any]) -> Any:
    if sensitive is None:
        return None
    if isinstance(sensitive, str):
        return [sensitive]
    if isinstance(sensitive, Mapping) and not _is_frame(sensitive):
        named = {}
        for name, part in sensitive.items():
            if _is_array(part):
                columns[str(name)] = part
                part = None
            named[str(name)] = part
        return named
    if isinstance(sensitive, (list, tuple)) and all(isinstance(name, str) for name in sensitive) and sensitive:
        return list(sensitive)
    if _is_frame(sensitive):
        names = [str(name) for name in sensitive.columns]
        columns.update({name: sensitive[name] for name in names})
        return names
    return [_column(sensitive, "group", columns)]


def _column(given: Any, role: str, columns: dict[str, Any]) -> str:
    if isinstance(given, str):
        return given
    if not _is_array(given):
        raise DataError(f"{given!r} is neither a column's name nor an array", f"argument {role}", "give one of them")
    own = getattr(given, "name", None)
    name = own if role == "group" and isinstance(own, str) and own else role
    columns[name] = given
    return name


def _is_array(value: Any) -> bool:
    return hasattr(value, "__len__") and hasattr(value, "__getitem__") and not isinstance(value, (str, bytes, Mapping))


def _is_frame(value: Any) -> bool:
    return hasattr(value, "columns") and hasattr(value, "shape")


def _with_columns(frame: Any, columns: Mapping[str, Any]) -> Any:
    """Return the frame with the arrays joined to it, row by row."""
    if not columns:
        if frame is None:
            raise UsageError("there is nothing to audit", "audit(…)", "give a data frame, arrays, or a config's path")
        return frame
    import numpy as np
    import pandas as pd

    arrays = {name: np.asarray(values, dtype=object) for name, values in columns.items()}
    sizes = {name: len(values) for name, values in arrays.items()}
    if frame is not None:
        try:
            sizes["the frame"] = len(frame)
        except TypeError:
            raise UsageError(
                "arrays can't be joined to a lazy frame", "audit(…)", "add them to the frame as columns first"
            ) from None
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"{name}: {rows:,}" for name, rows in sizes.items())
        raise DataError(f"the number of rows differs ({shown})", "audit(…)", "give one value for each row")
    made = {name: pd.Series(values).infer_objects() for name, values in arrays.items()}
    if frame is None:
        return pd.DataFrame(made)
    import narwhals as nw

    whole = nw.from_native(frame, eager_only=True)
    taken = [name for name in made if name in whole.columns]
    if taken:
        raise DataError(f"the frame already has a column {taken[0]!r}", "audit(…)", "rename it, or name the column")
    backend = nw.get_native_namespace(whole)
    added = [nw.new_series(name, values.tolist(), backend=backend) for name, values in made.items()]
    return whole.with_columns(*added).to_native()
