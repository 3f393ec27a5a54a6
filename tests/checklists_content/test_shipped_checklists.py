"""The shipped checklists say what they mean: every part refers to something there, and every question can be read aloud."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from ethicscheck.checklist import definition
from ethicscheck.checklist.definition import Checklist, Condition, Item
from ethicscheck.checklist.opening import status_without_answers
from ethicscheck.checklist.shipped import load
from ethicscheck.metrics.registry import find_measure
from ethicscheck.model.strict_yaml import read_yaml

FOLDER = Path(__file__).parents[2] / "checklists"
STARTERS = ("high-risk-system", "model-release")
FILES = sorted(path for path in FOLDER.glob("*.yaml") if path.stem not in STARTERS and "." not in path.stem)
MEASURED = {"transparency", "bias-and-data", "unintended-consequences", "human-oversight"}
SHIPPED = {*MEASURED, "people-and-emotions", "work-and-voice", "perspectives"}
CONTROL = re.compile(
    r"eu-ai-act:(\d+(\.\d+)?(\([a-z]\))?|Annex-[IVX]+\.\d+(\([a-z]\))?)"
    r"|nist-ai-rmf:(GOVERN|MAP|MEASURE|MANAGE)-\d\.\d+"
    r"|iso-42001:(A\.\d+(\.\d+)+|\d+(\.\d+)*)"
)


def read(path: Path) -> Checklist:
    document = read_yaml(path.read_text(encoding="utf-8"), path.name)
    assert document.problems == []
    return Checklist.model_validate(document.value)


def items(path: Path) -> list[Item]:
    return [item for _, item in read(path).items()]


def answers_of(checklist: Checklist, item: Item) -> set[str]:
    return set(checklist.options_of(item))


def leaves(condition: Condition) -> Iterator[Condition]:
    parts = [*(condition.all or ()), *(condition.any or ()), *([condition.not_] if condition.not_ else [])]
    if not parts:
        yield condition
    for part in parts:
        yield from leaves(part)


def parts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from parts(part)
    elif isinstance(value, list):
        for part in value:
            yield from parts(part)
    else:
        yield value


def test_all_seven_checklists_are_shipped() -> None:
    """A file that is not found would make every test below pass."""
    assert {path.stem for path in FILES} == SHIPPED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestShippedChecklist:
    """Each shipped file by itself."""

    def test_it_reads_without_problems_under_its_own_name(self, path: Path) -> None:
        """`use: transparency` must find the checklist of that id."""
        checklist = read(path)

        assert checklist.id == path.stem
        assert 3 <= len(checklist.sections) <= 5
        assert 8 <= len(items(path)) <= 20

    def test_ids_are_unique_and_short(self, path: Path) -> None:
        """Saved answers hang on these ids."""
        ids = [item.id for item in items(path)]
        sections = [section.id for section in read(path).sections]

        assert len(set(ids)) == len(ids)
        assert len(set(sections)) == len(sections)
        assert [name for name in ids if not re.fullmatch(r"[a-z]{2}\.[a-z_]{3,20}", name)] == []
        assert len({name.split(".")[0] for name in ids}) == 1

    def test_questions_can_be_read_aloud(self, path: Path) -> None:
        """A question nobody can say in one breath gets no honest answer."""
        for item in items(path):
            assert len(item.text) <= 160, item.id
            assert item.text.endswith(("?", ".")), item.id
            assert not re.search(
                r"data subject|stakeholder|end[- ]user|leverage|e\.g\.|i\.e\.", f"{item.text} {item.help}"
            )

    def test_help_says_why_what_is_good_and_what_shows_it(self, path: Path) -> None:
        """Three things a person needs before answering, in this order."""
        for item in items(path):
            assert item.help is not None, item.id
            assert len(item.help) >= 60, item.id
            assert re.search(r"^Why: .{20,} A good answer: .{20,} Evidence: .{10,}", item.help), item.id

    def test_no_control_character_hides_in_the_text(self, path: Path) -> None:
        """Folded YAML once came back with a bell at each fold; the text goes to terminals and reports as it is."""
        written = [part for part in parts(read(path).model_dump(mode="json")) if isinstance(part, str)]

        assert [part for part in written if not part.isprintable()] == []

    def test_options_are_there_where_the_kind_needs_them(self, path: Path) -> None:
        """A choice of nothing, or a shared set that is not there, can't be answered."""
        checklist = read(path)

        for item in items(path):
            assert (len(answers_of(checklist, item)) >= 2) == (item.type in ("choice", "multi")), item.id
            assert bool(item.columns) == (item.type == "table"), item.id
            assert len({column.id for column in item.columns}) == len(item.columns), item.id
            assert (item.min is not None and item.max is not None) == (item.type in ("number", "scale")), item.id
            if item.type in ("choice", "multi"):
                assert "unsure" in answers_of(checklist, item), item.id
            assert all(item.min <= int(step) <= item.max for step in item.labels), item.id  # type: ignore[operator]

    def test_risk_and_evidence_speak_of_answers_that_exist(self, path: Path) -> None:
        """Points or proof for a misspelt answer would never be asked for."""
        checklist = read(path)

        for item in items(path):
            assert set(item.risk) <= answers_of(checklist, item), item.id
            assert all(points >= 0 for points in item.risk.values()), item.id
            if item.evidence is not None:
                assert set(item.evidence.for_ or ()) <= answers_of(checklist, item), item.id
                assert item.evidence.min >= 1, item.id

    def test_nobody_has_to_prove_that_they_do_not_know(self, path: Path) -> None:
        """Evidence asked for “we do not know yet” would push people to a bolder answer."""
        checklist = read(path)

        for item in items(path):
            if item.evidence is not None and "unsure" in answers_of(checklist, item):
                assert item.evidence.for_, item.id
                assert "unsure" not in item.evidence.for_, item.id

    def test_conditions_look_back_at_answers_that_exist(self, path: Path) -> None:
        """A follow-up that hangs on a later or misspelt answer is never asked."""
        checklist = read(path)
        asked: dict[str, Item] = {}

        for item in items(path):
            for leaf in leaves(item.when) if item.when is not None else ():
                name = leaf.item or leaf.measured
                assert name in asked, item.id
                assert leaf.in_, item.id
                assert set(leaf.in_) <= answers_of(checklist, asked[name]), item.id
                assert leaf.item or asked[name].metric is not None, item.id
            asked[item.id] = item

    def test_measured_questions_take_the_answers_a_measurement_gives(self, path: Path) -> None:
        """The measured answer joins the given one, so it must be one of yes, no and unsure."""
        checklist = read(path)
        linked = [item for item in items(path) if item.metric is not None]

        assert len(linked) >= (3 if path.stem in MEASURED else 0)
        for item in linked:
            assert item.metric is not None
            assert find_measure(item.metric.metric) is not None, item.id
            assert (item.metric.max is None) != (item.metric.min is None), item.id
            assert answers_of(checklist, item) == {"yes", "no", "unsure"}, item.id
            assert item.na is None, item.id
            assert item.risk["no"] > item.risk["yes"], item.id

    def test_what_a_measured_no_calls_for_is_asked_whatever_people_answered(self, path: Path) -> None:
        """Who says “we do not know yet” to a measured question must not be spared its follow-up."""
        measured = {item.id for item in items(path) if item.metric is not None}

        for item in items(path):
            found = list(leaves(item.when)) if item.when is not None else []
            told = {(leaf.item, leaf.in_) for leaf in found if leaf.item in measured}
            assert told == {(leaf.measured, leaf.in_) for leaf in found if leaf.measured is not None}, item.id

    def test_every_section_says_who_answers_and_what_it_bears_on(self, path: Path) -> None:
        """A section that belongs to nobody stays empty; one without controls is missing from every crosswalk."""
        for section in read(path).sections:
            assert section.roles.answer, section.id
            assert section.roles.sign, section.id
            assert section.roles.resolve, section.id
            assert section.controls, section.id
            assert len(set(section.controls)) == len(section.controls), section.id
            assert [control for control in section.controls if not CONTROL.fullmatch(control)] == []
            assert section.review.after_days, section.id

    def test_not_applicable_wants_a_real_reason(self, path: Path) -> None:
        """A reason of one word excuses everything."""
        reasons = [item.na.reason_min_chars for item in items(path) if item.na is not None]

        assert reasons
        assert min(reasons) >= 40

    def test_other_yaml_readers_see_the_same_option_ids(self, path: Path) -> None:
        """Unquoted, yes and no are booleans by the rules of YAML 1.1, which most readers still keep."""
        reader = YAML(typ="safe", pure=True)
        reader.version = (1, 1)
        value = reader.load(path.read_text(encoding="utf-8"))

        assert [part for part in parts(value) if isinstance(part, bool) or part is None] == []
        assert isinstance(value["version"], str)
        assert Checklist.model_validate(value) == read(path)


