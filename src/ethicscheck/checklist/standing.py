"""What was said about one question, and what it comes to: answered, disputed, settled. No states, no clock, no files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .definition import Item
from .entries import Answer, Resolution
from .rules import meaning
from .signing import mark_of


@dataclass
class Given:
    """What was said about one question: the latest answer of each person and the latest decision, with their places."""

    answers: dict[str, tuple[int, Answer]] = field(default_factory=dict)
    resolution: tuple[int, Resolution] | None = None

    def current(self) -> list[Answer]:
        """Return the answers, the latest last."""
        return [answer for _, answer in sorted(self.answers.values(), key=lambda pair: pair[0])]

    def as_asked_now(self, sha256: str) -> Given:
        """Leave out what answered the question as it was, unless nobody has answered it as it is."""
        known = ("", sha256)
        answers = {by: pair for by, pair in self.answers.items() if pair[1].item_sha256 in known}
        if not answers or len(answers) == len(self.answers):
            return self
        decided = self.resolution is not None and self.resolution[1].item_sha256 in known
        return Given(answers, self.resolution if decided else None)

    def decision(self, item: Item) -> Resolution | None:
        """Return the decision that still holds: nobody who answered after it, or unseen by it, differs."""
        if self.resolution is None or not self.answers:
            return None
        place, decision = self.resolution
        settled = meaning(decision.value, item)
        new = [
            answer
            for other, answer in self.answers.values()
            # Whoever settled it on one branch has not seen what was answered on another.
            if other > place or (decision.over and mark_of(answer) not in decision.over)
        ]
        return decision if all(meaning(answer.value, item) == settled for answer in new) else None


@dataclass(frozen=True)
class Standing:
    """What the answers to one question come to."""

    current: list[Answer]
    decision: Resolution | None
    disputed: bool
    value: Any
    not_applicable: bool


def stand(given: Given, item: Item) -> Standing:
    """Return what the answers to a question come to."""
    current, decision = given.current(), given.decision(item)
    meanings = {meaning(answer.value, item) for answer in current}
    if decision is not None:
        return Standing(current, decision, False, decision.value, decision.na_reason is not None)
    if len(meanings) != 1:
        return Standing(current, None, len(meanings) > 1, None, False)
    return Standing(current, None, False, current[-1].value, current[-1].na_reason is not None)


__all__ = ["Given", "Standing", "stand"]
