"""`include`: a checklist that takes over questions of others, and what it refuses to take."""

from __future__ import annotations

from pathlib import Path

import pytest
from checklist_helpers import answer, items, question, standing

from ethicscheck.checklist.opening import open_journal, start_journal
from ethicscheck.checklist.reading import LoadedChecklist, read_checklist
from ethicscheck.cli import run
from ethicscheck.errors import ConfigError

HOME = """\
schema: ethicscheck/checklist/1
id: home
version: "1"
title: At home
renamed: {h.old: h.older, h.older: h.first, h.gone: h.far}
options: {ynu: {"yes": Yes, "no": No, unsure: We do not know yet}}
sections:
  - id: near
    title: Near
    roles: {answer: [product], sign: [reviewer]}
    controls: [eu-ai-act:4]
    items:
      - {id: h.first, type: choice, options: ynu, text: Is it so?, help: Why., risk: {"yes": 0, "no": 3}}
      - {id: h.second, type: text, text: And then?, help: Why., when: {item: h.first, in: ["yes"]}}
  - id: far
    title: Far
    items:
      - {id: h.far, type: text, text: Why so?, help: Why., when: {item: h.first, in: ["no"]}}
"""
STARTER = """\
schema: ethicscheck/checklist/1
id: starter
version: "1"
title: A starter
options: {ynu: {"yes": Aye, "no": Nay}}
include: [home.yaml#near]
sections:
  - {id: near, title: Own, items: [{id: s.own, type: choice, options: ynu, text: Own?, help: Why.}]}
"""


def written(folder: Path, starter: str = STARTER, home: str = HOME) -> LoadedChecklist:
    (folder / "home.yaml").write_text(home, encoding="utf-8")
    (folder / "starter.yaml").write_text(starter, encoding="utf-8")
    return read_checklist(folder / "starter.yaml")


def problems(folder: Path, starter: str, home: str = HOME) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        written(folder, starter, home)
    return [str(problem) for problem in raised.value.problems]


def test_a_section_keeps_its_questions_ids_options_roles_and_controls(tmp_path: Path) -> None:
    """The starter's own set of options is called alike and must not slip under the taken question."""
    found = written(tmp_path).checklist
    home = read_checklist(tmp_path / "home.yaml").checklist
    taken = found.item("h.first")

    assert [section.id for section in found.sections] == ["home.near", "near"]
    assert [item.id for _, item in found.items()] == ["h.first", "h.second", "s.own"]
    assert taken is not None
    assert found.options_of(taken) == {"yes": "Yes", "no": "No", "unsure": "We do not know yet"}
    assert found.item_sha256(taken) == home.item_sha256(home.sections[0].items[0])
    assert found.sections[0].roles == home.sections[0].roles
    assert found.sections[0].controls == ("eu-ai-act:4",)


def test_what_was_renamed_at_home_is_renamed_here(tmp_path: Path) -> None:
    """An old id leads to its question; one whose question was not taken is left out."""
    assert written(tmp_path).checklist.renamed == {"h.old": "h.first", "h.older": "h.first"}


def test_the_digest_covers_what_is_taken_and_nothing_else(tmp_path: Path) -> None:
    """A signature must lapse when a taken question changes, and hold when another section or a comment does."""
    digest = written(tmp_path).sha256

    assert written(tmp_path, home=f"# a word\n{HOME}".replace("Why so?", "How so?")).sha256 == digest
    assert written(tmp_path, home=HOME.replace("And then?", "What then?")).sha256 != digest
    assert written(tmp_path, home=HOME.replace('"yes": Yes', '"yes": Indeed')).sha256 != digest
    assert written(tmp_path, STARTER.replace("Own?", "Mine?")).sha256 != digest


def test_a_checklist_without_include_keeps_the_digest_of_its_bytes(tmp_path: Path) -> None:
    """Journals begun before `include` existed name that digest."""
    import hashlib

    written(tmp_path)

    assert read_checklist(tmp_path / "home.yaml").sha256 == hashlib.sha256(HOME.encode()).hexdigest()


