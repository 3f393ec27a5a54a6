"""CycloneDX 1.6 ML-BOM (`model.cdx.json`): the model with what was measured, for whom it is a risk, and the checklist as declarations.

Made with cyclonedx-python-lib; the model card and the declarations, which it does not hold, are put into its JSON, and the whole
is held to its own strict validator.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any, Final

from ethicscheck.errors import UsageError
from ethicscheck.model.record import AuditRecord, Estimate
from ethicscheck.model.wording import visible
from ethicscheck.report.headline import headline

from .cyclonedx_checklists import declarations, standards
from .voices import Line, lines

NAMESPACE: Final = uuid.UUID("6a5f3b0e-7a2f-5d0c-9a55-1b6a0a7c2e11")  # ours, for serial numbers that repeat
MODEL: Final = "model"


def render(record: AuditRecord) -> bytes:
    """Return the bill of materials.

    Raises
    ------
    UsageError
        When the library's strict validator refuses it.
    """
    from cyclonedx.output.json import JsonV1Dot6

    made = json.loads(JsonV1Dot6(_bom(record)).output_as_string())
    for component in made["components"]:
        if component["bom-ref"] == MODEL:
            component["modelCard"] = _model_card(record)
    if record.checklists:
        made["definitions"] = {"standards": standards(record)}
        made["declarations"] = declarations(record, MODEL)
    text = json.dumps(made, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    _validate(text)
    return text.encode("utf-8")


def _bom(record: AuditRecord) -> Any:
    import datetime

    from cyclonedx.model import HashAlgorithm, HashType, Property
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.tool import ToolRepository

    subject, made = record.subject, record.provenance
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=subject.artifact_sha256)] if subject.artifact_sha256 else []
    model = Component(
        type=ComponentType.MACHINE_LEARNING_MODEL,
        name=visible(subject.name),
        version=visible(subject.version) if subject.version else None,
        description=visible(subject.purpose) if subject.purpose else None,
        hashes=hashes,
        bom_ref=MODEL,
    )
    digest = hashlib.sha256(record.to_json()).hexdigest()
    properties = [
        Property(name="ethicscheck:verdict", value=record.verdict),
        Property(name="ethicscheck:config_sha256", value=made.config_sha256),
    ]
    tool = Component(type=ComponentType.APPLICATION, name=made.tool, version=made.version, bom_ref="tool")
    meta = BomMetaData(
        timestamp=datetime.datetime.fromisoformat(made.created),
        tools=ToolRepository(components=[tool]),
        properties=properties,
    )
    return Bom(components=[model], metadata=meta, serial_number=uuid.uuid5(NAMESPACE, digest), version=1)


def _model_card(record: AuditRecord) -> dict[str, Any]:
    found = lines(record)
    card: dict[str, Any] = {
        "modelParameters": {"task": "regression" if record.plan.task == "regression" else "classification"},
        "quantitativeAnalysis": {"performanceMetrics": _measured(record)},
        "considerations": _considerations(record, found),
    }
    return card


def _measured(record: AuditRecord) -> list[dict[str, Any]]:
    """Return each defined value with its interval; numbers are texts in this format."""
    rows = [row for row in record.estimates if row.value is not None and row.stratum is None]
    return [
        {
            "type": row.metric,
            "value": repr(row.value),
            "slice": _slice(row),
            **({"confidenceInterval": _interval(row)} if row.interval is not None else {}),
        }
        for row in rows
    ]


def _slice(row: Estimate) -> str:
    return ", ".join(f"{visible(name)}={visible(label)}" for name, label in row.group.items()) or "everyone"


def _interval(row: Estimate) -> dict[str, str]:
    assert row.interval is not None
    ends = (("lowerBound", row.interval.low), ("upperBound", row.interval.high))
    return {name: repr(end) for name, end in ends if end is not None}


def _considerations(record: AuditRecord, found: tuple[Line, ...]) -> dict[str, Any]:
    subject = record.subject
    open_ = [line for line in found if line.verdict in ("inconclusive", "not_evaluable")]
    risks = [line for line in found if line.verdict in ("fail", "waived")]
    parts: dict[str, Any] = {
        "users": [visible(subject.owner)] if subject.owner else [],
        "useCases": [visible(text) for text in (subject.purpose, subject.decision) if text],
        "technicalLimitations": [visible(line.message) for line in open_] + _limits(record),
        "ethicalConsiderations": [
            {
                "name": visible(f"{line.heading}: {line.message}"),
                "mitigationStrategy": _mitigation(line, subject.response),
            }
            for line in risks
        ],
        "fairnessAssessments": [_assessment(line, record) for line in found if line.finding.kind == "metric"],
    }
    return {name: part for name, part in parts.items() if part}


def _limits(record: AuditRecord) -> list[str]:
    small = [
        f"{visible(feature.name)}: {visible(group.label)} has too few people to be compared"
        for feature in record.data.features
        for group in feature.groups
        if group.small
    ]
    return [headline(record), *small]


def _mitigation(line: Line, response: str | None) -> str:
    waiver = line.finding.waiver
    held = f"Waived until {waiver.expires} by {waiver.owner}: {waiver.reason}. " if waiver and waiver.applied else ""
    return visible(f"{response + ' ' if response else ''}{held}{line.remedy}")


def _assessment(line: Line, record: AuditRecord) -> dict[str, str]:
    seen = line.finding.observed
    group = seen.group if seen is not None and seen.group else None
    who = (
        ", ".join(f"{name}={label}" for name, label in group.items()) if group else " × ".join(line.finding.rule.across)
    )
    return {
        "groupAtRisk": visible(who),
        "benefits": visible(record.subject.purpose or "Not stated."),
        "harms": visible(f"{line.word}: {line.message}"),
        "mitigationStrategy": _mitigation(line, record.subject.response)
        if line.verdict != "pass"
        else "None asked for: the rule is kept.",
    }


def _validate(text: str) -> None:
    from cyclonedx.exception import MissingOptionalDependencyException
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    try:
        problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    except MissingOptionalDependencyException:
        return  # the validator is an extra of the library's; ours is held to it in the tests
    if problem is not None:
        raise UsageError("the ML-BOM is not valid", "cyclonedx", f"a bug of ours, please report it: {problem}")
