"""What changed in an audit's checklists since another: questions, answers, evidence, signatures."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from .part import Part

OPEN_STATES: Final = frozenset(
    {"unanswered", "disputed", "contradicted", "stale"}
)  # what leaves a checklist incomplete


class AnswerChange(Part):
    """A question whose answers, or whose state, changed."""

    item: str
    text: str
    old_state: str | None = Field(None, description="Not there where the question is new.")
    new_state: str | None = Field(None, description="Not there where the question is gone.")
    old: tuple[str, ...] = Field((), description="What each person answered.")
    new: tuple[str, ...] = ()


class EvidenceChange(Part):
    """A piece of evidence that came, went, was exchanged, or no longer counts."""

    item: str
    name: str = Field(description="Its path or address.")
    status: Literal["new", "gone", "changed"]
    old_problem: str | None = None
    new_problem: str | None = None


class SignatureChange(Part):
    """A signature that came, went, or lapsed."""

    by: str
    role: str
    status: Literal["new", "gone", "lapsed", "renewed"]
    why: str | None = Field(None, description="Why it lapsed.")


class ChecklistChange(Part):
    """One checklist in both audits, where anything differs."""

    id: str
    title: str
    status: Literal["new", "gone"] | None = None
    old_version: str | None = None
    new_version: str | None = None
    rewritten: bool = Field(False, description="The checklist's own text changed.")
    answers: tuple[AnswerChange, ...] = ()
    evidence: tuple[EvidenceChange, ...] = ()
    signatures: tuple[SignatureChange, ...] = ()
