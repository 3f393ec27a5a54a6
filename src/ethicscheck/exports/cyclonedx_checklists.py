"""Checklists in a CycloneDX bill of materials: the questions as a standard's requirements, the answers as claims about the model.

A question that the measurement contradicts has a claim and a counter-claim; evidence is named by its digest or address.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ethicscheck.model.checklist_record import AnswerEntry, ChecklistEntry, EvidenceEntry, ItemEntry
from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible

SCORES: Final = {"answered": 1.0, "not_applicable": 1.0, "unsure": 0.5}  # everything else is open: 0
RATIONALES: Final = {
    "answered": "Answered, and nothing contradicts it.",
    "not_applicable": "Does not apply, with a written reason.",
    "unsure": "The team says that it does not know yet.",
    "unanswered": "Nobody has answered.",
    "disputed": "People disagree.",
    "contradicted": "The answer and the measurement differ.",
    "stale": "Out of date.",
}
ASSESSOR: Final = "team"


def standards(record: AuditRecord) -> list[dict[str, Any]]:
    """Return each checklist as a standard; its questions are the requirements."""
    return [
        {
            "bom-ref": _standard(entry),
            "name": visible(entry.title),
            "version": visible(entry.version),
            "requirements": [
                {"bom-ref": _requirement(entry, item), "identifier": visible(item.id), "title": visible(section.title), "text": visible(item.text)}
                for section in entry.sections
                for item in section.items
            ],
        }
        for entry in record.checklists
    ]  # fmt: skip


def declarations(record: AuditRecord, model: str) -> dict[str, Any]:
    """Return attestations, claims and evidence of all checklists.

    Parameters
    ----------
    model : the reference of the component that the claims are about.
    """
    claims, evidence, attestations = [], [], []
    for entry in record.checklists:
        found = []
        for item in _asked(entry):
            own, counter = [], []
            for place, answer in enumerate(item.answers):
                reference = f"{_requirement(entry, item)}/answer-{place}"
                pieces = [f"{reference}/evidence-{number}" for number in range(len(answer.evidence))]
                evidence += [_evidence(name, piece) for name, piece in zip(pieces, answer.evidence, strict=True)]
                claims.append(_claim(reference, model, _said(answer), answer, pieces))
                own.append(reference)
            if item.conflict is not None and item.metric is not None:
                reference = f"{_requirement(entry, item)}/measured"
                claims.append(
                    {
                        "bom-ref": reference,
                        "target": model,
                        "predicate": visible(item.metric.message),
                        "reasoning": visible(item.conflict),
                    }
                )
                counter.append(reference)
            found.append(_mapped(entry, item, own, counter))
        attestations.append({"summary": visible(_summary(entry)), "assessor": ASSESSOR, "map": found})
    owner = {"organization": {"name": visible(record.subject.owner)}} if record.subject.owner else {}
    parts: dict[str, Any] = {
        "assessors": [{"bom-ref": ASSESSOR, "thirdParty": False, **owner}],
        "attestations": attestations,
        "claims": claims,
        "evidence": evidence,
    }
    return {name: part for name, part in parts.items() if part}  # fmt: skip


def _asked(entry: ChecklistEntry) -> Iterator[ItemEntry]:
    for section in entry.sections:
        yield from (item for item in section.items if item.state != "hidden")


def _mapped(entry: ChecklistEntry, item: ItemEntry, claims: list[str], counter: list[str]) -> dict[str, Any]:
    why = f"{RATIONALES[item.state]} {item.why or ''}".strip()
    found: dict[str, Any] = {
        "requirement": _requirement(entry, item),
        "conformance": {"score": SCORES.get(item.state, 0.0), "rationale": visible(why)},
    }
    return found | ({"claims": claims} if claims else {}) | ({"counterClaims": counter} if counter else {})


def _claim(reference: str, model: str, said: str, answer: AnswerEntry, pieces: list[str]) -> dict[str, Any]:
    reasoning = f"{answer.by} ({answer.role}), {answer.at}" + (f": {answer.comment}" if answer.comment else "")
    found: dict[str, Any] = {
        "bom-ref": reference,
        "target": model,
        "predicate": visible(said),
        "reasoning": visible(reasoning),
    }
    return found | ({"evidence": pieces} if pieces else {})


def _said(answer: AnswerEntry) -> str:
    if answer.na_reason:
        return f"Does not apply: {answer.na_reason}"
    return answer.shown or str(answer.value)


def _evidence(reference: str, piece: EvidenceEntry) -> dict[str, Any]:
    name = piece.path or piece.url or "evidence"
    text = f"{name}{f', SHA-256 {piece.sha256}' if piece.sha256 else ''}{f'; {piece.problem}' if piece.problem else ''}"
    return {"bom-ref": reference, "propertyName": "ethicscheck:evidence", "description": visible(text)}


def _summary(entry: ChecklistEntry) -> str:
    signed = [f"{part.by} ({part.role})" for part in entry.signatures if part.lapsed is None]
    return f"{entry.title} {entry.version}" + (f", signed by {', '.join(signed)}" if signed else ", not signed")


def _standard(entry: ChecklistEntry) -> str:
    return f"checklist/{visible(entry.id)}"


def _requirement(entry: ChecklistEntry, item: ItemEntry) -> str:
    return f"{_standard(entry)}/{visible(item.id)}"
