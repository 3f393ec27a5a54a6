"""The config of an audit (`ethicscheck/config/1`): types and the checks that need nothing but the config itself.

Whether a metric or profile of that name exists is checked in `policy`; whether a column exists, when the data are open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from ethicscheck.errors import ConfigError, Problem

from .explaining import dotted, explain_errors
from .profile_use import Profiles
from .relations import check_relations
from .scalars import MOST, Day, Number, Scalar, Text, Whole, as_text, refuse
from .strict_yaml import Document, read_yaml_file

SCHEMA: Literal["ethicscheck/config/1"] = "ethicscheck/config/1"


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _as_mapping(value: Any) -> Any:
    value = _as_list(value)
    if isinstance(value, (list, tuple)):
        if not all(isinstance(name, str) for name in value):
            raise refuse("a list of columns is meant here, or a mapping (`column: {…}`)")
        if twins := {str(name) for name in value if value.count(name) > 1}:
            raise refuse(f"{min(twins)!r} stands here twice")
        return {str(name): {} for name in value}
    if isinstance(value, Mapping):
        return {str(name): {} if part is None else part for name, part in value.items()}
    return value


def _as_intersections(value: Any) -> Any:
    if value == "all":
        return "all"
    if isinstance(value, (list, tuple)) and all(isinstance(group, (list, tuple)) for group in value):
        return tuple(tuple(as_text(name) for name in group) for group in value)
    raise refuse("a list of lists of features is meant here, such as [[race, sex]], or `all`")


def _as_part(value: Any) -> Any:
    return {} if value is None else value


def _as_delimiter(value: Any) -> str:
    text = value if value in ("\t", " ") else as_text(value)  # blank, and yet a delimiter
    if len(text) != 1 or text in '"\r\n':
        raise refuse("the delimiter is one character, and no quote or line break")
    return str(text)


def _path_or_list(value: Any) -> Any:
    if not isinstance(value, (str, list, tuple)):
        raise refuse("a list of waivers is meant here, or the path of a waivers file")
    return value


# What may be written where one text or several are meant, for the JSON Schema.
OneOrMore = str | list[str | int | float | bool | None]


class Section(BaseModel):
    """A strict, frozen part of the config."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)


class WordsConfig(Section):
    """Words for the report's plain sentences."""

    selected: Text | None = Field(None, description='What the positive prediction does: "were marked high risk".')
    rejected: Text | None = Field(None, description='What the negative prediction does: "were marked low risk".')
    positive: Text | None = Field(None, description='What the positive label says: "re-offended within two years".')
    negative: Text | None = Field(None, description='What the negative label says: "did not re-offend".')


class SubjectConfig(Section):
    """What is audited."""

    name: Text = Field(description="The system's name.")
    version: Text | None = Field(None, description="Its version, as text.")
    purpose: Text | None = Field(None, description="What it is for.")
    owner: Text | None = Field(None, description="Who answers for it.")
    decision: Text | None = Field(None, description="What is decided, in plain words, for the people affected.")
    affected: Text | None = Field(None, description="Who is affected.")
    contest: Text | None = Field(None, description="How a person can contest a decision.")
    artifact: Text | None = Field(None, description="The model file; its digest goes into the record.")
    words: WordsConfig | None = Field(None, description="Words for plain sentences.")


