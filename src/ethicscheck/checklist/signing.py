"""What a signature covers, whether it still holds, and the changes that were asked for instead. Pure.

A signature is put under digests by name: `answers` and `checklist` always; `model`, `metrics` and `rules` where an audit's record
was signed with them. When one of these changes the signature lapses, and says which. None of them covers the signatures
themselves, so an audit of the same data after the signing finds the same digests.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from .definition import Checklist
from .entries import Answer, ChangeRequest, Entry, SignatureWithdrawal, Signing, content_of
from .people import person_key, roles_that_sign
from .rules import canonical
from .status import ChangesRequested, MeasuredAnswer, Signature

if TYPE_CHECKING:
    from ethicscheck.model.record import AuditRecord, Disparity, Estimate, RuleEntry
    from ethicscheck.model.record_data import Subject

ALWAYS = ("answers", "checklist")
# What a rule asks; where it stands in the config, who set it and why may change under a signature.
_OF_RULES = ("id", "metric", "across", "compare", "max", "min")
# What somebody says where a checklist is signed.
SignOff: TypeAlias = Signing | ChangeRequest | SignatureWithdrawal
# Numbers and times differ from branch to branch, an id may be renamed, and who carried an answer over is no part of it.
_NOT_SIGNED = frozenset({"seq", "at", "item", "checklist_sha256", "imported"})


def record_parts(
    subject: Subject, estimates: Iterable[Estimate], disparities: Iterable[Disparity], rules: Iterable[RuleEntry]
) -> Mapping[str, str]:
    """Return the digests of the model (name, version, file), of what was measured, and of the limits it was held against.

    The day of the audit is no part of them, nor are its answers and signatures. `rules` are those of the metric findings.
    """
    model = {"name": subject.name, "version": subject.version, "sha256": subject.artifact_sha256}
    measured = [[part.model_dump(mode="json") for part in parts] for parts in (estimates, disparities)]
    asked = sorted(canonical(part.model_dump(mode="json", include=set(_OF_RULES))) for part in rules)
    return {"model": digest(model), "metrics": digest(measured), "rules": digest(asked)}


def parts_of(record: AuditRecord) -> Mapping[str, str]:
    """Return the digests of a record that a signature may cover; numbers that were hidden in it are none of them."""
    rules = (finding.rule for finding in record.findings if finding.kind == "metric")
    parts = record_parts(record.subject, record.estimates, record.disparities, rules)
    hidden = record.suppression is not None and record.suppression.published
    return without_numbers(parts) if hidden else parts


def without_numbers(parts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the digests without that of the numbers: where small counts are hidden, it would let people guess them."""
    return {name: part for name, part in parts.items() if name != "metrics"}


def measured_in(record: AuditRecord, checklist: str) -> Mapping[str, MeasuredAnswer]:
    """Return what a record measured for the questions of a checklist."""
    return {
        item.id: MeasuredAnswer(**{name: getattr(item.metric, name) for name in MeasuredAnswer.__dataclass_fields__})
        for entry in record.checklists
        if entry.id == checklist
        for section in entry.sections
        for item in section.items
        if item.metric is not None
    }


def uncovered(signatures: Iterable[Signature], parts: Mapping[str, str]) -> tuple[str, ...]:
    """Return notes on valid signatures that were not put under what is at hand now, and the other way round."""
    notes = []
    for part in signatures:
        if part.lapsed:
            continue
        bare = [name for name in parts if name not in part.covers]
        if bare:
            what = listed([f"the {name}" for name in bare])
            notes.append(
                f"the signature of {part.by} ({part.role}) does not cover {what}: sign with --record audit.json"
            )
    return tuple(notes)


