"""A checklist as the record keeps it: every question, its state, who answered what, with which evidence."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .part import Interval, Part


class EvidenceEntry(Part):
    """A piece of evidence, and what was wrong with it on the day of the audit."""

    path: str | None = None
    url: str | None = None
    sha256: str | None = None
    size: int | None = Field(None, description="The file's size in bytes; absent for an address and in old journals.")
    dated: str | None = Field(None, description="The evidence's own day.")
    expires: str | None = Field(None, description="The last day on which it counts.")
    problem: str | None = None


class AnswerEntry(Part):
    """The latest answer of one person."""

    by: str
    role: str
    at: str
    value: Any = Field(None, description="The answer as it is kept: an option's id, a text, a number, rows of a table.")
    shown: str | None = Field(None, description="The answer as people read it.")
    table: tuple[tuple[str, ...], ...] | None = Field(
        None, description="A table's rows in words; the first is its head."
    )
    na_reason: str | None = None
    comment: str | None = None
    evidence: tuple[EvidenceEntry, ...] = ()


class MeasuredEntry(Part):
    """What the audit measured for a question."""

    metric: str
    features: tuple[str, ...]
    compare: Literal["difference", "ratio", "each"]
    verdict: Literal["pass", "fail", "inconclusive", "not_evaluable"]
    answer: Literal["yes", "no", "unsure"]
    value: float | None = None
    interval: Interval | None = None
    rows: int = 0
    max: float | None = Field(None, description="The question's own limit: the value may not be larger.")
    min: float | None = Field(None, description="The question's own limit: the value may not be smaller.")
    message: str


class ItemEntry(Part):
    """A question, its answers and its state."""

    id: str
    text: str
    help: str | None = None
    state: Literal["unanswered", "answered", "unsure", "not_applicable", "hidden", "disputed", "contradicted", "stale"]
    why: str | None = Field(None, description="What made it hidden, disputed, contradicted or stale.")
    answers: tuple[AnswerEntry, ...] = ()
    settled: str | None = Field(None, description="How a dispute was settled, by whom and why.")
    conflict: str | None = Field(None, description="How the given and the measured answer differ.")
    controls: tuple[str, ...] | None = Field(
        None, description="Controls that this question bears on, where they are not those of its section."
    )
    metric: MeasuredEntry | None = None


class SectionEntry(Part):
    """Questions that belong together."""

    id: str
    title: str
    intro: str | None = None
    controls: tuple[str, ...] = ()
    items: tuple[ItemEntry, ...]


class SignatureEntry(Part):
    """A signature, and what changed since, if anything."""

    by: str
    role: str
    at: str
    sha256: str = Field(description="Digest of what was signed.")
    covers: tuple[str, ...] = Field(
        (), description="What that digest is made of: answers, checklist, model, metrics, rules."
    )
    lapsed: str | None = Field(None, description="What changed since; null while it holds.")


class ChecklistEntry(Part):
    """A checklist as it stood on the day of the audit."""

    keep_null = frozenset({"answers_sha256"})

    id: str
    version: str
    sha256: str
    title: str
    summary: str | None = None
    require: Literal["none", "complete", "signed"] = "none"
    answers_sha256: str | None = Field(description="Digest of the answer journal; null when there is none yet.")
    progress: dict[str, int]
    sections: tuple[SectionEntry, ...]
    signatures: tuple[SignatureEntry, ...] = ()
    unsigned: tuple[str, ...] = Field((), description="What is missing for it to count as signed, in words.")
    notes: tuple[str, ...] = ()
