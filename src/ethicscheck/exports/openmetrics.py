"""Numbers for dashboards (`metrics.txt`, OpenMetrics): findings with limits and intervals, and each group's values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible

from .voices import lines

Labels = Mapping[str, str]
Sample = tuple[Labels, float]
VERDICTS = ("pass", "fail", "inconclusive", "not_evaluable", "waived")


def render(record: AuditRecord) -> bytes:
    """Return the exposition: gauges, a closing `# EOF`, UTF-8. What is undefined is left out, never 0."""
    found = lines(record)
    families: list[tuple[str, str, Iterable[Sample]]] = [
        ("ethicscheck_finding", "1 for the verdict a finding has", (({"id": line.id, "code": line.code, "verdict": line.verdict}, 1) for line in found)),
        ("ethicscheck_finding_value", "What was measured for a finding", _observed(record, "value")),
        ("ethicscheck_finding_low", "Lower end of its interval", _observed(record, "low")),
        ("ethicscheck_finding_high", "Upper end of its interval", _observed(record, "high")),
        ("ethicscheck_finding_limit", "The limit of its rule", _limits(record)),
        ("ethicscheck_findings", "Findings by verdict", (({"verdict": name}, sum(line.verdict == name for line in found)) for name in VERDICTS)),
        ("ethicscheck_findings_left_out", "Findings that --only and --skip left out here", [({}, record.chosen.left_out)] if record.chosen else []),
        ("ethicscheck_group_value", "A measure's value in a group", _groups(record)),
        ("ethicscheck_rows", "Rows read", [({}, record.data.rows)]),
        ("ethicscheck_rows_audited", "Rows in every table", [({}, record.data.audited)]),
    ]  # fmt: skip
    out = []
    for name, help_text, samples in families:
        shown = _shown(name, samples)
        if shown:
            out += [f"# TYPE {name} gauge", f"# HELP {name} {help_text}", *shown]
    return ("\n".join([*out, "# EOF"]) + "\n").encode("utf-8")


def _observed(record: AuditRecord, part: str) -> Iterator[Sample]:
    for finding in record.findings:
        if finding.observed is not None:
            holder = finding.observed if part == "value" else finding.observed.interval
            value = getattr(holder, part)
            if value is not None:
                yield {"id": finding.id}, value


def _limits(record: AuditRecord) -> Iterator[Sample]:
    for finding in record.findings:
        for side in ("max", "min"):
            value = getattr(finding.rule, side)
            if value is not None:
                yield {"id": finding.id, "side": side}, value


def _groups(record: AuditRecord) -> Iterator[Sample]:
    for row in record.estimates:
        if row.value is not None and row.stratum is None:
            features, group = " × ".join(row.features), " × ".join(row.group.values())
            yield {"metric": row.metric, "features": features, "group": group}, row.value


def _shown(name: str, samples: Iterable[Sample]) -> list[str]:
    """Return the lines; of label sets that read alike (names that differ in what can't be seen) the later are numbered."""
    taken: dict[str, int] = {}
    written = []
    for labels, value in samples:
        again = taken[_labels(labels)] = taken.get(_labels(labels), 0) + 1
        told = labels if again == 1 else {**labels, "again": str(again)}
        written.append(f"{name}{_labels(told)} {value!r}")
    return written


def _labels(labels: Labels) -> str:
    parts = [f'{name}="{_escaped(value)}"' for name, value in labels.items()]
    return f"{{{','.join(parts)}}}" if parts else ""


def _escaped(value: str) -> str:
    return visible(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
