"""The config of an audit (`ethicscheck/config/1`): types and the checks that need nothing but the config itself.

Whether a metric or profile of that name exists is checked in `policy`; whether a column exists, when the data are open.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from ethicscheck.errors import ConfigError, Problem, did_you_mean

from .scalars import Number, Scalar, Text, Whole, refuse
from .strict_yaml import Document, read_yaml
from .strict_yaml import Path as KeyPath

SCHEMA = "ethicscheck/config/1"


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _as_mapping(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value):
        return {str(name): None for name in value}
    if isinstance(value, Mapping):
        return {str(name): {} if part is None else part for name, part in value.items()}
    return value


def _as_part(value: Any) -> Any:
    return {} if value is None else value


# What may be written where one text or several are meant, for the JSON Schema.
OneOrMore = str | list[str | int | float | bool | None]


class Section(BaseModel):
    """A strict, frozen part of the config."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)


class WordsConfig(Section):
    """Words for the report's plain sentences."""

    selected: Text | None = Field(None, description='What the positive prediction does: "marked high risk".')
    rejected: Text | None = Field(None, description='What the negative prediction does: "marked low risk".')
    positive: Text | None = Field(
        None, description='What the positive label says: "re-offended within two years".'
    )
    negative: Text | None = Field(None, description='What the negative label says: "did not re-offend".')


class SubjectConfig(Section):
    """What is audited."""

    name: Text = Field(description="The system's name.")
    version: Text | None = Field(None, description="Its version, as text.")
    purpose: Text | None = Field(None, description="What it is for.")
    owner: Text | None = Field(None, description="Who answers for it.")
    decision: Text | None = Field(
        None, description="What is decided, in plain words, for the people affected."
    )
    affected: Text | None = Field(None, description="Who is affected.")
    contest: Text | None = Field(None, description="How a person can contest a decision.")
    artifact: Text | None = Field(None, description="The model file; its digest goes into the record.")
    words: WordsConfig | None = Field(None, description="Words for plain sentences.")


