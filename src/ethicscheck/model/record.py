"""The record of an audit (`ethicscheck/record/1`): everything a report is drawn from, and nothing else.

Additions to the contract of DESIGN §5 are optional fields. Fields that are None are left out of the JSON unless the
contract keeps them as null.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from .calibration_record import Calibration
from .changes_record import Changes as Changes
from .checklist_record import ChecklistEntry
from .comparison import Comparison as Comparison
from .conditional_record import Conditional as Conditional
from .controls_record import ControlMapEntry as ControlMapEntry
from .exploration_record import Exploration as Exploration
from .missing_record import GapBounds, MissingValues, Representation
from .own_record import OwnMeasureEntry as OwnMeasureEntry
from .pairs_record import Pairs as Pairs
from .part import Interval as Interval
from .part import Part as Part
from .profile_record import ImpactTable as ImpactTable
from .proxies_record import Proxies as Proxies
from .record_data import (
    BiasAuditFacts as BiasAuditFacts,
)
from .record_data import (
    DataEntry as DataEntry,
)
from .record_data import (
    Excluded as Excluded,
)
from .record_data import (
    FeatureEntry as FeatureEntry,
)
from .record_data import (
    Git as Git,
)
from .record_data import (
    GroupShare as GroupShare,
)
from .record_data import (
    Plan as Plan,
)
from .record_data import (
    ProfileEntry as ProfileEntry,
)
from .record_data import (
    Provenance as Provenance,
)
from .record_data import (
    SourceEntry as SourceEntry,
)
from .record_data import (
    StratumEntry as StratumEntry,
)
from .record_data import (
    Subject as Subject,
)
from .record_data import (
    Words as Words,
)
from .repeats_record import Repeats as Repeats
from .suppression_record import HiddenGroup as HiddenGroup
from .suppression_record import HiddenSize as HiddenSize
from .thresholds_record import Thresholds as Thresholds
from .verdicts import Severity as Severity
from .waiver_record import WaiverEntry as WaiverEntry
from .warnings_record import WarningEntry as WarningEntry

SCHEMA: Final = "ethicscheck/record/1"

Verdict = Literal["pass", "fail", "inconclusive"]
FindingVerdict = Literal["pass", "fail", "inconclusive", "not_evaluable", "waived"]
Compare = Literal["difference", "ratio"]
Number = int | float


class Estimate(Part):
    """One group's value of one metric; `features` is empty for the overall."""

    keep_null = frozenset({"value"})

    metric: str
    features: tuple[str, ...]
    group: dict[str, str]
    stratum: dict[str, str] | None = None
    value: float | None
    undefined: str | None = None
    rows: int
    denominator: Number
    interval: Interval | None = None


class LeftOut(Part):
    """A group that does not enter a gap."""

    group: dict[str, str]
    reason: str
    component: str | None = Field(None, description="Of a criterion: the metric it is left out of, if not of all.")


class Dispersion(Part):
    """The spread between groups beyond sampling noise."""

    value: float
    method: str = "between_group_sd_less_noise"


