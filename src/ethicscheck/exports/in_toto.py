"""An in-toto Statement about the model: which rules it was held to, and which it kept (predicate `test-result`).

The statement alone is not signed: `ethicscheck archive` signs it, and so does any tool that wraps statements in DSSE.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from ethicscheck.model.record import AuditRecord
from ethicscheck.policy.publishing import publishable

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
EXTRA: Final = "pip install 'ethicscheck[sign]'"

_LISTS: Final = {
    "pass": "passedTests",
    "fail": "failedTests",
    "inconclusive": "warnedTests",
    "not_evaluable": "warnedTests",
    "waived": "warnedTests",
}


def render(record: AuditRecord) -> bytes:
    """Return the statement in canonical JSON, with a closing newline.

    Parameters
    ----------
    record : the sealed record, whose digest the statement names.
    """
    import rfc8785

    digest = hashlib.sha256(record.to_json()).hexdigest()
    return rfc8785.dumps(make_statement(record, digest)) + b"\n"


def make_statement(record: AuditRecord, record_sha256: str) -> dict[str, Any]:
    """Return the statement about a record, checked by in-toto's own library.

    Parameters
    ----------
    record : the sealed record; only what may be published enters the statement.
    record_sha256 : digest of `audit.json` as it lies on the disk.

    Raises
    ------
    UsageError
        When the extra `sign` is not installed.
    """
    subject = record.subject
    sealed = {"name": "audit.json", "digest": {"sha256": record_sha256}}
    model = (
        {"name": subject.artifact, "digest": {"sha256": subject.artifact_sha256}} if subject.artifact_sha256 else None
    )
    statement = {
        "_type": STATEMENT,
        "subject": [model or sealed],
        "predicateType": PREDICATE,
        "predicate": {
            "result": _result(record),
            "configuration": [*_configuration(record), sealed],
            "passedTests": _tests(record, "passedTests"),
            "warnedTests": _tests(record, "warnedTests"),
            "failedTests": _tests(record, "failedTests"),
        },
    }
    _validate(statement)
    return statement


def _result(record: AuditRecord) -> str:
    """Return the result: what is undecided, or kept only by a waiver, is a warning."""
    if record.verdict == "fail":
        return "FAILED"
    waived = any(finding.verdict == "waived" for finding in record.findings)
    return "WARNED" if record.verdict == "inconclusive" or waived else "PASSED"


def _configuration(record: AuditRecord) -> list[dict[str, Any]]:
    """Return what the result follows from, by digest: the config and the waivers."""
    made = record.provenance
    found = [{"name": made.config or "config", "digest": {"sha256": made.config_sha256}}]
    if made.waivers is not None and made.waivers_sha256 is not None:
        found.append({"name": made.waivers, "digest": {"sha256": made.waivers_sha256}})
    return found


def _tests(record: AuditRecord, name: str) -> list[str]:
    return [finding.id for finding in publishable(record).findings if _LISTS[finding.verdict] == name]


def _validate(statement: dict[str, Any]) -> None:
    from ethicscheck.errors import UsageError

    try:
        from google.protobuf.json_format import ParseDict
        from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult
        from in_toto_attestation.v1 import statement_pb2
        from in_toto_attestation.v1.statement import Statement
    except ImportError:
        raise UsageError("an in-toto attestation needs the extra 'sign', which is not installed", "", EXTRA) from None
    Statement.copy_from_pb(ParseDict(statement, statement_pb2.Statement())).validate()
    ParseDict(statement["predicate"], TestResult())
