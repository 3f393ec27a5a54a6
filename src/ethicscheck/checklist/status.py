"""Where a checklist stands: the journal folded onto the questions, beside what was measured.

Pure: no clock, no files. The day comes from the caller, and so does what became of the evidence (`evidence`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ethicscheck.model.part import Interval

from .definition import Checklist, ChecklistSection, Item
from .entries import Comment
from .people import person_key, roles_that_sign

State = Literal["unanswered", "answered", "unsure", "not_applicable", "hidden", "disputed", "contradicted", "stale"]
Require = Literal["none", "complete", "signed"]
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
    metric, features, compare, value, interval, rows : the number behind it, with its interval and n.
    max, min : the limit it was held against.
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
    max: float | None = None
    min: float | None = None


@dataclass(frozen=True)
class GivenEvidence:
    """A piece of evidence and what is wrong with it today ("" when nothing is)."""

    path: str | None
    url: str | None
    sha256: str | None
    problem: str = ""
    dated: str | None = None
    expires: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class GivenAnswer:
    """The latest answer of one person; `problem` says why it is stale, "" when it is not.

    `imported` says who brought it in from a form and when; empty for one given directly.
    """

    seq: int
    at: str
    by: str
    role: str
    value: Any
    na_reason: str | None
    comment: str | None
    evidence: tuple[GivenEvidence, ...]
    problem: str = ""
    imported: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ItemStatus:
    """One question and where it stands.

    Parameters
    ----------
    why : what made it hidden, disputed, contradicted or stale; the reason of an N/A.
    answers : the latest of each person, hidden questions included.
    measured : what the audit says to it.
    settled : who settled a dispute, as what and why.
    value : what the answers come to; None where they are missing, disputed or N/A.
    unfit : whether it is stale because an answer is none that the question takes.
    comments : what was remarked, oldest first; no part of the answers, nor of what is signed.
    """

    section: ChecklistSection
    item: Item
    state: State
    why: str
    answers: tuple[GivenAnswer, ...]
    measured: MeasuredAnswer | None
    settled: str = ""
    value: Any = None
    unfit: bool = False
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class Signature:
    """A signature; `lapsed` says what changed since, "" when it still holds; `covers` what it was put under."""

    by: str
    role: str
    at: str
    sha256: str
    lapsed: str
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangesRequested:
    """Changes that somebody who may sign asks for, and nobody has signed since."""

    by: str
    role: str
    at: str
    reason: str


@dataclass(frozen=True)
class RemovedQuestion:
    """Answers to a question that the checklist no longer asks; they are kept."""

    item: str
    answers: tuple[GivenAnswer, ...]


@dataclass(frozen=True)
class Risk:
    """Points of a section: what its answers add up to, the most they could, and how many questions have no answer yet.

    Hidden and N/A questions are left out.
    """

    points: float
    most: float
    to_come: int = 0


@dataclass(frozen=True)
class ChecklistStatus:
    """A whole checklist's status.

    Parameters
    ----------
    parts : the digests of what a signature made now would cover.
    removed : answers to questions that are no longer asked.
    requests : changes that are asked for.
    """

    checklist: Checklist
    items: tuple[ItemStatus, ...]
    signatures: tuple[Signature, ...]
    notes: tuple[str, ...]
    parts: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[RemovedQuestion, ...] = ()
    requests: tuple[ChangesRequested, ...] = ()

    @property
    def digest(self) -> str:
        """What a signature made now would cover; made when somebody asks, since many answers take their time."""
        from .signing import digest

        return digest(dict(self.parts))

    def item(self, item_id: str) -> ItemStatus | None:
        """Return the status of a question, following `renamed`."""
        wanted = self.checklist.current_id(item_id)
        return next((status for status in self.items if status.item.id == wanted), None)

    def progress(self) -> Mapping[str, int]:
        """Return how many questions are in each state, and how many there are ("items")."""
        counts = dict.fromkeys(get_args(State), 0)
        for status in self.items:
            counts[status.state] += 1
        return {"items": len(self.items), **counts}

    def unmet(self, require: Require) -> tuple[str, ...]:
        """Return what stands in the way of the requirement, in words; empty when it is met."""
        if require == "none":
            return ()
        open_items = tuple(
            f"{status.item.id} is {status.state}: {status.item.text}" for status in self.items if status.state in OPEN
        )
        return open_items if require == "complete" else (*open_items, *(text for _, text in self.unsigned()))

    def open_for(self) -> Mapping[tuple[str, ...], int]:
        """Return how many questions are open for whom to answer, by the roles of their section; () means anyone."""
        found: dict[tuple[str, ...], int] = {}
        for status in self.items:
            if status.state in OPEN:
                roles = status.section.roles.answer
                found[roles] = found.get(roles, 0) + 1
        return found

    def sign_roles(self) -> tuple[str, ...]:
        """Return the roles whose signatures the checklist asks for, in its order; none means anyone's."""
        return roles_that_sign(self.checklist)

    def risk(self) -> Mapping[str, Risk]:
        """Return the risk points of each section that gives any, by section id."""
        found: dict[str, Risk] = {}
        for status in self.items:
            if status.item.risk and status.state not in ("hidden", "not_applicable"):
                before = found.get(status.section.id, Risk(0.0, 0.0))
                found[status.section.id] = Risk(
                    before.points + _points(status),
                    before.most + _most(status.item),
                    before.to_come + (status.state == "unanswered"),
                )
        return found

    def unsigned(self) -> tuple[tuple[Literal["unsigned", "lapsed", "changes_requested"], str], ...]:
        """Return what is missing for `signed` once all is answered: a code and the words, each once."""
        valid = [signature for signature in self.signatures if not signature.lapsed]
        roles = self.sign_roles()
        if roles:
            signed = {signature.role for signature in valid}
            found = [text for role in roles if role not in signed for text in self._missing(role)]
        else:
            found = [] if valid else list(self._missing(""))
        people, needed = len({person_key(signature.by) for signature in valid}), self.checklist.sign.people
        if people < needed and (people or needed > 1):
            found += [text for text in self._missing("") if text[0] == "lapsed" and text not in found]
            found.append(("unsigned", f"signed by {people} of the {needed} different people it asks for"))
        asked = (
            f"{part.by} ({part.role}) asked for changes on {part.at[:10]}: {part.reason}" for part in self.requests
        )
        return tuple(dict.fromkeys((*(("changes_requested", text) for text in asked), *found)))

    def _missing(self, role: str) -> tuple[tuple[Literal["unsigned", "lapsed"], str], ...]:
        lapsed = [signature for signature in self.signatures if signature.lapsed and role in ("", signature.role)]
        if lapsed:
            words = "the signature of {0.by} ({0.role}) has lapsed: {0.lapsed}"
            return tuple(("lapsed", words.format(part)) for part in lapsed)
        return (("unsigned", f"not signed by {role}" if role else "not signed by anyone"),)


def _points(status: ItemStatus) -> float:
    keys = _keys(status.value)
    if status.state == "disputed":  # the gravest of the answers counts until it is settled
        keys = max((_keys(answer.value) for answer in status.answers), key=lambda part: _sum(part, status.item))
    return _sum(keys, status.item)


def _most(item: Item) -> float:
    together = item.type == "multi"
    return sum(part for part in item.risk.values() if part > 0) if together else max(item.risk.values())


def _keys(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _sum(keys: Iterable[Any], item: Item) -> float:
    return sum(item.risk.get(str(key), 0.0) for key in keys)