@pytest.mark.parametrize("name", STARTERS)
class TestStarter:
    """A starter is a checklist of its own that takes over the questions of others."""

    def test_its_questions_mean_what_they_mean_at_home(self, name: str) -> None:
        """An answer's digest must be the same in both places, or it would go stale by being moved."""
        found = load(name, Path())
        at_home = {item.id: home.checklist for home in found.homes for _, item in home.checklist.items()}
        taken = [item for _, item in found.checklist.items() if item.id in at_home]

        assert len(taken) >= 25
        for item in taken:
            home = at_home[item.id]
            original = home.item(item.id)
            assert original is not None
            assert found.checklist.item_sha256(item) == home.item_sha256(original)
            assert found.checklist.section_of(item).id == f"{home.id}.{home.section_of(original).id}"
            assert found.checklist.section_of(item).roles == home.section_of(original).roles
            assert (item.help, item.evidence, item.na, item.risk) == (
                (original.help, original.evidence, original.na, original.risk)
            )
            moved = original.when is not None and any(
                leaf.item in found.checklist.instead or leaf.measured in found.checklist.instead
                for leaf in leaves(original.when)
            )
            assert moved or item.when == original.when

    def test_what_is_not_asked_twice_is_asked_in_the_same_form(self, name: str) -> None:
        """A measured question is left out only for measured ones, or a number would be lost; its answers fit conditions."""
        found = load(name, Path())
        at_home = {item.id: item for home in found.homes for _, item in home.checklist.items()}

        assert found.checklist.instead
        for old, new in found.checklist.instead.items():
            assert found.checklist.item(old) is None
            others = [found.checklist.item(name) for name in new]
            if at_home[old].metric is not None:
                assert all(other is not None and other.metric is not None for other in others), old

    def test_its_own_questions_follow_the_house_rules(self, name: str) -> None:
        """Help in three parts, an id of its own, roles and controls: as everywhere."""
        found = load(name, Path())
        at_home = {item.id for home in found.homes for _, item in home.checklist.items()}
        own = [(section, item) for section, item in found.checklist.items() if item.id not in at_home]

        assert 3 <= len(own) <= 5
        for section, item in own:
            assert re.fullmatch(r"[a-z]{2}\.[a-z_]{2,20}", item.id)
            assert re.search(r"^Why: .{20,} A good answer: .{20,} Evidence: .{10,}", item.help or ""), item.id
            assert section.roles.answer
            assert section.roles.sign
            assert [control for control in section.controls if not CONTROL.fullmatch(control)] == []