class LateParts(Mapping[str, str]):
    """Digests by name, with that of the answers made when it is asked for: nobody does where nobody has signed."""

    def __init__(self, fixed: Mapping[str, str], answers: Callable[[], str]) -> None:
        self._fixed, self._answers = fixed, cache(answers)

    def __getitem__(self, name: str) -> str:
        """Return the digest of that name."""
        return self._answers() if name == "answers" else self._fixed[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(("answers", *self._fixed))

    def __len__(self) -> int:
        """Return how many there are."""
        return 1 + len(self._fixed)


def signature_of(signing: Signing, parts: Mapping[str, str]) -> Signature:
    """Return a signature beside what stands there now; what is not at hand (no record) can't make it lapse."""
    covers = tuple(signing.parts)
    changed = [name for name in parts if name in signing.parts and signing.parts[name] != parts[name]]
    whole = all(name in signing.parts for name in ALWAYS) and digest(dict(signing.parts)) == signing.sha256
    lapsed = ""
    if not whole:
        lapsed = "its line in the journal no longer fits its own digest"
    elif changed:
        lapsed = f"{listed([f'the {name}' for name in changed])} changed since"
    return Signature(signing.by, signing.role, signing.at, signing.sha256, lapsed, covers)


def listed(words: list[str]) -> str:
    """Return words as a list is said.

    >>> listed(["the answers", "the model", "the rules"])
    'the answers, the model and the rules'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def said_on_signing(entries: Iterable[Entry], checklist: Checklist) -> tuple[tuple[SignOff, ...], tuple[str, ...]]:
    """Return what counts of what was said on signing, and notes on what does not: nobody signs in a role that is not named."""
    said = [entry for entry in entries if isinstance(entry, (Signing, ChangeRequest, SignatureWithdrawal))]
    roles = roles_that_sign(checklist)
    notes = tuple(
        f"what {entry.by} said on signing as {entry.role} does not count; it is signed by {' or '.join(roles)}"
        for entry in said
        if roles and entry.role not in roles
    )
    return tuple(entry for entry in said if not roles or entry.role in roles), notes


def in_time(said: Iterable[SignOff]) -> list[SignOff]:
    """Return what was said on signing in the order of time.

    The numbers of two branches that were merged say nothing of which came first; what a person said last must count.
    """
    return sorted(said, key=lambda entry: _moment(entry.at))


def latest_signatures(said: Iterable[SignOff]) -> list[Signing]:
    """Return each person's latest signature in a role; who asks for changes, or withdraws it, takes their own back."""
    found: dict[tuple[str, str], Signing] = {}
    for entry in in_time(said):
        found.pop(_place(entry), None)
        if isinstance(entry, Signing):
            found[_place(entry)] = entry
    return list(found.values())


def requests_of(said: Iterable[SignOff]) -> tuple[ChangesRequested, ...]:
    """Return the requests that still stand.

    One is met when the same person signs in that role or withdraws it, or when somebody else in the role signs once the
    answers have changed.
    """
    standing: dict[tuple[str, str], ChangeRequest] = {}
    for entry in in_time(said):
        if isinstance(entry, ChangeRequest):
            standing[_place(entry)] = entry
            continue
        standing.pop(_place(entry), None)
        if isinstance(entry, SignatureWithdrawal):
            continue
        for key, request in list(standing.items()):
            same_answers = request.parts.get("answers") == entry.parts.get("answers")
            if entry.role == request.role and not same_answers:
                del standing[key]
    return tuple(ChangesRequested(part.by, part.role, part.at, part.reason) for part in standing.values())


def _place(entry: SignOff) -> tuple[str, str]:
    return person_key(entry.by), entry.role


def _moment(at: str) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(at)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.UTC)


def said_in(entry: Entry) -> dict[str, Any]:
    """Return what an entry says, without what differs from branch to branch."""
    return {key: part for key, part in content_of(entry).items() if key not in _NOT_SIGNED}


def mark_of(answer: Answer) -> str:
    """Return what a decision calls an answer that it was made over."""
    return digest(said_in(answer))[:16]


def digest(value: Any) -> str:
    """Return the digest of a value's canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


__all__ = [
    "LateParts",
    "SignOff",
    "digest",
    "latest_signatures",
    "listed",
    "mark_of",
    "measured_in",
    "parts_of",
    "record_parts",
    "requests_of",
    "said_in",
    "said_on_signing",
    "signature_of",
    "uncovered",
    "without_numbers",
]
