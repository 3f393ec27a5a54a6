"""Every slip in a checklist's YAML: refused, all at once, with the line and the way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from checklist_helpers import EVERY_KIND, HEAD, checklist, items, question

from ethicscheck.checklist.reading import read_checklist
from ethicscheck.checklist.shipped import load, shipped_folder, shipped_ids
from ethicscheck.cli import run
from ethicscheck.errors import ConfigError, UsageError


def problems(text: str) -> list[str]:
    """Return the problems of a checklist, as they are printed."""
    with pytest.raises(ConfigError) as caught:
        checklist(text)
    found = str(caught.value).splitlines()
    assert len(set(found)) == len(found)
    for word in ("pydantic", "Input should", "Extra inputs", "valid dictionary", "Field required", "function-"):
        assert word not in str(caught.value)
    return found


def one(text: str) -> str:
    """Return the only problem."""
    (found,) = problems(text)
    return found


TWO = question("p"), question("q")
WHERE = "sections[0].items[1]"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("id: q, type: text, txet: Is it?, help: Why.",), "unknown key 'sections[0].items[0].txet' (c.yaml:10) — did you mean 'text'?"),
        (("id: q, type: tekst, text: Is it?, help: Why.",), "sections[0].items[0].type can't be 'tekst' (c.yaml:10) — did you mean 'text'?"),
        ((question(), question()), f"{WHERE}.id: there is a question 'q' already, on line 10 (c.yaml:11) — give each question an id of its own"),
        ((question(), question("Q")), f"{WHERE}.id: there is a question 'Q' already, on line 10 (c.yaml:11) — give each question an id of its own"),
        (("id: a b, type: text, text: x, help: y",), "sections[0].items[0].id can't be 'a b' (c.yaml:10) — letters, digits, '.', '_' and '-' make an id"),
        (("id: q, type: choice, text: x, help: y",), "sections[0].items[0]: a choice needs options (c.yaml:10) — name a set of options, or write `options: {id: label}`"),
        (("id: q, type: multi, options: yn, text: x, help: y",), "sections[0].items[0]: there is no set of options 'yn' (c.yaml:10) — did you mean 'ynu'?"),
        (("id: q, type: choice, options: {a: Same, b: same}, text: x, help: y",), "sections[0].items[0].options: 'a' and 'b' have the same label (c.yaml:10) — nobody could tell them apart"),
        (("id: q, type: choice, options: {a b: X}, text: x, help: y",), "sections[0].items[0].options: the option 'a b' is no id (c.yaml:10) — letters, digits, '.', '_' and '-' make an id; people read the label"),
        (("id: q, type: table, text: x, help: y",), "sections[0].items[0]: a table needs columns (c.yaml:10) — add `columns: [{id: …, title: …}]`"),
        (("id: q, type: table, columns: [{id: a, title: A}, {id: a, title: B}], text: x, help: y",), "sections[0].items[0].columns[1].id: there is a column 'a' already, on line 10 (c.yaml:10) — give each column an id of its own"),
        (("id: q, type: scale, max: 5, text: x, help: y",), "sections[0].items[0]: a scale needs min and max (c.yaml:10) — such as `min: 1` and `max: 5`"),
        (("id: q, type: scale, min: 5, max: 1, text: x, help: y",), "sections[0].items[0]: a scale goes from one whole number up to another, 21 steps at most (c.yaml:10) — such as `min: 1` and `max: 5`"),
        (("id: q, type: scale, min: 1, max: 3, labels: {4: X}, text: x, help: y",), "sections[0].items[0]: the scale has no step '4' (c.yaml:10) — known are: 1, 2, 3"),
        (("id: q, type: number, min: 5, max: 1, text: x, help: y",), "sections[0].items[0]: min is larger than max (c.yaml:10) — no number would fit"),
        (("id: q, type: text, options: ynu, text: x, help: y",), "sections[0].items[0]: `options` means nothing for the type 'text' (c.yaml:10) — it is for choice and multi"),
        ((question(more="risk: {yse: 1}"),), "sections[0].items[0].risk: 'yse' is no answer to q (c.yaml:10) — did you mean 'yes'?"),
        ((question(more="evidence: {for: [yse]}"),), "sections[0].items[0].evidence: 'yse' is no answer to q (c.yaml:10) — did you mean 'yes'?"),
        (("id: q, type: text, evidence: {for: [yes]}, text: x, help: y",), "sections[0].items[0].evidence names the answer 'yes' (c.yaml:10) — leave it out, or ask with choice, multi or scale; a text has no fixed answers"),
        ((question(more="evidence: {min: 0}"),), "sections[0].items[0].evidence.min must be 1 or more (c.yaml:10) — 0 asks for nothing"),
        ((question(more="na: {reason_min_chars: 0}"),), "sections[0].items[0].na.reason_min_chars must be 1 or more (c.yaml:10) — 0 asks for nothing"),
        (("id: q, type: text, text: x, help: ' '",), "sections[0].items[0].help: it is blank; some text is meant here (c.yaml:10)"),
        ((question("p"), question("q", "when: {item: pp, in: [yes]}")), f"{WHERE}.when: there is no question 'pp' (c.yaml:11) — did you mean 'p'?"),
        ((question("p"), question("q", "when: {item: p, in: [yse]}")), f"{WHERE}.when: 'yse' is no answer to p (c.yaml:11) — did you mean 'yes'?"),
        ((question("p"), question("q", "when: {item: p}")), f"{WHERE}.when names no answer (c.yaml:11) — add `in:` with the answers that open the question"),
        ((question("p"), question("q", "when: {item: p, in: yes, not: {item: p, in: no}}")), f"{WHERE}.when has item and not side by side (c.yaml:11) — give one of: item + in, measured + in, all, any, not"),
        ((question("p"), question("q", "when: {all: []}")), f"{WHERE}.when.all holds no condition (c.yaml:11) — add one"),
        (("id: p, type: text, text: x, help: y", question("q", "when: {item: p, in: x}")), f"{WHERE}.when: p is a text, which has no fixed answers (c.yaml:11) — a condition can ask about choice, multi and scale"),
        ((question("p", "when: {item: q, in: yes}"), question("q", "when: {item: p, in: yes}")), "sections[0].items[0].when goes in a circle: p → q → p (c.yaml:10) — no answer could open any of them"),
        ((question("p", "when: {item: p, in: yes}"),), "sections[0].items[0].when goes in a circle: p → p (c.yaml:10) — no answer could open any of them"),
        ((question("p"), question("q", "when: {all: [{item: p, in: yes}, {item: p, in: no}]}")), f"q is never asked: no answers meet {WHERE}.when (c.yaml:11) — mend the condition, or take the question out"),
        ((question("p"), question("q", "when: {item: p, in: yes}"), question("r", "when: {all: [{item: q, in: yes}, {item: p, in: no}]}")), "r is never asked: no answers meet sections[0].items[2].when (c.yaml:12) — mend the condition, or take the question out"),
        ((question(more="metric: {metric: acuracy, across: race, compare: difference, max: 0.1}"),), "sections[0].items[0].metric.metric: there is no metric 'acuracy' (c.yaml:10) — did you mean 'accuracy'?"),
        ((question(more="metric: {metric: accuracy, across: race, compare: difference, max: 10}"),), "sections[0].items[0].metric.max: accuracy (difference) lies between 0 and 1, never at 10 (c.yaml:10) — did you mean 0.1?"),
        ((question(more="metric: {metric: accuracy, across: race, compare: difference}"),), "sections[0].items[0].metric has either max or min (c.yaml:10) — it is the limit at which the measured answer turns to no"),
        ((question(more="metric: {metric: accuracy, across: race, compare: difference, max: 1, min: 0}"),), "sections[0].items[0].metric has either max or min, not both (c.yaml:10) — it is the limit at which the measured answer turns to no"),
        ((question(more="metric: {metric: matthews_corrcoef, across: race, compare: ratio, min: 0.8}"),), "sections[0].items[0].metric.compare: 'matthews_corrcoef' can be negative, so a ratio of it means nothing (c.yaml:10) — use difference"),
        ((question(more="metric: {metric: accuracy, across: [], compare: difference, max: 0.1}"),), "sections[0].items[0].metric.across names no feature (c.yaml:10) — name one, or '*' for each of them"),
        ((question(more="metric: {metric: accuracy, across: ['*', race], compare: difference, max: 0.1}"),), "sections[0].items[0].metric.across: '*' stands alone; it means each feature by itself (c.yaml:10) — write `across: '*'`, or name the features"),
        ((question(more="metric: {metric: accuracy, across: [race, race], compare: difference, max: 0.1}"),), "sections[0].items[0].metric.across names 'race' twice (c.yaml:10) — a feature crossed with itself is that feature; name each once"),
        (("id: q, type: text, metric: {metric: accuracy, across: race, compare: ratio, min: 0.8}, text: x, help: y",), "sections[0].items[0].metric: a measurement answers yes, no or unsure (c.yaml:10) — ask with a choice that has the options 'yes' and 'no'"),
    ],
)  # fmt: skip
def test_a_slip_in_a_question_is_named_with_its_line(lines: tuple[str, ...], expected: str) -> None:
    """Each would otherwise ask nothing, or something else than was meant, in silence."""
    assert one(items(*lines)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the checklist is empty (c.yaml) — it needs at least `id`, `version`, `title` and `sections`"),
        ("- a", "a checklist is a mapping (`key: value`) (c.yaml:1) — it needs at least `id`, `version`, `title` and `sections`"),
        (items(question()) + "renamed: {old: nwe}", "renamed: there is no question 'nwe' (c.yaml:11) — known are: q"),
        (items(question()) + "renamed: {q: q}", "renamed: 'q' is a question of this checklist (c.yaml:11) — only ids that are no longer in use are renamed"),
        (items(question()) + "  - {id: First, title: T, items: [{id: z, type: text, text: x}]}", "sections[1].id: there is a section 'First' already, on line 7 (c.yaml:11) — give each section an id of its own"),
        (HEAD + "    items: []", "sections[0] asks nothing (c.yaml:9) — add a question"),
        (items(question(), section="review: {after_days: 0}"), "sections[0].review.after_days must be 1 or more (c.yaml:9) — 0 asks for nothing"),
        (items(question()).replace("yes: Yes", "yes: Yes, yes: Maybe"), "the key 'yes' stands here twice (first on line 5) (c.yaml:5) — keep one of them"),
        (items(question()).replace("version: 1.10", "version: !!float 1.10"), "the tag '!!float' is not allowed (c.yaml:3) — remove it"),
        (items(question()).replace("title: A small", "title: &a A small"), "the anchor '&a' is not allowed (c.yaml:4) — write the value out where it is used"),
        (items(question()).replace("title: A small checklist\n", ""), "title is missing (c.yaml:1) — add `title`: What it is called, as people read it."),
        (items(question()).replace("/1", "/2"), "schema can't be 'ethicscheck/checklist/2' (c.yaml:1) — did you mean 'ethicscheck/checklist/1'?"),
    ],
)  # fmt: skip
def test_a_slip_in_the_rest_is_named_with_its_line(text: str, expected: str) -> None:
    """Sections, sets of options and the file itself."""
    assert one(text) == expected


def test_all_problems_are_reported_at_once_by_line() -> None:
    """One run shows all there is to mend, from the top of the file down."""
    text = items(
        question("p", "metrik: {}"),
        question("p", "when: {item: x, in: [yes]}"),
        "id: q, type: choice, text: x, options: nope",
    )

    found = problems(text.replace("title: A small checklist", "titel: x"))

    assert [int(line.split("c.yaml:")[1].split(")")[0]) for line in found] == [4, 10, 11, 11, 12]


def test_text_stays_the_text_that_was_written() -> None:
    """Bare yes and no are ids, not booleans, even as labels; 1.10 is a version, not 1.1."""
    found = checklist(
        items("id: 010, type: choice, options: {yes: no, no: on}, text: 2024-01-02, help: null?")
    ).checklist

    item = found.item("010")
    assert item is not None
    assert (found.version, item.text, item.help) == ("1.10", "2024-01-02", "null?")
    assert found.options_of(item) == {"yes": "no", "no": "on"}


def test_conditions_that_some_answers_meet_are_fine() -> None:
    """Two options of a multi at once, disputes between branches, scales, and a negation."""
    checklist(
        items(
            "id: m, type: multi, options: {a: A, b: B}, text: x, help: y",
            "id: s, type: scale, min: 1, max: 5, text: x, help: y",
            question("p", "when: {all: [{item: m, in: a}, {item: m, in: b}]}"),
            question("q", "when: {not: {item: p, in: [yes, no, unsure]}}"),
            question("r", "when: {any: [{item: s, in: ['4', '5']}, {item: q, in: no}]}"),
        )
    )


def test_the_digest_of_a_question_changes_with_its_meaning_only() -> None:
    """Better help must not make every answer stale; another scale must."""
    text = items("id: s, type: scale, min: 1, max: 5, text: x, help: y")

    def digest(changed: str) -> str:
        found = checklist(changed).checklist
        return found.item_sha256(next(item for _, item in found.items()))

    assert digest(text.replace("help: y", "help: z")) == digest(text)
    for old, new in (("text: x", "text: other"), ("max: 5", "max: 7"), ("max: 5,", "max: 5, labels: {1: Never},")):
        assert digest(text.replace(old, new)) != digest(text)


def test_a_missing_help_is_a_weak_spot_and_no_error() -> None:
    """A checklist of one's own may be used at once; `check` says what is missing."""
    (spot,) = checklist(items("id: q, type: text, text: x")).weak_spots()

    assert (
        str(spot) == "q: there is no help (c.yaml:10) — say why it is asked, what a good answer holds and what shows it"
    )
    assert checklist(EVERY_KIND).weak_spots() == ()