def test_the_starter_for_much_at_stake_asks_all_seven() -> None:
    """Nothing of the seven is left out in silence: what two of them ask alike names the question that asks it."""
    found = load("high-risk-system", Path())
    ids = {item.id for _, item in found.checklist.items()}

    assert {home.checklist.id for home in found.homes} == SHIPPED
    assert all(
        item.id in ids or item.id in found.checklist.instead
        for home in found.homes
        for _, item in home.checklist.items()
    )


@pytest.mark.parametrize("name", [*sorted(SHIPPED), *STARTERS])
def test_a_fresh_journal_says_nothing_for_anybody(name: str) -> None:
    """VerifyWise seeds canned answers; here nothing is answered until a person answers it."""
    status = status_without_answers(load(name, Path()), today=datetime.date(2026, 3, 1))
    counts = status.progress()

    assert counts["unanswered"] > 0
    assert counts["unanswered"] + counts["hidden"] == counts["items"] == len(status.items)
    assert [item.item.id for item in status.items if item.answers] == []


def test_everything_shipped_stands_in_the_report(tmp_path: Path) -> None:
    """Every question of every checklist is drawn, and nothing of a starter is lost on the way."""
    import html

    import pandas as pd

    import ethicscheck

    frame = pd.DataFrame({"y": [1, 0] * 60, "yhat": [1, 1, 0] * 40, "sex": ["f", "m"] * 60})
    names = [*sorted(SHIPPED), *STARTERS]
    result = ethicscheck.audit(
        frame, label="y", prediction="yhat", sensitive=["sex"], checklists=[{"use": name} for name in names]
    )
    result.save(tmp_path, formats=["html"])
    shown = " ".join(html.unescape((tmp_path / "report.html").read_text(encoding="utf-8")).split())

    assert [part.id for part in result.record.checklists] == names
    for name in names:
        for _, item in load(name, Path()).checklist.items():
            assert item.text in shown, item.id


def test_the_readme_names_every_key_and_file() -> None:
    """Whoever writes a checklist reads this page, not the types."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    models = [
        value
        for value in vars(definition).values()
        if isinstance(value, type) and issubclass(value, BaseModel) and value.model_fields
    ]
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}

    assert len(models) >= 10
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []
    assert [path.name for path in FOLDER.glob("*.yaml") if path.name not in text] == []


def test_the_docs_count_what_is_shipped() -> None:
    """The table in docs/checklists.md is read before any checklist is opened."""
    text = (FOLDER.parent / "docs/checklists.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| (\d+) \| (\d*) ?\|$", text, re.MULTILINE)
    counted = [(path.stem, len(items(path)), sum(item.metric is not None for item in items(path))) for path in FILES]

    assert sorted((name, int(asked), int(measured or 0)) for name, asked, measured in rows) == sorted(counted)