class FeatureConfig(Section):
    """A sensitive feature."""

    reference: Scalar | None = Field(None, description="The group others are compared to; default: the largest.")
    bins: tuple[Number, ...] | None = Field(None, description="Edges that cut a number into groups.")

    @field_validator("bins")
    @classmethod
    def _rising(cls, edges: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if edges is not None and (not edges or list(edges) != sorted(set(edges))):
            raise refuse("bins are one or more numbers, each larger than the one before")
        return edges


class DataConfig(Section):
    """Where the predictions are and which column plays which part."""

    source: Annotated[tuple[Text, ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] = Field(
        description="Path, glob or list of them, relative to this file: csv, tsv, parquet, json, jsonl, arrow."
    )
    label: Text | None = Field(None, description="What happened. Without it only prediction-based metrics are made.")
    prediction: Text | None = Field(None, description="The decision.")
    score: Text | None = Field(
        None, description="The score the decision is made from. Beside a prediction it must be there, but is not used."
    )
    threshold: Number | None = Field(
        None,
        description="Without a prediction column: prediction = score >= threshold. With one, the prediction counts.",
    )
    positive: Scalar | None = Field(None, description='The value that means "positive"; needed unless 0/1 or booleans.')
    favourable: Scalar | None = Field(None, description="Which prediction helps the person; default: the positive one.")
    count: Text | None = Field(None, description="Frequency column: this row stands for n rows.")
    weight: Text | None = Field(None, description="Survey or importance weight.")
    sensitive: Annotated[
        dict[
            str,
            Annotated[FeatureConfig, BeforeValidator(_as_part, json_schema_input_type=FeatureConfig | None)],
        ],
        BeforeValidator(_as_mapping, json_schema_input_type=dict[str, FeatureConfig | None] | list[str]),
    ] = Field(description="The features whose groups are compared.")
    intersections: Annotated[tuple[tuple[Text, ...], ...] | Literal["all"], BeforeValidator(_as_intersections)] = Field(
        (), description="Lists of features whose combinations are compared too, or `all` pairs."
    )
    strata: Annotated[tuple[Text, ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] = Field(
        (), description="Columns within whose values the measures are shown too."
    )
    unknown: Annotated[tuple[Scalar | None, ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] = Field(
        (), description="Values that mean 'not known'; empty cells always do."
    )
    period: Text | None = Field(None, description="The dates the data cover: 2013-01-01/2014-12-31.")
    delimiter: Annotated[str, BeforeValidator(_as_delimiter)] | None = Field(
        None, description="What separates the cells of a CSV, when it is not the comma."
    )

    @field_validator("sensitive")
    @classmethod
    def _some_feature(cls, features: dict[str, FeatureConfig]) -> dict[str, FeatureConfig]:
        if not features:
            raise refuse("name at least one sensitive feature")
        return features

    @field_validator("strata")
    @classmethod
    def _different(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise refuse("a column stands here twice")
        return names

    @property
    def unknown_texts(self) -> frozenset[str]:
        """The texts that mean "not known"."""
        return frozenset(text for text in self.unknown if text is not None)


class StatisticsConfig(Section):
    """How sure is sure."""

    confidence: Number = Field(0.95, description="Coverage of every interval.")
    min_group: Whole = Field(30, description="Groups with fewer rows are shown, marked, and left out of gaps.")
    replicates: Whole = Field(2000, description="Draws of a Monte Carlo test, where one is needed.")
    seed: Whole = Field(0, description="Seed of every random draw.")

    @field_validator("confidence")
    @classmethod
    def _level(cls, level: float) -> float:
        if not 0.5 <= level < 1:
            raise refuse("confidence lies between 0.5 and 1, such as 0.95")
        return level

    @field_validator("min_group", "seed")
    @classmethod
    def _natural(cls, number: int) -> int:
        if not 0 <= number <= MOST:
            raise refuse("a whole number from 0 up to 2^53 is meant here")
        return number

    @field_validator("replicates")
    @classmethod
    def _affordable(cls, number: int) -> int:
        if not 100 <= number <= 1_000_000:
            raise refuse("a number from 100 to 1,000,000 is meant here")
        return number


class RuleConfig(Section):
    """One rule: a measure, the groups it compares, and the limit agreed on."""

    metric: Text = Field(description="A metric or criterion.")
    across: Annotated[tuple[Text, ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] = Field(
        description='A sensitive feature, a list of them (their intersection), or "*" for each.'
    )
    compare: Literal["difference", "ratio", "each"] = Field(
        description="difference: largest − smallest; ratio: smallest ÷ largest; each: every group's own value."
    )
    max: Number | None = Field(None, description="The value may not be larger than this.")
    min: Number | None = Field(None, description="The value may not be smaller than this.")
    id: Text | None = Field(None, description="A short, stable name.")
    why: Text | None = Field(None, description="Why this limit, agreed by whom and when.")

    @model_validator(mode="after")
    def _one_limit(self) -> RuleConfig:
        if (self.max is None) == (self.min is None):
            raise refuse("a rule has either max or min" + ("" if self.max is None else ", not both"))
        return self


class WaiverConfig(Section):
    """A finding that does not count against the verdict for a while: who answers for that, why, and until when."""

    rule: Text = Field(description="A rule's id, for all its findings, or one finding's id.")
    owner: Text = Field(description="Who answers for it.")
    reason: Text = Field(description="Why it is accepted for now.")
    expires: Day = Field(description="The last day on which it holds, in UTC: 2026-03-31.")
    tolerate: Number | None = Field(None, description="The worst value that is still waived; default: any.")


Waivers = Annotated[
    Annotated[tuple[WaiverConfig, ...], Tag("<list>")] | Annotated[Text, Tag("<path>")],
    Discriminator(lambda value: "<path>" if isinstance(value, str) else "<list>"),
    BeforeValidator(_path_or_list),
]


class PolicyConfig(Section):
    """What must hold."""

    profiles: Profiles = Field((), description="Shipped rule sets: names, or `{use: name, …}`.")
    rules: tuple[RuleConfig, ...] = Field((), description="Your own rules.")
    waivers: Waivers = Field(
        (), description="Exceptions with an owner and an end: a list, or the path of waivers.yaml."
    )


class ChecklistUse(Section):
    """A checklist that belongs to this audit."""

    use: Text = Field(description="A shipped checklist's id, or the path of a YAML file.")
    answers: Text | None = Field(None, description="The journal of answers, relative to this file.")
    require: Literal["none", "complete", "signed"] = Field(
        "none", description="What must hold for the audit to pass: nothing, every question answered, or signed too."
    )


class ReportConfig(Section):
    """What the report is called."""

    title: Text | None = Field(None, description="The report's title; default: the system's name.")
    organisation: Text | None = Field(None, description="Who publishes the report.")


class Config(Section):
    """The whole config."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="ethicscheck config")

    schema_: Literal["ethicscheck/config/1"] = Field(SCHEMA, alias="schema", description="The format of this file.")
    subject: SubjectConfig
    data: DataConfig
    task: Literal["binary"] = Field("binary", description="What is predicted; declared, never guessed.")
    metrics: Annotated[tuple[Text, ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] | None = Field(
        None, description="Which measures to make; default: all of the task's."
    )
    statistics: Annotated[StatisticsConfig, BeforeValidator(_as_part)] = Field(default_factory=StatisticsConfig)
    policy: Annotated[PolicyConfig, BeforeValidator(_as_part)] = Field(default_factory=PolicyConfig)
    checklists: tuple[ChecklistUse, ...] = Field((), description="The questions no metric answers.")
    report: Annotated[ReportConfig, BeforeValidator(_as_part)] = Field(default_factory=ReportConfig)
    outputs: Annotated[
        tuple[Literal["html", "json"], ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)
    ] = ("html", "json")


@dataclass(frozen=True)
class LoadedWaivers:
    """The waivers and where they stand: in the config, or in a file of their own (then with its path and digest)."""

    entries: tuple[WaiverConfig, ...] = ()
    document: Document | None = None
    path: Path | None = None
    sha256: str | None = None

    def problem(self, place: int, key: str, what: str, hint: str) -> Problem:
        """Return a problem with one key of the waiver at `place`."""
        where: tuple[str | int, ...] = ("waivers", place, key)
        where = where if self.path is not None else ("policy", *where)
        return (self.document or Document("audit(…)")).problem(where, f"{dotted(where)}: {what}", hint)


class LoadedConfig:
    """A config with the file it came from, so that later checks can still name its lines."""

    def __init__(
        self,
        config: Config,
        document: Document,
        path: Path | None,
        content: bytes,
        waivers: LoadedWaivers | None = None,
    ) -> None:
        self.config = config
        self.document = document
        self.path = path
        self.content = content
        self.waivers = waivers or LoadedWaivers()

    @property
    def base(self) -> Path:
        """The folder that paths in the config are relative to."""
        return self.path.parent if self.path is not None else Path()


def parse_config(value: Any, document: Document, also: tuple[Problem, ...] = ()) -> Config:
    """Turn a config's plain value into a Config.

    Parameters
    ----------
    value : nested dicts and lists.
    document : where each part stands.
    also : problems found elsewhere, to be reported with those found here.

    Raises
    ------
    ConfigError
        With every problem.
    """
    problems = [*document.problems, *also]
    config = None
    if value is None and not problems:
        raise ConfigError([document.problem((), "the config is empty", "it needs at least `subject` and `data`")])
    try:
        config = Config.model_validate(value)
    except ValidationError as error:
        problems += explain_errors(error, Config, document)
    if isinstance(value, dict):
        problems += check_relations(value, document, tuple(DataConfig.model_fields))
    if problems or config is None:
        raise ConfigError(dict.fromkeys(problems))
    return config


def read_config_document(path: Path) -> tuple[Document, bytes]:
    """Read a config file as a strict YAML document.

    Raises
    ------
    ConfigError
        When there is no such file, or it is no YAML.
    """
    return read_yaml_file(path, "config", "give the path of a config; `ethicscheck init` writes one")


__all__ = ["Config", "LoadedConfig", "RuleConfig", "parse_config", "read_config_document"]