@pytest.mark.parametrize(
    ("include", "said"),
    [
        ("[home.yaml#nera]", "include: 'home.yaml' has no section 'nera' (starter.yaml:6) — did you mean 'near'?"),
        (
            "[transparncy]",
            "include: there is no checklist 'transparncy' (starter.yaml:6) — did you mean 'transparency'?",
        ),
        ("[home.yaml#far]", "sections[0].items[0].when: there is no question 'h.first' (starter.yaml:6)"),
        ("[home.yaml#near, home.yaml]", "there is a section 'home.near' already, on line 6"),
        ("[starter.yaml]", "an included checklist can't include others (starter.yaml:6)"),
        ("{a: b}", "include"),
    ],
)
def test_what_can_t_be_taken_is_said_with_its_line(include: str, said: str, tmp_path: Path) -> None:
    """A section that is not there, half a condition, a question twice, a circle."""
    found = problems(tmp_path, STARTER.replace("[home.yaml#near]", include))

    assert any(said in problem for problem in found), found


def test_a_home_with_problems_is_named(tmp_path: Path) -> None:
    """The fault lies in the other file, so that file and line are said."""
    (problem,) = problems(tmp_path, STARTER, HOME.replace("text: Why so?, ", ""))

    assert "(home.yaml:18)" in problem


def test_lines_of_own_questions_stay_right(tmp_path: Path) -> None:
    """The own sections move down in the list, not in the file."""
    (problem,) = problems(tmp_path, STARTER.replace("options: ynu, text: Own?", "options: yn, text: Own?"))

    assert "there is no set of options 'yn' (starter.yaml:8)" in problem


def test_only_what_is_taken_needs_no_section_of_its_own(tmp_path: Path) -> None:
    """A starter may be nothing but a list."""
    starter = STARTER[: STARTER.index("sections:")] + "sections: []\n"

    assert [item.id for _, item in written(tmp_path, starter).checklist.items()] == ["h.first", "h.second"]


def test_a_journal_of_a_starter_is_answered_and_folded(tmp_path: Path) -> None:
    """Conditions, digests and hidden questions work as at home."""
    start_journal(written(tmp_path), tmp_path / "j.jsonl", at="2026-03-01T12:00:00Z")
    opened = open_journal(tmp_path / "j.jsonl")
    answer(opened, "h.old", "no")
    answer(opened, "s.own", "Aye")
    status = standing(opened)

    assert {item.item.id: item.state for item in status.items} == {
        "h.first": "answered",
        "h.second": "hidden",
        "s.own": "answered",
    }
    assert status.notes == ()


def test_commands_work_on_a_shipped_starter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """check, show, start, answer and status: as with any other."""
    monkeypatch.chdir(tmp_path)

    assert run(["checklist", "check", "model-release"]) == 0
    assert run(["checklist", "show", "model-release"]) == 0
    assert run(["checklist", "start", "model-release", "-o", "j.jsonl"]) == 0
    person = ("--as", "Ana", "--role", "engineer")
    assert run(["checklist", "answer", "j.jsonl", "tr.accuracy", "unsure", *person]) == 0
    assert run(["checklist", "status", "j.jsonl"]) == 0
    assert "What is said about how well it works" in capsys.readouterr().out


def test_what_show_prints_as_json_is_a_checklist_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever reads the JSON need not know where the questions came from, nor take them twice."""
    written(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(["checklist", "show", "starter.yaml", "--json"]) == 0
    printed = capsys.readouterr().out

    assert "include" not in printed
    again = read_checklist(printed, "again").checklist
    assert again.sections == written(tmp_path).checklist.sections


def test_questions_without_help_are_found_in_what_is_taken(tmp_path: Path) -> None:
    """`check` looks at the whole."""
    (tmp_path / "home.yaml").write_text(items(question("q.one").replace(", help: Why.", "")))
    starter = STARTER.replace("home.yaml#near", "home.yaml")
    (tmp_path / "starter.yaml").write_text(starter)
    (spot,) = read_checklist(tmp_path / "starter.yaml").weak_spots()

    assert "q.one: there is no help" in str(spot)


TWICE = """\
schema: ethicscheck/checklist/1
id: twice
version: "1"
title: Asked before
options: {ynu: {"yes": Yes, "no": No, unsure: We do not know yet}}
sections:
  - id: only
    title: Only
    items:
      - {id: t.one, type: choice, options: ynu, text: Is the first so?, help: Why.}
      - {id: t.two, type: choice, options: ynu, text: Is the second so?, help: Why.}