class Disparity(Part):
    """How far groups are apart: the gap over all, or one group against the reference or the overall."""

    keep_null = frozenset({"value"})

    metric: str
    features: tuple[str, ...]
    compare: Compare
    to: Literal["gap", "reference", "overall"]
    group: dict[str, str] | None = None
    against: dict[str, str] | None = None
    value: float | None
    undefined: str | None = None
    interval: Interval | None = None
    p_value: float | None = None
    test: str | None = None
    dispersion: Dispersion | None = None
    groups: tuple[dict[str, str], ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class RuleEntry(Part):
    """The rule a finding judges: a limit on a metric, or what is required of a checklist."""

    id: str
    metric: str | None = None
    across: tuple[str, ...] = ()
    compare: Literal["difference", "ratio", "each"] | None = None
    max: float | None = None
    min: float | None = None
    why: str | None = None
    profile: str | None = Field(None, description="The shipped profile the rule comes from.")
    line: int | None = Field(None, description="The line of the config that set it.")
    checklist: str | None = Field(None, description="The checklist that must meet the requirement.")
    require: Literal["complete", "signed"] | None = None
    severity: Severity | None = Field(None, description="How grave a failure is; an error where it is not there.")


class Observed(Part):
    """What was measured."""

    value: float
    interval: Interval
    group: dict[str, str] | None = None
    against: dict[str, str] | None = None
    component: str | None = Field(None, description="Of a criterion: the metric that the value is a gap in.")


class RowsNeeded(Part):
    """How many rows would decide an inconclusive rule."""

    factor: float
    rows_total: int
    chance: float


class Finding(Part):
    """One rule judged on one feature."""

    keep_null = frozenset({"observed"})

    id: str
    kind: Literal["metric", "checklist"]
    verdict: FindingVerdict
    rule: RuleEntry
    observed: Observed | None
    message: str
    remedy: str
    reason: str | None = Field(None, description="Why it is undecided or not evaluable, as a code.")
    p_value: float | None = Field(None, description="Smallest level at which the deciding end crosses the limit.")
    p_adjusted: float | None = Field(None, description="The same after Holm's adjustment over all rules.")
    rows_needed: RowsNeeded | None = None
    waiver: WaiverEntry | None = Field(None, description="The waiver that names it, whether or not it holds.")
    code: str | None = Field(None, description="What was judged, as a stable code: `ethicscheck explain EC106`.")


class Suppression(Part):
    """What is not published: the sealed record keeps it unless the config says otherwise, every other document lacks it."""

    below: int = Field(description="Counts from 1 to one less than this must not be known.")
    groups: tuple[HiddenGroup, ...] = Field(
        description="Groups whose values are hidden, small or to protect small ones."
    )
    sizes: tuple[HiddenSize, ...] = Field((), description="Groups whose number of people is hidden too.")
    gaps: tuple[Disparity, ...] = Field((), description="The gaps of their features, among the groups that are shown.")
    attacked: bool = Field(True, description="Whether the choice was checked by solving for what is hidden.")
    published: bool = Field(False, description="Whether the numbers are gone from this record.")
    withheld: tuple[str, ...] = Field((), description="Parts of the record that are left out whole.")


class Logo(Part):
    """A logo, so that a page drawn from the record alone still carries it."""

    media_type: Literal["image/svg+xml", "image/png", "image/jpeg"]
    data: str = Field(description="The file, in base64.")


class Colours(Part):
    """The report's colour, on light and on dark ground."""

    accent: str = Field(pattern="^#[0-9a-f]{6}$")
    accent_dark: str = Field(pattern="^#[0-9a-f]{6}$")


class ReportWords(Part):
    """What the report is called, who published it, and how it looks."""

    title: str | None = None
    organisation: str | None = None
    logo: Logo | None = None
    colours: Colours | None = None
    template_sha256: str | None = Field(
        None, description="Digest of the report's own templates; the record does not hold them."
    )
    left_out_maps: tuple[str, ...] = Field((), description="Shipped control maps that the report is not to show.")


class Abridged(Part):
    """What a record that was read out of a page lacks: so many comparisons of single groups, of features with very many."""

    disparities: int
    sha256: str = Field(description="Digest of the whole record, as it was published.")


class Chosen(Part):
    """Which findings a document for CI was drawn with; the audit's record has them all."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    left_out: int = Field(description="How many findings are not shown.")


class AuditRecord(Part):
    """An audit: one small table of results and everything needed to draw, compare and check it again."""

    schema_: Literal["ethicscheck/record/1"] = Field(SCHEMA, alias="schema")
    verdict: Verdict
    subject: Subject
    provenance: Provenance
    plan: Plan
    data: DataEntry
    estimates: tuple[Estimate, ...]
    disparities: tuple[Disparity, ...]
    checklists: tuple[ChecklistEntry, ...] = ()
    controls: tuple[ControlMapEntry, ...] | None = Field(
        None, description="What the controls say that a checklist of this audit names, as their maps had it."
    )
    findings: tuple[Finding, ...]
    report: ReportWords | None = None
    warnings: tuple[WarningEntry, ...] | None = Field(None, description="What a good statistician would point out.")
    impact_ratios: tuple[ImpactTable, ...] | None = Field(None, description="Tables that a profile asks for.")
    # What an expert asks next; each is there when the config asks for it and the data allow it.
    custom: tuple[OwnMeasureEntry, ...] | None = Field(None, description="Measures of the audit's own.")
    calibration: Calibration | None = None
    changes: Changes | None = None
    pairs: Pairs | None = None
    repeats: Repeats | None = None
    conditional: Conditional | None = None
    representation: tuple[Representation, ...] | None = None
    missing: tuple[MissingValues, ...] | None = None
    bounds: tuple[GapBounds, ...] | None = None
    thresholds: Thresholds | None = None
    proxies: Proxies | None = None
    exploration: Exploration | None = Field(None, description="Where it is worst; no verdict rests on it.")
    baseline: Comparison | None = Field(
        None, description="What changed since an earlier audit; no verdict rests on it."
    )
    suppression: Suppression | None = Field(None, description="What is hidden in published documents.")
    abridged: Abridged | None = Field(None, description="Only in a record that was read out of a page: what it lacks.")
    chosen: Chosen | None = Field(None, description="Never in a written record: what `--only` and `--skip` left to CI.")

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        populate_by_name=True,
        title="ethicscheck audit record",
    )

    def to_json(self) -> bytes:
        """Return the record in canonical form (RFC 8785) with a closing newline."""
        import rfc8785

        return rfc8785.dumps(self.model_dump(mode="json", by_alias=True)) + b"\n"


def read_record(text: str | bytes, name: str) -> AuditRecord:
    """Read a record back.

    Raises
    ------
    RecordError
        When it is no JSON, of another schema, or not whole.
    """
    import json

    from pydantic import ValidationError

    from ethicscheck.errors import RecordError

    from .wholeness import broken_parts

    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"it is not JSON: {error}", name, "give the audit.json of an audit") from None
    schema = loaded.get("schema") if isinstance(loaded, dict) else None
    if schema != SCHEMA:
        raise RecordError(f"its schema is {schema!r}, not {SCHEMA!r}", name, "give the audit.json of an audit")
    _restore_order(loaded)
    try:
        record = AuditRecord.model_validate(loaded)
        broken = next(broken_parts(record), None)
    except ValidationError as error:
        first = error.errors()[0]
        broken = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    if broken is not None:
        raise RecordError(f"the record is not whole: {broken}", name, "was it edited? draw it from the data again")
    return record


def _restore_order(loaded: dict[str, Any]) -> None:
    """Put groups back into the order of their features: canonical JSON sorts the keys of every object."""
    try:
        strata = loaded["plan"].get("strata", [])
        for name in (
            "calibration",
            "changes",
            "conditional",
            "representation",
            "missing",
            "bounds",
            "exploration",
            "baseline",
            "suppression",
        ):
            if name in loaded:
                loaded[name] = _all_ordered(loaded[name], [], strata)
        for row in loaded["estimates"]:
            row["group"] = _ordered(row["group"], row["features"])
            if "stratum" in row:
                row["stratum"] = _ordered(row["stratum"], strata)
        for row in loaded["disparities"]:
            _order_groups(row, row["features"])
            row["groups"] = [_ordered(group, row["features"]) for group in row.get("groups", [])]
            for part in row.get("left_out", []):
                part["group"] = _ordered(part["group"], row["features"])
        for row in loaded["findings"]:
            if row.get("observed"):
                _order_groups(row["observed"], row["rule"]["across"])
        for table in loaded.get("impact_ratios", []):
            table["highest"] = table.get("highest") and _ordered(table["highest"], table["features"])
            for row in table["categories"]:
                row["group"] = _ordered(row["group"], table["features"])
    except (KeyError, TypeError, AttributeError):
        return  # not whole; validation says where


def _all_ordered(value: Any, features: list[str], strata: list[str]) -> Any:
    """Return a part of the record with every group and stratum in it put in order."""
    if isinstance(value, list):
        return [_all_ordered(part, features, strata) for part in value]
    if not isinstance(value, dict):
        return value
    own = value.get("features", features)
    own = own if isinstance(own, list) else features
    found = {name: _all_ordered(part, own, strata) for name, part in value.items()}
    return _ordered(_ordered(found, strata), own)


def _order_groups(row: dict[str, Any], features: list[str]) -> None:
    for side in ("group", "against"):
        if row.get(side):
            row[side] = _ordered(row[side], features)


def _ordered(group: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Return the group in the order of its features; as it is when those are not its features."""
    return {name: group[name] for name in names} if group.keys() == set(names) else group