class FeatureConfig(Section):
    """A sensitive feature."""

    reference: Scalar | None = Field(
        None, description="The group others are compared to; default: the largest."
    )
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
    label: Text | None = Field(
        None, description="What happened. Without it only prediction-based metrics are made."
    )
    prediction: Text | None = Field(None, description="The decision.")
    score: Text | None = Field(None, description="The score the decision is made from.")
    threshold: Number | None = Field(
        None, description="Without a prediction column: prediction = score >= threshold."
    )
    positive: Scalar | None = Field(
        None, description='The value that means "positive"; needed unless 0/1 or booleans.'
    )
    favourable: Scalar | None = Field(
        None, description="Which prediction helps the person; default: the positive one."
    )
    count: Text | None = Field(None, description="Frequency column: this row stands for n rows.")
    weight: Text | None = Field(None, description="Survey or importance weight.")
    sensitive: Annotated[
        dict[str, Annotated[FeatureConfig, BeforeValidator(_as_part, json_schema_input_type=FeatureConfig | None)]],
        BeforeValidator(_as_mapping, json_schema_input_type=dict[str, FeatureConfig | None] | list[str]),
    ] = Field(description="The features whose groups are compared.")
    intersections: Annotated[
        tuple[tuple[Text, ...], ...] | Literal["all"], Field(union_mode="left_to_right")
    ] = Field((), description="Lists of features whose combinations are compared too, or `all` pairs.")
    strata: Annotated[tuple[Text, ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] = Field(
        (), description="Columns within whose values the measures are shown too."
    )
    unknown: Annotated[tuple[Scalar | None, ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] = Field(
        (), description="Values that mean 'not known'; empty cells always do."
    )
    period: Text | None = Field(None, description="The dates the data cover: 2013-01-01/2014-12-31.")
    delimiter: Text | None = Field(
        None, description="What separates the cells of a CSV, when it is not the comma."
    )

    @field_validator("sensitive")
    @classmethod
    def _some_feature(cls, features: dict[str, FeatureConfig]) -> dict[str, FeatureConfig]:
        if not features:
            raise refuse("name at least one sensitive feature")
        return features

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, delimiter: str | None) -> str | None:
        if delimiter is not None and len(delimiter) != 1:
            raise refuse("the delimiter is one character")
        return delimiter

    @property
    def unknown_texts(self) -> frozenset[str]:
        """The texts that mean "not known"."""
        return frozenset(text for text in self.unknown if text is not None)


class StatisticsConfig(Section):
    """How sure is sure."""

    confidence: Number = Field(0.95, description="Coverage of every interval.")
    min_group: Whole = Field(
        30, description="Groups with fewer rows are shown, marked, and left out of gaps."
    )
    replicates: Whole = Field(2000, description="Draws of a Monte Carlo test, where one is needed.")
    seed: Whole = Field(0, description="Seed of every random draw.")

    @field_validator("confidence")
    @classmethod
    def _level(cls, level: float) -> float:
        if not 0.5 <= level < 1:
            raise refuse("confidence lies between 0.5 and 1, such as 0.95")
        return level

    @field_validator("min_group", "replicates", "seed")
    @classmethod
    def _natural(cls, number: int) -> int:
        if number < 0:
            raise refuse("a number from 0 upward is meant here")
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


class PolicyConfig(Section):
    """What must hold."""

    profiles: Annotated[tuple[Text, ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] = Field(
        (), description="Shipped rule sets."
    )
    rules: tuple[RuleConfig, ...] = Field((), description="Your own rules.")


class ReportConfig(Section):
    """What the report is called."""

    title: Text | None = Field(None, description="The report's title; default: the system's name.")
    organisation: Text | None = Field(None, description="Who publishes the report.")


class Config(Section):
    """The whole config."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="ethicscheck config")

    schema_: Literal["ethicscheck/config/1"] = Field(
        SCHEMA, alias="schema", description="The format of this file."
    )
    subject: SubjectConfig
    data: DataConfig
    task: Literal["binary"] = Field("binary", description="What is predicted; declared, never guessed.")
    metrics: Annotated[tuple[Text, ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] | None = Field(
        None, description="Which measures to make; default: all of the task's."
    )
    statistics: Annotated[StatisticsConfig, BeforeValidator(_as_part)] = StatisticsConfig()
    policy: Annotated[PolicyConfig, BeforeValidator(_as_part)] = PolicyConfig()
    report: Annotated[ReportConfig, BeforeValidator(_as_part)] = ReportConfig()
    outputs: Annotated[tuple[Literal["html", "json"], ...], BeforeValidator(_as_list, json_schema_input_type=OneOrMore)] = ("html", "json")


class LoadedConfig:
    """A config with the file it came from, so that later checks can still name its lines."""

    def __init__(self, config: Config, document: Document, path: Path | None, content: bytes) -> None:
        self.config = config
        self.document = document
        self.path = path
        self.content = content

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
    try:
        config = Config.model_validate(value if value is not None else {})
    except ValidationError as error:
        problems += _explain(error, document)
    if isinstance(value, dict):
        problems += _relations(value, document)
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
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        hint = "give the path of a config, or write one as in the README"
        raise ConfigError([Problem("there is no such config file", str(path.name), hint)]) from None
    except OSError as error:
        raise ConfigError([Problem(f"the config can't be read: {error.strerror}", str(path.name))]) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError(
            [Problem("not UTF-8 text", f"{path.name}:{line}", "save it as UTF-8", line)]
        ) from None
    return read_yaml(text, path.name), content


def _explain(error: ValidationError, document: Document) -> list[Problem]:
    problems = []
    for item in error.errors():
        path = tuple(part for part in item["loc"] if not _is_union_tag(part, item["loc"]))
        path = tuple("schema" if part == "schema_" else part for part in path)
        dotted = ".".join(str(part) for part in path)
        kind, context = item["type"], item.get("ctx", {})
        if kind == "missing":
            problems.append(document.problem(path[:-1], f"{dotted} is missing", _wanted(path)))
        elif kind == "extra_forbidden":
            known = _keys_at(path[:-1])
            problems.append(
                document.problem(path, f"unknown key {dotted!r}", did_you_mean(str(path[-1]), known))
            )
        elif kind == "literal_error":
            wanted = [
                word.strip().strip("'")
                for word in str(context.get("expected", "")).replace(" or ", ", ").split(",")
            ]
            problems.append(
                document.problem(
                    path, f"{dotted} can't be {item['input']!r}", did_you_mean(str(item["input"]), wanted)
                )
            )
        elif kind == "ethicscheck":
            problems.append(document.problem(path, f"{dotted}: {context['what']}"))
        else:
            wanted_kind = {
                "model_type": "a mapping (`key: value`)",
                "dict_type": "a mapping (`key: value`)",
            }.get(kind, "a list" if kind in ("tuple_type", "list_type") else None)
            what = f"{dotted}: {wanted_kind} is meant here" if wanted_kind else f"{dotted}: {item['msg']}"
            problems.append(document.problem(path, what))
    return problems


def _is_union_tag(part: Any, location: tuple[Any, ...]) -> bool:
    return isinstance(part, str) and ("[" in part or part in ("literal['all']",)) and len(location) > 1


def _wanted(path: KeyPath) -> str:
    section: Any = Config
    for part in path[:-1]:
        section = _section_of(section, part)
        if section is None:
            return ""
    field = section.model_fields.get(str(path[-1]))
    return (
        f"add `{path[-1]}`: {field.description}"
        if field is not None and field.description
        else f"add `{path[-1]}`"
    )


def _keys_at(path: KeyPath) -> list[str]:
    section: Any = Config
    for part in path:
        section = _section_of(section, part)
        if section is None:
            return []
    return [field.alias or name for name, field in section.model_fields.items()]


_SECTIONS: dict[tuple[str, str], type[Section]] = {
    ("Config", "subject"): SubjectConfig,
    ("Config", "data"): DataConfig,
    ("Config", "statistics"): StatisticsConfig,
    ("Config", "policy"): PolicyConfig,
    ("Config", "report"): ReportConfig,
    ("SubjectConfig", "words"): WordsConfig,
    ("DataConfig", "sensitive"): FeatureConfig,
    ("PolicyConfig", "rules"): RuleConfig,
}


def _section_of(section: type[Section], part: str | int) -> type[Section] | None:
    if section in (FeatureConfig, RuleConfig):
        return section  # a feature's name or a rule's place in the list
    return _SECTIONS.get((section.__name__, str(part)))


def _relations(value: dict[str, Any], document: Document) -> list[Problem]:
    """Return the problems between keys, whatever else is wrong with the config."""
    data = value.get("data")
    if not isinstance(data, dict):
        return []
    problems = []
    if not data.get("prediction"):
        if not data.get("score"):
            what, hint = (
                "there is no data.prediction",
                "name the decision's column, or give score and threshold",
            )
            problems.append(document.problem(("data",), what, hint))
        elif data.get("threshold") is None:
            what = "data.score without data.prediction needs data.threshold"
            problems.append(document.problem(("data", "score"), what, "prediction = score >= threshold"))
    if data.get("label") and data.get("label") == data.get("prediction"):
        what = f"label and prediction are the same column, {data['label']!r}"
        problems.append(document.problem(("data", "label"), what, "the audit would find no error at all"))
    features = data.get("sensitive")
    names = list(features) if isinstance(features, (dict, list, tuple)) else []
    groups = data.get("intersections")
    for place, group in enumerate(groups if isinstance(groups, (list, tuple)) else ()):
        for name in group if isinstance(group, (list, tuple)) else ():
            if isinstance(name, str) and name not in names:
                what = f"data.intersections: {name!r} is not a sensitive feature"
                problems.append(
                    document.problem(("data", "intersections", place), what, did_you_mean(name, names))
                )
        if isinstance(group, (list, tuple)) and len({str(name) for name in group}) < 2:
            what = "data.intersections: an intersection has two or more features"
            problems.append(document.problem(("data", "intersections", place), what))
    return problems


__all__ = ["Config", "LoadedConfig", "RuleConfig", "parse_config", "read_config_document"]
