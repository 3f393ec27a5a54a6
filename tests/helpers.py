"""What several test files share: a config in one line, an audit in one line, and rows of a record by name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ethicscheck.auditing import load_config, make_config, make_record
from ethicscheck.model.config import LoadedConfig
from ethicscheck.model.record import AuditRecord, Disparity, Estimate

Rows = Sequence[Mapping[str, Any]]

# Twelve people in two groups: a has TP 2, FN 1, FP 1, TN 2; b has TP 1, FN 2, FP 2, TN 1.
TWELVE = "group,y,p\n" + "".join(
    f"{group},{label},{prediction}\n"
    for group, label, prediction in (
        [("a", 1, 1)] * 2 + [("a", 1, 0)] + [("a", 0, 1)] + [("a", 0, 0)] * 2
        + [("b", 1, 1)] + [("b", 1, 0)] * 2 + [("b", 0, 1)] * 2 + [("b", 0, 0)]
    )
)  # fmt: skip


def config_value(
    *,
    rules: Sequence[Mapping[str, Any]] = (),
    profiles: Sequence[str] = (),
    metrics: Sequence[str] | None = None,
    statistics: Mapping[str, Any] | None = None,
    task: str = "binary",
    report: Mapping[str, Any] | None = None,
    **data: Any,
) -> dict[str, Any]:
    """Return a config as nested dicts; `data` are the keys of its `data` part."""
    part = {"source": "data.csv", "prediction": "p", "label": "y", "sensitive": ["group"], **data}
    value: dict[str, Any] = {
        "schema": "ethicscheck/config/1",
        "subject": {"name": "test"},
        "data": {key: item for key, item in part.items() if item is not None},
        "task": task,
        "statistics": {"min_group": 0, **(statistics or {})},
        "policy": {"profiles": list(profiles), "rules": [dict(rule) for rule in rules]},
    }
    value |= {} if report is None else {"report": dict(report)}
    return value if metrics is None else {**value, "metrics": list(metrics)}


def write_config(folder: Path, **parts: Any) -> Path:
    """Write a config into `folder` (JSON is YAML too) and return its path."""
    path = folder / "ethicscheck.yaml"
    path.write_text(json.dumps(config_value(**parts), indent=1, ensure_ascii=False), encoding="utf-8")
    return path


def audit_files(folder: Path, **parts: Any) -> AuditRecord:
    """Audit files in `folder`."""
    return make_record(load_config(write_config(folder, **parts)))


def audit_text(folder: Path, text: str | bytes, **parts: Any) -> AuditRecord:
    """Write `text` as data.csv and audit it."""
    (folder / "data.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return audit_files(folder, **parts)


def loaded(**parts: Any) -> LoadedConfig:
    """Return a checked config made from Python values."""
    return make_config(config_value(**parts))


def audit_frame(frame: Any, **parts: Any) -> AuditRecord:
    """Audit a data frame."""
    return make_record(loaded(**parts), frame)


def estimates(record: AuditRecord, metric: str, *features: str) -> dict[str | tuple[str, ...], Estimate]:
    """Return the estimates of a metric by group label ("" for the overall), strata left out."""
    found: dict[str | tuple[str, ...], Estimate] = {}
    for row in record.estimates:
        if row.metric == metric and row.features == features and row.stratum is None:
            labels = tuple(row.group.values())
            found[labels[0] if len(labels) == 1 else labels or ""] = row
    return found


def values(record: AuditRecord, metric: str, *features: str) -> dict[str | tuple[str, ...], float | None]:
    """Return the values of a metric by group label."""
    return {group: row.value for group, row in estimates(record, metric, *features).items()}


def gap(record: AuditRecord, metric: str, compare: str, *features: str, to: str = "gap") -> Disparity:
    """Return the one gap of that kind."""
    (row,) = disparities(record, metric, compare, *features, to=to)
    return row


def disparities(record: AuditRecord, metric: str, compare: str, *features: str, to: str) -> list[Disparity]:
    """Return the disparities of that kind."""
    return [
        row
        for row in record.disparities
        if (row.metric, row.compare, row.features, row.to) == (metric, compare, features, to)
    ]


def results(record: AuditRecord) -> dict[str, Any]:
    """Return what must not depend on where the data come from: everything but the provenance and the rule's line."""
    value = record.model_dump(mode="json", by_alias=True)
    del value["provenance"]
    for finding in value["findings"]:
        finding["rule"].pop("line", None)
    return value


def reconciles(record: AuditRecord) -> bool:
    """Return whether every row is accounted for."""
    data = record.data
    return data.audited + sum(part.rows for part in data.excluded) == data.rows
