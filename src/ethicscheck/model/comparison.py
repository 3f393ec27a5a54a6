"""What changed between two audits: findings, gaps, settings, data and waivers. Of checklists: `comparison_checklists`."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import ConfigDict, Field

from .comparison_checklists import ChecklistChange
from .part import Interval, Part
from .waiver_record import WaiverEntry

COMPARISON_SCHEMA: Final = "ethicscheck/comparison/1"
Status = Literal["new", "gone", "worse", "better", "unchanged", "unclear", "hidden"]
Judged = Literal["pass", "fail", "inconclusive", "not_evaluable", "waived"]


class AuditMark(Part):
    """One of the two audits, by what tells it from others."""

    subject: str
    version: str | None = None
    created: str
    verdict: Literal["pass", "fail", "inconclusive"]
    tool: str = Field(description="Version of the tool that made it.")
    sha256: str | None = Field(None, description="Digest of its canonical record; not there in what is published.")


class Hidden(Part):
    """What the older audit itself does not publish; needed to publish the comparison."""

    below: int
    groups: tuple[tuple[str, ...], ...] = Field((), description="Features (or intersections) with hidden groups.")
    sizes: tuple[tuple[str, str], ...] = Field((), description="Feature and label of groups of hidden size.")


class SettingChange(Part):
    """Something that one audit says of itself and the other says otherwise."""

    name: str = Field(description="Its path in the record: plan.confidence, rule fpr-race.")
    old: str | None = Field(None, description="Not there where there was none.")
    new: str | None = None
    effect: Literal["breaks", "caution"] | None = Field(
        None,
        description="breaks: numbers stand for different things; caution: they may differ for this reason alone.",
    )


class GapChange(Part):
    """The gap over all groups in both audits; for a difference more, and for a ratio less, is worse."""

    metric: str
    features: tuple[str, ...]
    compare: Literal["difference", "ratio"]
    old: float | None = None
    new: float | None = None
    change: float | None = Field(None, description="new − old.")
    undefined: str | None = Field(None, description="Why there is no change, or no interval of it.")
    interval: Interval | None = None
    verdict: Literal["better", "worse", "unchanged", "unclear"] | None = None
    joined: tuple[dict[str, str], ...] = Field((), description="Groups that are compared now and were not.")
    left: tuple[dict[str, str], ...] = Field((), description="Groups that were compared and are not now.")


class FindingChange(Part):
    """One finding in both audits."""

    id: str
    kind: Literal["metric", "checklist"]
    status: Status
    past_rule: bool = Field(description="It got worse and its rule fails: what makes the exit code 1.")
    old_verdict: Judged | None = Field(None, description="Not there where the finding is new.")
    new_verdict: Judged | None = Field(None, description="Not there where it is gone.")
    metric: str | None = None
    features: tuple[str, ...] = ()
    compare: Literal["difference", "ratio", "each"] | None = None
    side: Literal["max", "min"] | None = None
    old_limit: float | None = None
    new_limit: float | None = None
    old_by_new_limit: Literal["pass", "fail", "inconclusive"] | None = Field(
        None, description="Where the limit moved: what the old interval says of the new limit."
    )
    old: float | None = None
    new: float | None = None
    change: float | None = Field(None, description="new − old.")
    interval: Interval | None = None
    beyond: float | None = Field(
        None,
        description="The old interval's bad end, where the new value lies beyond it: worse than the old audit allowed.",
    )
    reason: str | None = Field(None, description="Why there is no change, or no interval of it, as a code.")


class GroupChange(Part):
    """A group that appeared or is gone, or whose number of people changed."""

    label: str
    old: int | None = Field(None, description="Rows; not there where the group did not occur.")
    new: int | None = None


class FeatureChange(Part):
    """A sensitive feature whose groups changed."""

    name: str
    status: Literal["new", "gone"] | None = None
    groups: tuple[GroupChange, ...] = ()


class ExcludedChange(Part):
    """Rows left out for one reason."""

    reason: str
    old: int
    new: int


class DataChange(Part):
    """The rows behind both audits."""

    old_rows: int
    new_rows: int
    same_sources: bool = Field(description="Every source has the digest it had.")
    sources: tuple[SettingChange, ...] = Field((), description="Sources and their digests, where they differ.")
    excluded: tuple[ExcludedChange, ...] = ()
    features: tuple[FeatureChange, ...] = ()


class WaiverChange(Part):
    """A finding's waiver in both audits, where it differs."""

    finding: str
    status: Literal["new", "gone", "lapsed", "changed"]
    old: WaiverEntry | None = None
    new: WaiverEntry | None = None


class Comparison(Part):
    """What changed from one audit to another."""

    schema_: Literal["ethicscheck/comparison/1"] | None = Field(
        None, alias="schema", description="There where the comparison stands alone."
    )
    old: AuditMark
    new: AuditMark | None = Field(None, description="Not there within the new audit's own record.")
    settings: tuple[SettingChange, ...] = ()
    findings: tuple[FindingChange, ...] = ()
    gaps: tuple[GapChange, ...] = ()
    paired: str | None = Field(
        None, description="The column with the old decisions, where both models decided on the very same rows."
    )
    data: DataChange
    waivers: tuple[WaiverChange, ...] = ()
    checklists: tuple[ChecklistChange, ...] = ()
    hidden: Hidden | None = Field(None, description="What the older audit does not publish.")
    published: bool = Field(False, description="Whether numbers that must not be known are gone from it.")

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True, title="ethicscheck comparison"
    )

    @property
    def broken_by(self) -> tuple[SettingChange, ...]:
        """Why the two audits' numbers can't be compared; empty where they can."""
        return tuple(part for part in self.settings if part.effect == "breaks")

    @property
    def past_rules(self) -> tuple[FindingChange, ...]:
        """What got worse past a rule."""
        return tuple(part for part in self.findings if part.past_rule)

    def to_json(self) -> bytes:
        """Return the comparison in canonical form (RFC 8785) with a closing newline."""
        import rfc8785

        return rfc8785.dumps(self.model_dump(mode="json", by_alias=True)) + b"\n"