"""
ONCE = STARTER.replace("[home.yaml#near]", "[home.yaml, twice.yaml]\ninstead: {h.first: [t.one, t.two]}")


def once(folder: Path, starter: str = ONCE) -> LoadedChecklist:
    (folder / "twice.yaml").write_text(TWICE, encoding="utf-8")
    return written(folder, starter)


def test_what_two_homes_ask_alike_is_asked_once(tmp_path: Path) -> None:
    """The question left out is gone; what hung on it hangs on any of those that ask it instead."""
    found = once(tmp_path).checklist
    second = found.item("h.second")

    assert [item.id for _, item in found.items()] == ["h.second", "h.far", "t.one", "t.two", "s.own"]
    assert found.instead == {"h.first": ("t.one", "t.two")}
    assert second is not None
    assert second.when is not None
    assert [(leaf.item, leaf.in_) for leaf in second.when.any or ()] == [("t.one", ("yes",)), ("t.two", ("yes",))]

    start_journal(once(tmp_path), tmp_path / "j.jsonl", at="2026-03-01T12:00:00Z")
    opened = open_journal(tmp_path / "j.jsonl")
    answer(opened, "t.one", "no")
    answer(opened, "t.two", "yes")
    assert [item.state for item in standing(opened).items if item.item.id in ("h.second", "h.far")] == [
        "unanswered"
    ] * 2


def test_conditions_on_measures_and_inside_others_follow_too(tmp_path: Path) -> None:
    """A condition that was left behind would name a question that is not there."""
    metric = 'metric: {metric: accuracy, across: "*", compare: difference, max: 0.05}'
    home = HOME.replace('when: {item: h.first, in: ["no"]}', 'when: {not: {all: [{measured: h.first, in: ["yes"]}]}}')
    home = home.replace('risk: {"yes": 0, "no": 3}', metric)
    (tmp_path / "twice.yaml").write_text(
        TWICE.replace("Is the first so?, help: Why.", f"Is the first so?, help: Why., {metric}")
    )
    found = written(tmp_path, ONCE.replace("[t.one, t.two]", "t.one"), home).checklist
    far = found.item("h.far")

    assert far is not None
    assert far.model_dump(by_alias=True, exclude_unset=True)["when"] == {
        "not": {"all": ({"measured": "t.one", "in": ("yes",)},)}
    }


def test_a_section_of_which_nothing_is_left_falls_out(tmp_path: Path) -> None:
    """A heading without questions would puzzle people."""
    found = once(tmp_path, ONCE.replace("instead: {h.first: [t.one, t.two]}", "instead: {t.one: s.own, t.two: s.own}"))

    assert [section.id for section in found.checklist.sections] == ["home.near", "home.far", "near"]


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ("{h.frist: t.one}", "instead: 'h.frist' is no question that is taken over (starter.yaml:7) — did you mean 'h.first'?"),
        ("{h.first: t.on}", "instead: there is no question 't.on' that could ask h.first (starter.yaml:7) — did you mean 't.one'?"),
        ("{h.first: t.one, t.one: t.two}", "instead: there is no question 't.one' that could ask h.first"),
        ("{s.own: t.one}", "instead: 's.own' is asked here (starter.yaml:7)"),
        ("{h.second: t.one, h.first: h.far}", "h.far is a text, which has no fixed answers"),
    ],
)  # fmt: skip
def test_what_can_t_be_left_out_is_said(instead: str, said: str, tmp_path: Path) -> None:
    """A slip would ask twice, or not at all, in silence."""
    (tmp_path / "twice.yaml").write_text(TWICE, encoding="utf-8")
    found = problems(tmp_path, ONCE.replace("{h.first: [t.one, t.two]}", instead))

    assert any(said in problem for problem in found), found


def test_show_and_answer_say_where_a_question_is_asked_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who looks for a question they know from home must be led to it; the JSON reads back."""
    once(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(["checklist", "show", "starter.yaml"]) == 0
    assert "not asked twice: h.first, see t.one, t.two" in capsys.readouterr().out
    assert run(["checklist", "start", "starter.yaml", "-o", "j.jsonl"]) == 0
    assert run(["checklist", "answer", "j.jsonl", "h.first", "yes", "--as", "A", "--role", "product"]) == 2
    assert "h.first is not asked twice (starter) — answer t.one and t.two instead" in capsys.readouterr().err
    assert run(["checklist", "show", "starter.yaml", "--json"]) == 0
    assert read_checklist(capsys.readouterr().out, "again").checklist.sections == once(tmp_path).checklist.sections
