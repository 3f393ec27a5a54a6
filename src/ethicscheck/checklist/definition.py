"""What a checklist is (`ethicscheck/checklist/1`): sections of questions, with their options, conditions and links.

Reading one from YAML, and checking that its parts fit together, is in `reading`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from ethicscheck.model.scalars import Number, Text, Whole, as_text, refuse
from ethicscheck.model.section import Section as Strict

SCHEMA: Final = "ethicscheck/checklist/1"

Kind = Literal["choice", "multi", "text", "number", "date", "scale", "table"]


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_list, json_schema_input_type=str | list[str])]


def _as_options(value: Any) -> str | dict[str, str]:
    if isinstance(value, str):
        return as_text(value)
    if isinstance(value, dict) and value:
        return {str(key): as_text(label) for key, label in value.items()}
    raise refuse("the name of a set of options is meant here, or options of its own (`id: label`)")


Options = Annotated[str | dict[str, str], PlainValidator(_as_options, json_schema_input_type=str | dict[str, str])]


class EvidenceRule(Strict):
    """Which answers must bring evidence."""

    for_: Texts | None = Field(None, alias="for", description="Answers that need it; default: every answer.")
    min: Whole = Field(1, description="How many pieces.")


class NotApplicable(Strict):
    """N/A is allowed, with a reason."""

    reason_min_chars: Whole = Field(20, description="Shortest reason accepted.")


class Condition(Strict):
    """When a question is asked: one of item + in, measured + in, all, any, not."""

    item: Text | None = Field(None, description="Another question of this checklist.")
    measured: Text | None = Field(
        None, description="Another question of this checklist that names a metric: what was measured for it."
    )
    in_: Texts | None = Field(None, alias="in", description="… has one of these answers; measured: yes, no or unsure.")
    all: tuple[Condition, ...] | None = Field(None, description="All of these hold.")
    any: tuple[Condition, ...] | None = Field(None, description="At least one of these holds.")
    not_: Condition | None = Field(None, alias="not", description="This does not hold.")


class MetricLink(Strict):
    """The measurement that bears on a question: a rule without a gate."""

    metric: Text = Field(description="A metric or criterion, as in a config's rules.")
    across: Texts = Field(description="The sensitive features whose groups are compared.")
    compare: Literal["difference", "ratio", "each"] = Field(
        description="difference: largest − smallest; ratio: smallest ÷ largest; each: every group's own value."
    )
    max: Number | None = Field(None, description="The value may not be larger than this.")
    min: Number | None = Field(None, description="The value may not be smaller than this.")


class Column(Strict):
    """A column of a table question."""

    id: Text = Field(description="A short, stable name; answers are kept under it.")
    title: Text = Field(description="What stands above the column.")
    options: dict[str, Text] | None = Field(None, description="Allowed entries; default: any text.")


class Item(Strict):
    """One question."""

    id: Text = Field(description="A short, stable name; answers are kept under it.")
    type: Kind = Field(description="What kind of answer is given.")
    text: Text = Field(description="The question.")
    help: Text | None = Field(None, description="Why it is asked and what a good answer holds.")
    options: Options | None = Field(
        None, description="The name of a shared set of options, or options of its own: id to label."
    )
    columns: tuple[Column, ...] = Field((), description="For tables.")
    min: Number | None = Field(None, description="Smallest number, or first step of a scale.")
    max: Number | None = Field(None, description="Largest number, or last step of a scale.")
    labels: dict[str, Text] = Field({}, description="Names of steps of a scale.")
    evidence: EvidenceRule | None = None
    na: NotApplicable | None = Field(None, description="Absent: N/A is not allowed.")
    risk: dict[str, Number] = Field({}, description="Risk points by answer; kept apart from ids.")
    when: Condition | None = None
    metric: MetricLink | None = Field(None, description="The measured answer joins the given one.")
    controls: Texts | None = Field(
        None, description="Controls this question bears on, instead of those of its section; [] for none."
    )


class Roles(Strict):
    """Who may do what in a section; empty means anyone."""

    answer: Texts = Field((), description="Who answers.")
    sign: Texts = Field((), description="Who signs.")
    resolve: Texts = Field((), description="Who settles a dispute between two answers.")


class Review(Strict):
    """When answers go stale."""

    after_days: Whole | None = Field(None, description="Answers older than this are out of date.")
    on: Texts = Field((), description="Events that call for a new look; a note to people, only after_days is enforced.")


class SignOff(Strict):
    """What the signatures of the whole checklist must be, beside the roles that its sections name."""

    roles: Texts = Field((), description="Roles that sign, beside those of the sections.")
    people: Whole = Field(1, description="How many different people must have signed; 2 makes it the two-person rule.")


class ChecklistSection(Strict):
    """Questions that belong together."""

    id: Text = Field(description="A short, stable name.")
    title: Text = Field(description="The heading of its page.")
    intro: Text | None = Field(None, description="What to keep in mind while answering.")
    roles: Roles = Roles()
    controls: Texts = Field((), description="Controls of regulations and standards these answers bear on.")
    review: Review = Review()
    items: tuple[Item, ...] = Field(description="The questions, in order.")


class Checklist(Strict):
    """A checklist."""

    schema_: Literal["ethicscheck/checklist/1"] = Field(SCHEMA, alias="schema", description="The format of this file.")
    id: Text = Field(description="The name by which configs use it.")
    version: Text = Field(description="Its version: raise it when questions change.")
    title: Text = Field(description="What it is called, as people read it.")
    summary: Text | None = Field(None, description="What it is for, in a sentence or two.")
    renamed: dict[str, Text] = Field(
        {}, description="Old question id to new one, so that old answers find their question."
    )
    sign: SignOff = Field(SignOff(), description="Who signs the whole of it, and how many people.")
    options: dict[str, dict[str, Text]] = Field({}, description="Shared sets of options: name to id to label.")
    include: Texts = Field(
        (), description="Checklists whose questions are taken over, by id or path; one section: `id#section`."
    )
    instead: dict[str, Texts] = Field(
        {}, description="A question of an included checklist that is not asked here: the questions that ask it instead."
    )
    sections: tuple[ChecklistSection, ...] = Field(description="The questions, in sections; [] when all are included.")

    def items(self) -> Iterator[tuple[ChecklistSection, Item]]:
        """Yield every question with its section, in order."""
        for section in self.sections:
            for item in section.items:
                yield section, item

    def current_id(self, item_id: str) -> str:
        """Return what a question is called now, following `renamed` as far as it leads."""
        if item_id not in self.renamed:
            return item_id
        seen = {item_id}
        while (renamed := self.renamed.get(item_id)) is not None and renamed not in seen:
            seen.add(item_id := renamed)
        return item_id

    def item(self, item_id: str) -> Item | None:
        """Return the question of that id (following `renamed`), or None."""
        wanted = self.current_id(item_id)
        found = self._places.get(wanted)
        return found[1] if found is not None else None

    def section_of(self, item: Item) -> ChecklistSection:
        """Return the section a question stands in."""
        return self._places[item.id][0]

    @cached_property
    def _places(self) -> dict[str, tuple[ChecklistSection, Item]]:
        """Every question by its id, with its section; of two with one id the first, as `linting` reports."""
        return {item.id: (section, item) for section, item in reversed(tuple(self.items()))}

    def options_of(self, item: Item) -> dict[str, str]:
        """Return a question's options, id to label; empty where any text will do."""
        if isinstance(item.options, str):
            return dict(self.options.get(item.options, {}))
        return dict(item.options or {})

    def item_sha256(self, item: Item) -> str:
        """Return the digest of what a question means: when it changes, old answers to it are stale."""
        place = self._places.get(item.id)
        if place is None or place[1] is not item:
            return self._digest(item)
        if item.id not in self._digests:
            self._digests[item.id] = self._digest(item)
        return self._digests[item.id]

    @cached_property
    def _digests(self) -> dict[str, str]:
        """The digests that were asked for, by id: a web app asks again with every look."""
        return {}

    def _digest(self, item: Item) -> str:
        import rfc8785

        meaning = {
            "type": item.type,
            "text": item.text,
            "options": self.options_of(item),
            "columns": [column.model_dump(mode="json") for column in item.columns],
            "range": [item.min, item.max, item.labels],
            "metric": item.metric.model_dump(mode="json") if item.metric is not None else None,
        }
        return hashlib.sha256(rfc8785.dumps(meaning)).hexdigest()
