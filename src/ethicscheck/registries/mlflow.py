"""MLflow: an audit logged to a run, as metrics to compare, tags to search, and its documents as artifacts."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ethicscheck.api import record_of
from ethicscheck.errors import UsageError
from ethicscheck.exports import write_documents
from ethicscheck.model.record import AuditRecord
from ethicscheck.policy.publishing import publishable

if TYPE_CHECKING:
    from ethicscheck.results import AuditResult

MOST_NAME: Final = 250  # characters of a metric's name
MOST_BATCH: Final = 1000  # metrics in one request
_UNKNOWN = re.compile(r"[^\w\-. :/]")


def log_audit(
    audit: AuditResult | AuditRecord | str | Path,
    run_id: str | None = None,
    *,
    formats: Sequence[str] = ("html", "json"),
    prefix: str = "ethicscheck",
    tracking_uri: str | None = None,
) -> str:
    """Log an audit to a run of MLflow: its documents, its values, and what it came to.

    Parameters
    ----------
    audit : a result, its record, or the path of one.
    run_id : the run; default: the active one.
    formats : the documents to keep as artifacts; what may not be published is in none but `audit.json`'s published form.
    prefix : stands before the names of metrics and tags, and names the artifacts' folder.
    tracking_uri : the server; default: MLflow's own settings, which hold the credentials too.

    Returns
    -------
    The run's id.

    Raises
    ------
    UsageError
        When the extra `mlflow` is not installed, there is no run, or the server does not take it.
    """
    client, exception = _client(tracking_uri)
    chosen = run_id or _active()
    record = publishable(record_of(audit))
    try:
        for name, value in _tags(record, prefix).items():
            client.set_tag(chosen, name, value)
        _log_metrics(client, chosen, record, prefix)
        with tempfile.TemporaryDirectory(prefix="ethicscheck-") as folder:
            for path in write_documents(record, Path(folder), tuple(formats)):
                client.log_artifact(chosen, str(path), prefix)
    except exception as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UsageError(
            f"MLflow did not take the audit: {said}", f"run {chosen}", "is it the right run and server?"
        ) from None
    return chosen


def metrics_of(record: AuditRecord, prefix: str = "ethicscheck") -> Iterator[tuple[str, float]]:
    """Yield names and values: of each finding with the ends of its interval, of each group's measures, rows.

    MLflow allows letters, digits, and a few signs in names; what else a group's name holds becomes an underscore, and two
    that would be the same are told apart by a digest.
    """
    taken: dict[str, tuple[str, ...]] = {}
    for parts, value in _values(record):
        yield _unique(parts, prefix, taken), value


def _values(record: AuditRecord) -> Iterator[tuple[tuple[str, ...], float]]:
    for finding in record.findings:
        seen = finding.observed
        if seen is not None:
            for name, end in (("value", seen.value), ("low", seen.interval.low), ("high", seen.interval.high)):
                if end is not None:
                    yield ("finding", finding.id, name), end
    for row in record.estimates:
        if row.value is not None and row.stratum is None:
            where = tuple(f"{name}={label}" for name, label in row.group.items())
            yield (row.metric, *(where or ("everyone",))), row.value
    yield ("rows",), record.data.rows
    yield ("rows_audited",), record.data.audited


def _unique(parts: tuple[str, ...], prefix: str, taken: dict[str, tuple[str, ...]]) -> str:
    name = "/".join(_UNKNOWN.sub("_", part.replace("/", "_").replace("=", "-")) for part in (prefix, *parts))
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]
    if len(name) > MOST_NAME or taken.get(name, parts) != parts:
        name = f"{name[: MOST_NAME - 9]}_{digest}"
    taken[name] = parts
    return name


def _tags(record: AuditRecord, prefix: str) -> dict[str, str]:
    made = record.provenance
    found = {
        "verdict": record.verdict,
        "record_sha256": hashlib.sha256(record.to_json()).hexdigest(),
        "config_sha256": made.config_sha256,
        "version": made.version,
        "created": made.created,
    }
    failed = ", ".join(finding.id for finding in record.findings if finding.verdict == "fail")
    found |= {"failed": failed[:5000]} if failed else {}
    return {f"{prefix}.{name}": value for name, value in found.items()}


def _log_metrics(client: Any, run_id: str, record: AuditRecord, prefix: str) -> None:
    import datetime

    from mlflow.entities import Metric

    now = int(datetime.datetime.fromisoformat(record.provenance.created).timestamp() * 1000)
    found = [Metric(name, float(value), now, 0) for name, value in metrics_of(record, prefix)]
    for start in range(0, len(found), MOST_BATCH):
        client.log_batch(run_id, metrics=found[start : start + MOST_BATCH])


def _client(tracking_uri: str | None) -> tuple[Any, type[Exception]]:
    try:
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
    except ImportError:
        hint = 'install it with: pip install "ethicscheck[mlflow]"'
        raise UsageError("logging to MLflow needs mlflow, which is not installed", "", hint) from None
    return MlflowClient(tracking_uri), MlflowException


def _active() -> str:
    import mlflow

    run = mlflow.active_run()
    if run is None:
        hint = "call it within `with mlflow.start_run():`, or give run_id"
        raise UsageError("there is no active run of MLflow", "log_audit", hint)
    return str(run.info.run_id)


__all__ = ["log_audit", "metrics_of"]
