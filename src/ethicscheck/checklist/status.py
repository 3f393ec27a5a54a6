"""Where a checklist stands: the journal folded onto the questions, beside what was measured.

Pure: no clock, no files. The day comes from the caller, and so does what became of the evidence (`evidence`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ethicscheck.model.record import Interval

from .definition import Checklist, ChecklistSection, Item

State = Literal["unanswered", "answered", "unsure", "not_applicable", "hidden", "disputed", "contradicted", "stale"]
# States that leave `complete` unmet.
OPEN: tuple[State, ...] = ("unanswered", "disputed", "contradicted", "stale")


@dataclass(frozen=True)
class MeasuredAnswer:
    """What the audit measured for a metric-linked question.

    Parameters
    ----------
    verdict : how the link's limit would be judged.
    answer : "yes" for pass, "no" for fail, "unsure" where the data can't tell.
    message : the finding's sentence.
    finding : the number behind it: metric, features, value, interval, n.
    """

    verdict: Literal["pass", "fail", "inconclusive", "not_evaluable"]
    answer: Literal["yes", "no", "unsure"]
    message: str
    metric: str
    features: tuple[str, ...]
    compare: Literal["difference", "ratio", "each"]
    value: float | None = None
    interval: Interval | None = None
    rows: int = 0


@dataclass(frozen=True)
class GivenEvidence:
    """A piece of evidence and what is wrong with it today ("" when nothing is)."""

    path: str | None
    url: str | None
    sha256: str | None
    problem: str = ""


@dataclass(frozen=True)
class GivenAnswer:
    """The latest answer of one person."""

    seq: int
    at: str
    by: str
    role: str
    value: Any
    na_reason: str | None
    comment: str | None
    evidence: tuple[GivenEvidence, ...]


@dataclass(frozen=True)
class ItemStatus:
    """One question and where it stands; `why` says what made it hidden, disputed, contradicted or stale."""

    section: ChecklistSection
    item: Item
    state: State
    why: str
    answers: tuple[GivenAnswer, ...]
    measured: MeasuredAnswer | None
    settled: str = ""


@dataclass(frozen=True)
class Signature:
    """A signature; `lapsed` says what changed since, "" when it still holds."""

    by: str
    role: str
    at: str
    sha256: str
    lapsed: str


@dataclass(frozen=True)
class ChecklistStatus:
    """A whole checklist's status."""

    checklist: Checklist
    items: tuple[ItemStatus, ...]
    signatures: tuple[Signature, ...]
    notes: tuple[str, ...]

    def progress(self) -> Mapping[str, int]:
        """Return how many questions are in each state, and how many there are ("items")."""
        raise NotImplementedError

    def unmet(self, require: Literal["none", "complete", "signed"]) -> tuple[str, ...]:
        """Return what stands in the way of the requirement, in words; empty when it is met."""
        raise NotImplementedError
