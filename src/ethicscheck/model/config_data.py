"""The parts of the config that say what is audited, and where its data are; and how values are read.

The config as a whole is in `config`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from .scalars import Number, Scalar, Text, as_text, refuse
from .section import Section as Section


def as_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def as_mapping(value: Any) -> Any:
    value = as_list(value)
    if isinstance(value, (list, tuple)):
        if not all(isinstance(name, str) for name in value):
            raise refuse("a list of columns is meant here, or a mapping (`column: {…}`)")
        if twins := {str(name) for name in value if value.count(name) > 1}:
            raise refuse(f"{min(twins)!r} stands here twice")
        return {str(name): {} for name in value}
    if isinstance(value, Mapping):
        return {str(name): {} if part is None else part for name, part in value.items()}
    return value


def as_intersections(value: Any) -> Any:
    if value == "all":
        return "all"
    if isinstance(value, (list, tuple)) and all(isinstance(group, (list, tuple)) for group in value):
        return tuple(tuple(as_text(name) for name in group) for group in value)
    raise refuse("a list of lists of features is meant here, such as [[race, sex]], or `all`")


def as_part(value: Any) -> Any:
    return {} if value is None else value


def _as_population(value: Any) -> Any:
    if isinstance(value, Mapping):
        if not all(isinstance(shares, Mapping) for shares in value.values()):
            raise refuse("shares by group and feature are meant here, such as {sex: {Female: 0.51, Male: 0.49}}")
        return {
            str(name): {str(as_text(label)): share for label, share in part.items()} for name, part in value.items()
        }
    return value


def as_delimiter(value: Any) -> str:
    text = value if value in ("\t", " ") else as_text(value)  # blank, and yet a delimiter
    if len(text) != 1 or text in '"\r\n':
        raise refuse("the delimiter is one character, and no quote or line break")
    return str(text)


# What may be written where one text or several are meant, for the JSON Schema.
OneOrMore = str | list[str | int | float | bool | None]


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
    response: Text | None = Field(None, description="What is done about what the audit found, in plain words.")
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


class SqlSource(Section):
    """A table of a database, or what a query returns."""

    sql: Text = Field(
        description="The database's address, such as postgresql://host/name, without a password; or $NAME, a variable that holds it."
    )
    table: Text | None = Field(None, description="The table: `name`, or `schema.name`.")
    query: Text | None = Field(None, description="A SELECT whose rows are audited, instead of a table.")

    @field_validator("sql")
    @classmethod
    def _holds_no_password(cls, address: str) -> str:
        if address.startswith("$"):
            return address
        parts = urlsplit(address)
        if not parts.scheme:
            raise refuse("an address begins with the kind of database, such as postgresql:// or sqlite:///")
        if parts.password is not None or re.search(r"(?i)passw|pwd|token|secret", parts.query):
            raise refuse("a config holds no password: let the driver find it, or name a variable, `sql: $DATABASE_URL`")
        return address

    @model_validator(mode="after")
    def _one_of_two(self) -> SqlSource:
        if (self.table is None) == (self.query is None):
            raise refuse("a database needs either `table` or `query`")
        return self

    @property
    def title(self) -> str:
        """What the record calls it: nothing of the address."""
        kind = "database" if self.sql.startswith("$") else urlsplit(self.sql).scheme
        if self.table is not None:
            return f"{kind} table {self.table}"
        return f"{kind} query {hashlib.sha256(str(self.query).encode()).hexdigest()[:12]}"


class DataConfig(Section):
    """Where the predictions are and which column plays which part."""

    source: Annotated[
        Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore), Tag("<files>")]
        | Annotated[SqlSource, Tag("<database>")],
        Discriminator(lambda value: "<database>" if isinstance(value, (Mapping, SqlSource)) else "<files>"),
    ] = Field(
        description="Path, glob or list of them, relative to this file: csv, tsv, parquet, json, jsonl, arrow. "
        "Or a database: {sql: ADDRESS, table: NAME} or {sql: ADDRESS, query: SELECT …}."
    )
    label: Text | None = Field(None, description="What happened. Without it only prediction-based metrics are made.")
    prediction: Text | None = Field(None, description="The decision.")
    score: Text | None = Field(
        None, description="The score the decision is made from, or that is itself the prediction (task: score)."
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
            Annotated[FeatureConfig, BeforeValidator(as_part, json_schema_input_type=FeatureConfig | None)],
        ],
        BeforeValidator(as_mapping, json_schema_input_type=dict[str, FeatureConfig | None] | list[str]),
    ] = Field(description="The features whose groups are compared.")
    intersections: Annotated[tuple[tuple[Text, ...], ...] | Literal["all"], BeforeValidator(as_intersections)] = Field(
        (), description="Lists of features whose combinations are compared too, or `all` pairs."
    )
    strata: Annotated[tuple[Text, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)] = Field(
        (), description="Columns within whose values the measures are shown too."
    )
    compare_with: Text | None = Field(
        None, description="The decision of another model on the same rows: what would the change do to each gap?"
    )
    cluster: Text | None = Field(
        None, description="Who or what a row belongs to, where the same one has several rows; intervals allow for it."
    )
    pair: Text | None = Field(
        None, description="The case a row belongs to: a case and its twins, alike but for a sensitive feature."
    )
    tolerance: Number | None = Field(
        None, description="task: regression: how far a prediction may be off and still be near enough."
    )
    population: Annotated[
        Annotated[
            Annotated[dict[str, dict[str, Number]], Tag("<shares>")] | Annotated[Text, Tag("<path>")],
            Discriminator(lambda value: "<shares>" if isinstance(value, Mapping) else "<path>"),
        ]
        | None,
        BeforeValidator(_as_population, json_schema_input_type=dict[str, dict[str, float]] | str | None),
    ] = Field(
        None,
        description="Whom the data should stand for: {feature: {group: share}}, or the path of a file with the "
        "features' columns and a column `share` or `count`.",
    )
    unknown: Annotated[tuple[Scalar | None, ...], BeforeValidator(as_list, json_schema_input_type=OneOrMore)] = Field(
        (), description="Values that mean 'not known'; empty cells always do."
    )
    period: Text | None = Field(None, description="The dates the data cover: 2013-01-01/2014-12-31.")
    delimiter: Annotated[str, BeforeValidator(as_delimiter)] | None = Field(
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

    @field_validator("tolerance")
    @classmethod
    def _not_negative(cls, number: float | None) -> float | None:
        if number is not None and number < 0:
            raise refuse("a tolerance is 0 or more, in the unit of the label")
        return number

    @property
    def files(self) -> tuple[str, ...]:
        """Paths and globs; none where the data lie in a database."""
        return self.source if isinstance(self.source, tuple) else ()

    @property
    def unknown_texts(self) -> frozenset[str]:
        """The texts that mean "not known"."""
        return frozenset(text for text in self.unknown if text is not None)