@pytest.mark.parametrize("name", shipped_ids())
def test_what_is_shipped_has_no_problem(name: str) -> None:
    """Each loads by its id, is called what its file is called, and has help everywhere."""
    loaded = load(name, Path())

    assert loaded.checklist.id == name
    assert loaded.shipped
    assert loaded.weak_spots() == ()


def test_a_checklist_is_found_by_id_or_path(tmp_path: Path) -> None:
    """A path is relative to the config or the folder one stands in; a misspelt id names the nearest."""
    (tmp_path / "own.yaml").write_text(EVERY_KIND)

    assert load("own.yaml", tmp_path).checklist.id == "small"
    assert not load(str(tmp_path / "own.yaml"), Path()).shipped
    with pytest.raises(UsageError, match=r"there is no checklist 'transparncy' — did you mean 'transparency'\?"):
        load("transparncy", tmp_path)
    with pytest.raises(ConfigError, match="there is no such checklist"):
        load("none.yaml", tmp_path)


def test_a_translation_is_no_checklist_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`id.fr.yaml` lies beside `id.yaml`."""
    for name in ("a.yaml", "a.fr.yaml", "README.md"):
        (tmp_path / name).write_text(EVERY_KIND)
    monkeypatch.setattr("ethicscheck.checklist.shipped.shipped_folder", lambda: tmp_path)

    assert shipped_ids() == ("a",)
    assert shipped_folder().name == "checklists"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: \x00", b"{", b"a: [" + b"[" * 500])
def test_what_is_no_yaml_is_refused(content: bytes, tmp_path: Path) -> None:
    """Whatever the file holds, the answer is words with a place."""
    (tmp_path / "c.yaml").write_bytes(content)

    with pytest.raises(ConfigError, match=r"c\.yaml"):
        read_checklist(tmp_path / "c.yaml")


def test_one_broken_condition_hides_no_other() -> None:
    """Once a circle was found only after every dangling condition was mended, and a question never asked after that."""
    found = problems(
        items(
            question("a", "when: {item: nope, in: [yes]}"),
            question("b", "when: {item: c, in: [yes]}"),
            question("c", "when: {item: b, in: [yes]}"),
            question("d", "when: {item: a, in: [yes]}"),
            question("e", "when: {all: [{item: g, in: [yes]}, {item: g, in: [no]}]}"),
            question("f", "when: {item: c, in: [no]}"),
            question("g"),
        )
    )

    assert [line.split(" (c.yaml:")[0] for line in found] == [
        "sections[0].items[0].when: there is no question 'nope'",
        "sections[0].items[1].when goes in a circle: b → c → b",
        "e is never asked: no answers meet sections[0].items[4].when",
    ]


def test_check_shows_errors_and_what_is_to_mend_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As text and as JSON: file, line and a code for each."""
    file = tmp_path / "mine.yaml"
    file.write_text(
        items(
            question("p").replace(", help: Why.", ""),
            question("P", "when: {item: x, in: [yes]}"),
            question("a", "when: {item: a, in: [yes]}"),
            question("b", "when: {all: [{item: r, in: [yes]}, {item: r, in: [no]}]}"),
            question("r", "metric: {metric: acuracy, across: race, compare: difference, max: 0.1}"),
            question("s", "txet: x"),
        )
    )

    assert run(["checklist", "check", str(file)]) == 2
    shown = capsys.readouterr()
    assert shown.out.startswith("to mend: p: there is no help (mine.yaml:10)")
    assert len(shown.err.splitlines()) == 6
    assert run(["checklist", "check", str(file), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert found["met"] is False
    assert [(part["code"], part["file"], part["line"]) for part in found["findings"]] == [
        ("duplicate_id", "mine.yaml", 11),
        ("dangling_condition", "mine.yaml", 11),
        ("circular_condition", "mine.yaml", 12),
        ("unreachable_question", "mine.yaml", 13),
        ("unknown_metric", "mine.yaml", 14),
        ("invalid", "mine.yaml", 15),
        ("missing_help", "mine.yaml", 10),
    ]
    for part in found["findings"]:
        assert run(["explain", part["code"]]) == 0


def test_check_as_json_of_a_sound_checklist_and_of_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings block nothing."""
    file = tmp_path / "mine.yaml"
    file.write_text(items(question(), section="controls: [eu-ai-act:99.9]"))

    assert run(["checklist", "check", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["id"], found["version"], found["met"]) == ("small", "1.10", True)
    assert [(part["code"], part["line"], part["blocking"]) for part in found["findings"]] == [
        ("unknown_control", 9, False)
    ]
    assert run(["checklist", "check", "nowhere.yaml", "--json"]) == 2
    assert [part["code"] for part in json.loads(capsys.readouterr().out)["findings"]] == ["invalid"]
