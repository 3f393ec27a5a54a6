"""The parts of the record that say what was audited, from what, and how: subject, provenance, plan, data.

The record as a whole is in `record`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .part import Part


class Words(Part):
    """How to speak of the two decisions and the two outcomes in plain sentences."""

    selected: str | None = Field(
        None, description='What the positive prediction does to a person: "were marked high risk".'
    )
    rejected: str | None = Field(None, description='What the negative prediction does: "were marked low risk".')
    positive: str | None = Field(None, description='What the positive label says: "re-offended within two years".')
    negative: str | None = Field(None, description='What the negative label says: "did not re-offend".')


class Subject(Part):
    """The system that was audited."""

    name: str
    version: str | None = None
    purpose: str | None = None
    owner: str | None = None
    decision: str | None = Field(None, description="What is decided, in plain words, for the people affected.")
    affected: str | None = Field(None, description="Who is affected.")
    contest: str | None = Field(None, description="How a person can contest a decision.")
    response: str | None = Field(None, description="What is done about what the audit found, in plain words.")
    artifact: str | None = Field(None, description="The model file's name.")
    artifact_sha256: str | None = None
    words: Words | None = None


class SourceEntry(Part):
    """One source of data."""

    keep_null = frozenset({"sha256"})

    name: str
    sha256: str | None = Field(description="Digest of the file; null for a frame.")
    rows: int


class Git(Part):
    """The commit that held the config, when it stood in a git repository."""

    commit: str
    modified: bool = Field(description="Whether config or data differ from that commit.")
    path: str | None = Field(None, description="The config's path within the repository.")


class Registered(Part):
    """The registration of the config in an archive, before the audit."""

    at: str = Field(description="When it was registered, by the clock of whoever did.")
    entry: str = Field(description="SHA-256 of the registration's line in the archive's log.")
    head: str = Field(description="SHA-256 of the log's last line at the time of the audit.")
    data: Literal["absent", "present", "unknown"] = Field(
        description="Whether a data file of this audit was already where the config names it when it was registered."
    )


class Provenance(Part):
    """Which tool made the record, from what."""

    tool: str
    version: str
    created: str
    config: str | None = Field(None, description="The config file's name.")
    config_sha256: str
    waivers: str | None = Field(None, description="The waivers file's name, where they stand in a file of their own.")
    waivers_sha256: str | None = None
    sources: tuple[SourceEntry, ...]
    seed: int
    packages: dict[str, str]
    git: Git | None = None
    registered: Registered | None = Field(
        None, description="Where the config was registered in an archive before the audit."
    )


class BiasAuditFacts(Part):
    """What a published summary of a bias audit must say and no table of numbers holds (6 RCNY § 5-303)."""

    distributed: str | None = Field(None, description="The day the employer or agency began to use the tool.")
    audited: str | None = Field(None, description="The day of the most recent bias audit; absent: this audit's.")
    auditor: str | None = Field(None, description="The independent auditor.")
    data: Literal["historical", "test"] | None = None
    data_explained: str | None = Field(None, description="Where the data come from, and what they are.")
    why_test_data: str | None = Field(None, description="Of test data: why, and how they were made and obtained.")


class ProfileEntry(Part):
    """A shipped rule set that was applied, with the state of the law it cites on the day it was last checked."""

    id: str
    version: str
    dated: str
    title: str
    citation: str
    status: str
    published: BiasAuditFacts | None = Field(None, description="What the config says for the page the law asks for.")


class Plan(Part):
    """What the audit was asked to do: the columns and settings that the numbers depend on."""

    task: str
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    threshold: float | None = None
    positive_label: str | None = None
    positive_prediction: str | None = Field(None, description="Where there is a yes/no decision.")
    negative_prediction: str | None = None
    favourable: Literal["positive", "negative"]
    compare_with: str | None = Field(None, description="The other model's decision on the same rows.")
    cluster: str | None = None
    pair: str | None = None
    tolerance: float | None = None
    truth_quarters: str | None = Field(
        None, description="Of a predicted number: the stratum that says in which quarter of the truth a row lies."
    )
    count: str | None = None
    weight: str | None = None
    strata: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    period: str | None = None
    confidence: float
    min_group: int
    replicates: int
    metrics: tuple[str, ...]
    profiles: tuple[ProfileEntry, ...] = ()
    suppress_below: int | None = Field(None, description="Numbers of fewer people than this are not published.")


class GroupShare(Part):
    """One group of a feature."""

    label: str
    rows: int
    share: float = Field(description="Share of the rows whose group is known.")
    small: bool = Field(description="Fewer rows than min_group.")


class FeatureEntry(Part):
    """A sensitive feature and its groups."""

    name: str
    groups: tuple[GroupShare, ...]
    reference: str | None = None
    unknown: int = Field(0, description="Judged rows whose group is unknown.")


class StratumEntry(Part):
    """A stratum column, and how many judged rows are unknown in it: they leave the tables within strata only."""

    name: str
    unknown: int


class Excluded(Part):
    """Rows left out, and why: of every table (missing_…) or of one feature's (unknown_group:FEATURE+…)."""

    reason: str
    rows: int


class DataEntry(Part):
    """Every row accounted for: audited + the sum of excluded = rows."""

    rows: int
    audited: int = Field(description="Rows that stand in every table.")
    judged: int = Field(description="Rows with a usable prediction and label: what the overall figures use.")
    excluded: tuple[Excluded, ...]
    features: tuple[FeatureEntry, ...]
    strata: tuple[StratumEntry, ...] = ()
