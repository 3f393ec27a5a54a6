"""A comparison of two audits as it may be published: a change tells one audit's number to whoever knows the other's.

What is left stands in one of the two audits' own publications, or follows from such numbers alone. So a feature's numbers stay
only where both audits publish its whole table; an older audit that protected nobody, or fewer, gives none to a newer one
that protects.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ethicscheck.model.comparison import (
    Comparison,
    DataChange,
    FeatureChange,
    FindingChange,
    Hidden,
    Status,
    WaiverChange,
)
from ethicscheck.model.waiver_record import WaiverEntry

Features = tuple[str, ...]
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class NewerHides:
    """What the newer audit does not publish.

    Parameters
    ----------
    below : counts from 1 to one less than this must not be known.
    whole : whether a feature's (or intersection's) table is published with every group in it.
    sizes : feature and label of groups of hidden size.
    """

    below: int
    whole: Callable[[Features], bool]
    sizes: frozenset[tuple[str, str]]


def publishable_changes(comparison: Comparison, newer: NewerHides | None) -> Comparison:
    """Return the comparison that documents are drawn from.

    Parameters
    ----------
    comparison : of the two whole records.
    newer : what the newer audit hides; None where it hides nothing.

    Returns
    -------
    The same comparison where neither audit hides anything.
    """
    if comparison.published or (newer is None and comparison.hidden is None):
        return comparison
    rule = _Rule(comparison.hidden, newer)
    features = {part.id: part.features for part in comparison.findings}
    return comparison.model_copy(
        update={
            "old": comparison.old.model_copy(
                update={"sha256": None}
            ),  # who guesses hidden counts could check the guess
            "new": comparison.new and comparison.new.model_copy(update={"sha256": None}),
            "findings": tuple(rule.finding(part) for part in comparison.findings),
            "gaps": tuple(part for part in comparison.gaps if rule.safe(part.features)),
            "data": rule.data(comparison.data),
            "waivers": tuple(
                part if rule.safe(features.get(part.finding, ())) else _without_values(part)
                for part in comparison.waivers
            ),
            "hidden": None,
            "published": True,
        }
    )


@dataclass(frozen=True)
class _Rule:
    older: Hidden | None
    newer: NewerHides | None

    @property
    def unprotected(self) -> bool:
        """Whether the older audit shows what the newer one would hide."""
        return self.newer is not None and (self.older is None or self.older.below < self.newer.below)

    def safe(self, features: Features) -> bool:
        """Return whether both audits publish all of a table."""
        if self.unprotected or (self.newer is not None and not self.newer.whole(features)):
            return False
        return self.older is None or not {features, ()} & set(self.older.groups)

    def finding(self, part: FindingChange) -> FindingChange:
        """Return a finding; without its numbers its status says what the two verdicts say, and no more."""
        if part.kind != "metric" or self.safe(part.features):
            return part
        gone = {"old": None, "new": None, "change": None, "interval": None, "beyond": None}
        gone["old_by_new_limit"] = None
        return part.model_copy(update={**gone, "reason": SUPPRESSED, "status": _by_verdicts(part)})

    def data(self, data: DataChange) -> DataChange:
        """Return the data's changes without sizes that either audit hides."""
        shown = (self._feature(part) for part in data.features)
        return data.model_copy(update={"features": tuple(part for part in shown if part.status or part.groups)})

    def _feature(self, feature: FeatureChange) -> FeatureChange:
        hidden = set(self.older.sizes if self.older is not None else ())
        hidden |= self.newer.sizes if self.newer is not None else frozenset()
        kept = () if self.unprotected else feature.groups
        return feature.model_copy(
            update={"groups": tuple(group for group in kept if (feature.name, group.label) not in hidden)}
        )


def _by_verdicts(part: FindingChange) -> Status:
    if part.status in ("new", "gone"):
        return part.status
    if part.past_rule or (part.old_verdict, part.new_verdict) == ("pass", "fail"):
        return "worse"
    return "better" if (part.old_verdict, part.new_verdict) == ("fail", "pass") else "hidden"


def _without_values(part: WaiverChange) -> WaiverChange:
    return part.model_copy(update={"old": _plain(part.old), "new": _plain(part.new)})


def _plain(waiver: WaiverEntry | None) -> WaiverEntry | None:
    if waiver is None or waiver.lapsed is None or not waiver.lapsed.startswith("value "):
        return waiver
    return waiver.model_copy(update={"lapsed": "the value is past what is tolerated"})
