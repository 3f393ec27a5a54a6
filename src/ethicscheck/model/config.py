"""The config of an audit (`ethicscheck/config/1`): types and the checks that need nothing but the config itself.

Whether a metric or profile of that name exists is checked in `policy`; whether a column exists, when the data are open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from ethicscheck.errors import ConfigError, Problem

from .colours import DARK, ENOUGH, LIGHT, is_colour, least_contrast
from .config_data import DataConfig as DataConfig
from .config_data import OneOrMore, SubjectConfig, as_list, as_part
from .config_data import Section as Section
from .config_studies import CustomMetric, ExploreConfig, MitigationConfig, ProxiesConfig, as_custom, as_section
from .explaining import dotted, explain_errors
from .outputs import OUTPUTS, Output
from .profile_use import Profiles
from .relations import check_relations
from .scalars import MOST, Day, Number, Switch, Text, Whole, refuse
from .strict_yaml import Document, read_yaml_file
from .verdicts import Severity

SCHEMA: Literal["ethicscheck/config/1"] = "ethicscheck/config/1"


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
    across: Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)] = Field(
        description='A sensitive feature, a list of them (their intersection), or "*" for each.'
    )
    compare: Literal["difference", "ratio", "each"] = Field(
        description="difference: largest − smallest; ratio: smallest ÷ largest; each: every group's own value."
    )
    max: Number | None = Field(None, description="The value may not be larger than this.")
    min: Number | None = Field(None, description="The value may not be smaller than this.")
    id: Text | None = Field(None, description="A short, stable name.")
    why: Text | None = Field(None, description="Why this limit, agreed by whom and when.")
    severity: Severity | None = Field(
        None,
        description="error (default), warning or note: how grave a failure is, in CI's annotations and for `--fail-on`.",
    )

    @model_validator(mode="after")
    def _one_limit(self) -> RuleConfig:
        if (self.max is None) == (self.min is None):
            raise refuse("a rule has either max or min" + ("" if self.max is None else ", not both"))
        return self


def _path_or_list(value: Any) -> Any:
    if not isinstance(value, (str, list, tuple)):
        raise refuse("a list of waivers is meant here, or the path of a waivers file")
    return value


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


def _colour(text: str) -> str:
    if not is_colour(text):
        raise refuse("a colour such as #1f5f7a is meant here")
    return text.lower()


Colour = Annotated[Text, AfterValidator(_colour)]


class ColoursConfig(Section):
    """The report's one colour, for bars and links; it must stay legible (WCAG 2.2: contrast of 4.5 or more)."""

    accent: Colour = Field(description="On light ground, as #1f5f7a.")
    accent_dark: Colour | None = Field(None, description="On dark ground; default: the accent, as light as it must be.")

    @field_validator("accent")
    @classmethod
    def _legible(cls, colour: str) -> str:
        return _checked_contrast(colour, LIGHT, "darker")

    @field_validator("accent_dark")
    @classmethod
    def _legible_in_the_dark(cls, colour: str | None) -> str | None:
        return colour and _checked_contrast(colour, DARK, "lighter")


def _checked_contrast(colour: str, grounds: tuple[str, ...], other: str) -> str:
    found = least_contrast(colour, grounds)
    if found < ENOUGH:
        raise refuse(f"its contrast with the page is {found:.2f}, and text needs {ENOUGH}; choose a {other} colour")
    return colour


class ReportConfig(Section):
    """What the report is called, and what it may show."""

    title: Text | None = Field(None, description="The report's title; default: the system's name.")
    organisation: Text | None = Field(None, description="Who publishes the report.")
    logo: Text | None = Field(
        None,
        description="Your logo, relative to this file: SVG, PNG or JPEG, up to 50 KB. It becomes part of the record.",
    )
    colours: ColoursConfig | None = Field(None, description="Your colour.")
    template: Text | None = Field(
        None,
        description="A folder with a report.html.j2 that overrides blocks of the report, relative to this file.",
    )
    suppress_below: Whole | None = Field(
        None, description="Hide numbers of fewer people than this (and enough others) in every published document."
    )
    suppress_record: Switch = Field(False, description="Hide them in audit.json too.")
    controls: Annotated[tuple[Text, ...] | None, BeforeValidator(as_list, json_schema_input_type=OneOrMore)] = Field(
        None,
        description="Which control maps the report shows: ids of shipped ones, paths of your own; default: all shipped ones.",
    )

    @field_validator("suppress_below")
    @classmethod
    def _some(cls, number: int | None) -> int | None:
        if number is not None and not 2 <= number <= 1_000:
            raise refuse("a number from 2 to 1,000 is meant here")
        return number


class Config(Section):
    """The whole config."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="ethicscheck config")

    schema_: Literal["ethicscheck/config/1"] = Field(SCHEMA, alias="schema", description="The format of this file.")
    subject: SubjectConfig
    data: DataConfig
    task: Literal["binary", "score", "multiclass", "regression"] = Field(
        "binary", description="What is predicted; declared, never guessed."
    )
    metrics: Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)] | None = Field(
        None, description="Which measures to make; default: all of the task's."
    )
    statistics: Annotated[StatisticsConfig, BeforeValidator(as_part)] = Field(default_factory=StatisticsConfig)
    policy: Annotated[PolicyConfig, BeforeValidator(as_part)] = Field(default_factory=PolicyConfig)
    custom: dict[
        str, Annotated[CustomMetric, BeforeValidator(as_custom, json_schema_input_type=CustomMetric | str)]
    ] = Field(default_factory=dict, description="Measures of your own, by name.")
    explore: Annotated[
        ExploreConfig | None, BeforeValidator(as_section, json_schema_input_type=ExploreConfig | bool | None)
    ] = Field(None, description="Search for the groups that are treated worst.")
    proxies: ProxiesConfig | None = Field(None, description="Look for columns that reveal a sensitive feature.")
    mitigation: Annotated[
        MitigationConfig | None,
        BeforeValidator(as_section, json_schema_input_type=MitigationConfig | bool | None),
    ] = Field(None, description="Ask what thresholds of their own for each group would do.")
    checklists: tuple[ChecklistUse, ...] = Field((), description="The questions no metric answers.")
    report: Annotated[ReportConfig, BeforeValidator(as_part)] = Field(default_factory=ReportConfig)
    _own: dict[str, Any] = PrivateAttr(default_factory=dict)
    outputs: Annotated[tuple[Output, ...], BeforeValidator(as_list, json_schema_input_type=Output | list[Output])] = (
        Field(("html", "json"), description=f"Which documents are written: {', '.join(OUTPUTS)}; `json` always is.")
    )

    @property
    def own(self) -> dict[str, Any]:
        """The measures of the config's own, once they are loaded: metrics by name."""
        return self._own


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
        control_maps: Mapping[str, Any] | None = None,
    ) -> None:
        self.config = config
        self.document = document
        self.path = path
        self.content = content
        self.waivers = waivers or LoadedWaivers()
        self.control_maps = control_maps  # those of report.controls, read; None for the shipped ones

    @property
    def base(self) -> Path:
        """The folder that paths in the config are relative to."""
        return self.path.parent if self.path is not None else Path()

    @property
    def template(self) -> Path | None:
        """The folder of the report's own templates."""
        named = self.config.report.template
        return self.base / named if named is not None else None


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
