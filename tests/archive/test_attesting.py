"""Attestations: in-toto statements in DSSE envelopes that other tools can check without us."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

import pytest
from small_archive import TestKey

from ethicscheck.archive.attesting import attest
from ethicscheck.cli import run
from ethicscheck.errors import UsageError
from ethicscheck.exports import render_document
from ethicscheck.exports.in_toto import make_statement
from ethicscheck.model.record import AuditRecord, WaiverEntry
from helpers import audit_text

dsse = pytest.importorskip("securesystemslib.dsse", reason="the extra `sign` is not installed")
pytest.importorskip("in_toto_attestation", reason="the extra `sign` is not installed")

PEOPLE = "group,y,p\n" + "".join(f"{group},{n % 2},{n % 3 % 2}\n" for group in "ab" for n in range(200))
RULES = [
    {"id": "kept", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.9},
    {"id": "missed", "metric": "accuracy", "across": "group", "compare": "each", "min": 0.99},
    {"id": "open", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.01},
]


@pytest.fixture
def record(tmp_path: Path) -> AuditRecord:
    """An audit with a rule of each outcome."""
    return audit_text(tmp_path, PEOPLE, rules=RULES)


def test_an_attestation_verifies_with_securesystemslib_alone(record: AuditRecord) -> None:
    """Their envelope, their key, their check; a payload with another byte fails it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey

    key = TestKey()
    content = attest(record.to_json(), key)
    public = SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(key.raw), key.keyid)

    envelope = dsse.Envelope.from_dict(json.loads(content))

    assert envelope.payload_type == "application/vnd.in-toto+json"
    assert list(envelope.verify([public], 1)) == [key.keyid]
    envelope.payload = envelope.payload.replace(b"FAILED", b"PASSED")
    with pytest.raises(VerificationError):
        envelope.verify([public], 1)


def test_the_statement_says_which_rules_were_kept(record: AuditRecord) -> None:
    """Of a failed audit: what passed, failed and is undecided; of what, and from which config."""
    content = record.to_json()

    statement = make_statement(record, hashlib.sha256(content).hexdigest())

    sealed = {"name": "audit.json", "digest": {"sha256": hashlib.sha256(content).hexdigest()}}
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement["subject"] == [sealed]
    assert statement["predicate"] == {
        "result": "FAILED",
        "configuration": [
            {"name": "ethicscheck.yaml", "digest": {"sha256": record.provenance.config_sha256}},
            sealed,
        ],
        "passedTests": ["kept"],
        "warnedTests": ["open"],
        "failedTests": ["missed"],
    }


def test_the_model_s_digest_is_the_subject_where_the_audit_knows_it(record: AuditRecord) -> None:
    """And the record is still named, so that the attestation belongs to one audit."""
    subject = record.subject.model_copy(update={"artifact": "model.onnx", "artifact_sha256": "ab" * 32})

    statement = make_statement(record.model_copy(update={"subject": subject}), "cd" * 32)

    assert statement["subject"] == [{"name": "model.onnx", "digest": {"sha256": "ab" * 32}}]
    assert {"name": "audit.json", "digest": {"sha256": "cd" * 32}} in statement["predicate"]["configuration"]


def test_a_pass_that_rests_on_a_waiver_is_a_warning(record: AuditRecord) -> None:
    """PASSED would hide it from whoever reads the result alone."""
    waiver = WaiverEntry(rule="missed", owner="Ana", reason="r", expires="2030-01-01", applied=True)
    kept, missed, _ = (finding for finding in record.findings)
    waived = missed.model_copy(update={"verdict": "waived", "waiver": waiver})

    with_waiver = make_statement(record.model_copy(update={"verdict": "pass", "findings": (kept, waived)}), "ab" * 32)
    without = make_statement(record.model_copy(update={"verdict": "pass", "findings": (kept,)}), "ab" * 32)
    undecided = make_statement(record.model_copy(update={"verdict": "inconclusive", "findings": ()}), "ab" * 32)

    assert (with_waiver["predicate"]["result"], with_waiver["predicate"]["warnedTests"]) == ("WARNED", ["missed"])
    assert without["predicate"]["result"] == "PASSED"
    assert undecided["predicate"]["result"] == "WARNED"


def test_the_statement_holds_no_number_of_a_hidden_group(tmp_path: Path) -> None:
    """It is drawn from what may be published, and names the sealed record by its digest."""
    record = audit_text(tmp_path, PEOPLE + "c,1,1\n" * 3, rules=RULES, report={"suppress_below": 10})

    statement = json.loads(render_document(record, "in-toto"))

    assert statement["subject"][0]["digest"]["sha256"] == hashlib.sha256(record.to_json()).hexdigest()
    assert record.suppression is not None


def test_the_format_writes_the_statement_and_the_same_bytes_each_time(record: AuditRecord, tmp_path: Path) -> None:
    """`report -f in-toto`, redrawn from the record."""
    (tmp_path / "audit.json").write_bytes(record.to_json())

    assert run(["report", str(tmp_path / "audit.json"), "-f", "in-toto", "-o", str(tmp_path / "out")]) == 0

    written = (tmp_path / "out" / "attestation.intoto.json").read_bytes()
    assert written == render_document(record, "in-toto")
    envelope = json.loads(attest(record.to_json(), TestKey()))
    assert base64.b64decode(envelope["payload"]) + b"\n" == written


def test_without_the_extra_it_is_said_what_to_install(record: AuditRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a line."""
    monkeypatch.setitem(sys.modules, "in_toto_attestation.v1", None)

    with pytest.raises(UsageError, match=r"needs the extra 'sign'.* pip install 'ethicscheck\[sign\]'"):
        make_statement(record, "ab" * 32)
