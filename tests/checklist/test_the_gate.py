"""`ethicscheck checklist check` of a journal in CI: codes that machines sort by, exit codes, and what each code means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import items, question

from ethicscheck.cli import run

Printed = pytest.CaptureFixture[str]
EVA = ("--as", "Eva", "--role", "reviewer")
BEN = ("--as", "Ben", "--role", "reviewer")
LINKED = "metric: {metric: selection_rate, across: '*', compare: difference, max: 0.1}"
FILE = items(
    question("a", LINKED),
    question("b", "na: {reason_min_chars: 5}"),
    question("c", "evidence: {for: [yes]}"),
    question("d"),
    section="roles: {sign: [reviewer], resolve: [reviewer]}",
)
UNEQUAL = "group,y,p\n" + "a,1,1\n" * 200 + "b,1,0\n" * 200
EQUAL = "group,y,p\n" + "a,1,1\na,0,0\nb,1,1\nb,0,0\n" * 500


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772366400")  # 2026-03-01T12:00:00Z
    Path("c.yaml").write_text(FILE)
    Path("proof.txt").write_text("seen")
    assert checklist("start", "c.yaml", "-o", "j.answers.jsonl") == 0
    capsys.readouterr()
    return tmp_path


def checklist(*words: str) -> int:
    return run(["checklist", *words])


def act(what: str, *words: str) -> None:
    assert checklist(what, "j.answers.jsonl", *words) == 0


def finish() -> None:
    for item in "abd":
        act("answer", item, "no", *EVA)
    act("answer", "c", "yes", *EVA, "--evidence", "proof.txt")


def gate(capsys: Printed, *more: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = checklist("check", "j.answers.jsonl", "--json", *more)
    return code, json.loads(capsys.readouterr().out)


def audit(data: str, **subject: str) -> None:
    Path("data.csv").write_text(data)
    named = ", ".join(f"{key}: '{part}'" for key, part in {"name": "x", **subject}.items())
    Path("ethicscheck.yaml").write_text(
        f"subject: {{{named}}}\ndata: {{source: data.csv, label: y, prediction: p, sensitive: [group]}}\n"
        "checklists:\n  - {use: c.yaml, require: signed, answers: j.answers.jsonl}\n"
    )
    assert run(["audit", "-q"]) in (0, 1, 3)


def codes(found: dict[str, Any]) -> list[tuple[str, str | None, bool]]:
    return [(part["code"], part.get("item"), part["blocking"]) for part in found["findings"]]


def test_every_code_of_a_question_is_found_and_printed(folder: Path, capsys: Printed) -> None:
    """One code a state, in the order of the checklist, in JSON and in words."""
    Path("data.csv").write_text(UNEQUAL)
    act("answer", "a", "yes", *EVA)
    audit(UNEQUAL)
    act("answer", "b", "yes", *EVA)
    act("answer", "b", "no", *BEN)
    act("answer", "c", "yes", *EVA, "--evidence", "proof.txt")
    Path("proof.txt").write_text("something else")

    code, found = gate(capsys, "--record", "ethicscheck-out/audit.json")

    assert (code, found["met"]) == (1, False)
    assert codes(found) == [
        ("contradicted", "a", True),
        ("disputed", "b", True),
        ("stale", "c", True),
        ("unanswered", "d", True),
    ]
    assert checklist("check", "j.answers.jsonl", "--record", "ethicscheck-out/audit.json") == 1
    out = capsys.readouterr().out
    for word in ("✗ contradicted: a is", "✗ disputed: b is", "✗ stale: c is", "✗ unanswered: d is"):
        assert word in out
    assert "explain contradicted | disputed | stale | unanswered" in " ".join(out.split())


def test_not_known_yet_is_found_and_blocks_nothing(folder: Path, capsys: Printed) -> None:
    """Said openly, it is no obstacle; and it is not passed over."""
    finish()
    act("answer", "d", "unsure", *EVA)

    code, found = gate(capsys)

    assert (code, found["met"], codes(found)) == (0, True, [("unsure", "d", False)])
    assert checklist("check", "j.answers.jsonl") == 0
    assert "? unsure: d is unsure: Is it?" in capsys.readouterr().out
    told = "1 question is measured; only an audit can tell whether the numbers contradict it"
    assert found["notes"] == [told], "a machine is told what a person is told"


def test_unsigned_lapsed_and_changes_requested_are_told_apart(folder: Path, capsys: Printed) -> None:
    """Nobody signed, somebody did and it changed since, somebody would rather not."""
    finish()
    assert codes(gate(capsys, "--require", "signed")[1]) == [("unsigned", None, True)]
    act("sign", *EVA)
    assert gate(capsys, "--require", "signed")[0] == 0
    act("answer", "d", "yes", *EVA)
    code, found = gate(capsys, "--require", "signed")
    assert (code, codes(found)) == (1, [("lapsed", None, True)])
    act("sign", *EVA, "--request-changes", "d is not so")
    code, found = gate(capsys, "--require", "signed")
    assert (code, codes(found)) == (1, [("changes_requested", None, True), ("unsigned", None, True)])
    assert "d is not so" in found["findings"][0]["message"]
    assert gate(capsys)[0] == 0


@pytest.mark.parametrize(("age", "code"), [("30d", 1), ("4w", 1), ("60d", 0), ("60", 0)])
def test_answers_older_than_the_gate_allows_are_stale(
    folder: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch, age: str, code: int
) -> None:
    """Whatever the checklist itself says about reviews."""
    finish()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1772366400 + 40 * 86400))

    found_code, found = gate(capsys, "--max-age", age)

    assert found_code == code
    assert {part["code"] for part in found["findings"]} == ({"stale"} if code else set())


@pytest.mark.parametrize("age", ["0d", "-1d", "soon", "180y", "99999w", ""])
def test_an_age_that_is_none_is_refused(folder: Path, capsys: Printed, age: str) -> None:
    """With how to write one."""
    assert checklist("check", "j.answers.jsonl", "--max-age", age) == 2
    assert "write it as 180d or 26w" in capsys.readouterr().err


def test_a_journal_that_cannot_be_read_is_invalid_and_2(folder: Path, capsys: Printed) -> None:
    """In CI the JSON says so as well; nothing is changed."""
    Path("j.answers.jsonl").write_bytes(Path("j.answers.jsonl").read_bytes() + b"{\n")

    assert checklist("check", "j.answers.jsonl", "--json") == 2
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert (found["met"], [part["code"] for part in found["findings"]]) == (False, ["invalid"])
    assert "line 2 is no entry" in found["findings"][0]["message"]
    assert shown.err.startswith("error: line 2 is no entry")


@pytest.mark.parametrize("value", [5, True, "perhaps", ["yes"], {"yes": 1}, [[["x"]]]])
def test_an_answer_that_its_question_does_not_take_is_invalid_and_not_out_of_date(
    folder: Path, capsys: Printed, value: Any
) -> None:
    """Edited by hand, or by another program. The rest is judged, so it is 1 and not 2."""
    finish()
    lines = [json.loads(line) for line in Path("j.answers.jsonl").read_text().splitlines()]
    lines[-1]["value"] = value  # c
    Path("j.answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    code, found = gate(capsys)

    assert (code, codes(found)) == (1, [("invalid", "c", True)])
    assert "the answer no longer fits the question" in found["findings"][0]["message"]
    act("answer", "c", "no", *EVA)
    assert gate(capsys)[0] == 0


def test_a_checklist_is_linted_not_gated(folder: Path, capsys: Printed) -> None:
    """Options of the gate would be silently without effect."""
    assert checklist("check", "c.yaml", "--max-age", "3d") == 2
    assert "is no journal" in capsys.readouterr().err


def test_a_signature_under_a_record_holds_in_the_next_audit_of_the_same_and_lapses_with_other_numbers(
    folder: Path, capsys: Printed
) -> None:
    """The whole road: audit, sign what it found, audit again, other data, other model."""
    finish()
    act("answer", "a", "unsure", *EVA)
    audit(EQUAL, version="1")
    act("sign", *EVA, "--record", "ethicscheck-out/audit.json")
    assert run(["audit", "-q"]) == 0
    record = json.loads(Path("ethicscheck-out/audit.json").read_bytes())
    assert "lapsed" not in record["checklists"][0]["signatures"][0]

    audit(EQUAL.replace("b,0,0\n", "b,0,1\n", 3), version="1")
    (entry,) = json.loads(Path("ethicscheck-out/audit.json").read_bytes())["checklists"]
    assert entry["signatures"][0]["lapsed"] == "the metrics changed since"
    audit(EQUAL, version="2")
    (entry,) = json.loads(Path("ethicscheck-out/audit.json").read_bytes())["checklists"]
    assert entry["signatures"][0]["lapsed"] == "the model changed since"
    assert codes(gate(capsys, "--require", "signed", "--record", "ethicscheck-out/audit.json")[1])[-1][0] == "lapsed"


def test_changes_asked_for_stand_in_the_record_whatever_is_required(folder: Path) -> None:
    """Whoever reads the report learns that somebody would not sign."""
    finish()
    act("sign", *EVA, "--request-changes", "d is not so")
    audit(EQUAL)

    (entry,) = json.loads(Path("ethicscheck-out/audit.json").read_bytes())["checklists"]
    assert "Eva (reviewer) asked for changes on 2026-03-01: d is not so" in entry["unsigned"]


def test_an_answer_that_the_record_contradicts_cannot_be_signed_with_it(folder: Path, capsys: Printed) -> None:
    """Without the record nobody could see it."""
    finish()
    act("answer", "a", "yes", *EVA)
    audit(UNEQUAL)

    assert checklist("sign", "j.answers.jsonl", *EVA, "--record", "ethicscheck-out/audit.json") == 2
    assert "a is contradicted" in capsys.readouterr().err


def test_a_dispute_is_settled_as_not_applicable_from_the_command_line(folder: Path, capsys: Printed) -> None:
    """Either VALUE with --reason, or --na."""
    act("answer", "b", "yes", *EVA)
    act("answer", "b", "no", *BEN)
    for words in (("b",), ("b", "yes", "--na", "x"), ("b", "yes")):
        assert checklist("resolve", "j.answers.jsonl", *words, *EVA) == 2
    act("resolve", "b", "--na", "nobody is there", *EVA)
    assert "b is not applicable now" in capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    [
        "unanswered",
        "unsure",
        "contradicted",
        "disputed",
        "stale",
        "unsigned",
        "lapsed",
        "invalid",
        "changes_requested",
    ],
)
def test_every_code_is_explained(name: str, capsys: Printed) -> None:
    """Whoever meets a code in a log finds out what to do."""
    assert run(["explain", name]) == 0
    assert capsys.readouterr().out.startswith(f"{name}: ")
