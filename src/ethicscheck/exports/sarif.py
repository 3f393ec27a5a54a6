"""SARIF 2.1.0 (`ethicscheck.sarif`): a result for each finding, at the line of the config that set its limit.

The group stands as a logical location; a waiver as an external suppression; beside a baseline, what is new and what was known.
"""

from __future__ import annotations

import json
from typing import Any, Final

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible

from .voices import Line, lines

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
VERSION: Final = "2.1.0"
KINDS: Final = {
    "fail": "fail",
    "pass": "pass",
    "inconclusive": "review",
    "not_evaluable": "open",
    "waived": "fail",
}
STATES: Final = {"new": "new", "worse": "updated", "known": "unchanged"}


def render(record: AuditRecord) -> bytes:
    """Return the log, made with sarif-om."""
    import sarif_om
    from jschema_to_python.to_json import to_json

    found = lines(record)
    driver = sarif_om.ToolComponent(
        name="ethicscheck",
        version=record.provenance.version,
        semantic_version=record.provenance.version,
        rules=[_rule(line) for line in _first_of_each_rule(found)],
    )
    places = {line.finding.rule.id: place for place, line in enumerate(_first_of_each_rule(found))}
    run = sarif_om.Run(
        tool=sarif_om.Tool(driver=driver),
        results=[_result(line, places[line.finding.rule.id]) for line in found],
        column_kind="unicodeCodePoints",
        properties={
            "verdict": record.verdict,
            "configSha256": record.provenance.config_sha256,
            **({"findingsLeftOut": record.chosen.left_out} if record.chosen is not None else {}),
        },
    )
    log = sarif_om.SarifLog(schema_uri=SCHEMA, version=VERSION, runs=[run])
    loaded = json.loads(to_json(log))
    for result in loaded["runs"][0].get("results", ()):
        for suppression in result.get("suppressions", ()):
            suppression["status"] = suppression.pop("state")  # sarif-om has the name of an earlier draft
    return (json.dumps(loaded, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _first_of_each_rule(found: tuple[Line, ...]) -> list[Line]:
    return list({line.finding.rule.id: line for line in reversed(found)}.values())[::-1]


def _rule(line: Line) -> Any:
    import sarif_om

    rule = line.finding.rule
    return sarif_om.ReportingDescriptor(
        id=visible(rule.id),
        name=line.code,
        short_description=sarif_om.MultiformatMessageString(text=visible(f"{line.heading}: {line.rule}")),
        full_description=sarif_om.MultiformatMessageString(text=visible(line.why)),
        help=sarif_om.MultiformatMessageString(
            text=f"`ethicscheck explain {line.code}` says what it means and what to do."
        ),
        default_configuration=sarif_om.ReportingConfiguration(level="error"),
        properties={"tags": ["fairness", line.code]},
    )


def _result(line: Line, place: int) -> Any:
    import sarif_om

    kind = KINDS[line.verdict]
    return sarif_om.Result(
        rule_id=visible(line.finding.rule.id),
        rule_index=place,
        kind=kind,
        level=line.level if kind == "fail" else "none",
        message=sarif_om.Message(text=visible(f"{line.message} {line.remedy}".strip())),
        locations=[_location(line)],
        partial_fingerprints={
            "primaryLocationLineHash": f"{line.fingerprint[:16]}:1",
            "ethicscheck/v1": line.fingerprint,
        },
        baseline_state=_state(line),
        suppressions=_suppressions(line),
        properties=_numbers(line),
    )


def _state(line: Line) -> str | None:
    return STATES[line.known] if line.known is not None else None


def _location(line: Line) -> Any:
    import sarif_om

    seen = line.finding.observed
    groups = [group for group in ((seen.group, seen.against) if seen is not None else ()) if group]
    return sarif_om.Location(
        physical_location=sarif_om.PhysicalLocation(
            artifact_location=sarif_om.ArtifactLocation(uri=_uri(line.file or "audit.json")),
            region=sarif_om.Region(start_line=line.line or 1),
        ),
        logical_locations=[
            sarif_om.LogicalLocation(
                name=visible(" × ".join(group.values())), fully_qualified_name=visible(_qualified(group)), kind="group"
            )
            for group in groups
        ]
        or None,
    )


def _qualified(group: dict[str, str]) -> str:
    return ", ".join(f"{name}={label}" for name, label in group.items())


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


def _suppressions(line: Line) -> list[Any] | None:
    import sarif_om

    waiver = line.finding.waiver
    if waiver is None:
        return None
    status = "accepted" if waiver.applied else "rejected"
    ended = f" ({waiver.lapsed})" if waiver.lapsed else ""
    text = f"{waiver.owner}, until {waiver.expires}{ended}: {waiver.reason}"
    return [sarif_om.Suppression(kind="external", state=status, justification=visible(text))]


def _numbers(line: Line) -> dict[str, Any]:
    finding = line.finding
    found: dict[str, Any] = {"id": finding.id, "code": line.code, "verdict": line.verdict}
    if finding.observed is not None:
        interval = finding.observed.interval
        found |= {"value": finding.observed.value, "low": interval.low, "high": interval.high, "level": interval.level}
    if finding.rows_needed is not None:
        found["rowsNeeded"] = finding.rows_needed.rows_total
    return found
