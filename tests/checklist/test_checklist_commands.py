"""`ethicscheck checklist`, as people and scripts use it: words, exit codes, and what lands in the journal."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from checklist_helpers import EVERY_KIND, items, question

from ethicscheck.checklist.reading import read_checklist
from ethicscheck.checklist.shipped import load, shipped_ids
from ethicscheck.cli import commands, run
from ethicscheck.cli.checklist import checklist_command

Printed = pytest.CaptureFixture[str]
ANA = ("--as", "Ana", "--role", "product")
BEN = ("--as", "Ben", "--role", "engineer")
EVA = ("--as", "Eva", "--role", "reviewer")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Path:
    """A project with a journal begun."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772366400")  # 2026-03-01T12:00:00Z
    Path("c.yaml").write_text(EVERY_KIND)
    assert checklist("start", "c.yaml", "-o", "answers/j.jsonl") == 0
    capsys.readouterr()
    return tmp_path


def checklist(*words: str) -> int:
    return run(["checklist", *words])


def answer(item: str, value: str, *more: str) -> int:
    return checklist("answer", "answers/j.jsonl", item, value, *more)


def finish() -> None:
    for item, value in {"choice": "no", "multi": "one", "number": "5", "date": "2026-01-01", "scale": "3",
                        "table": '[{"who": "A", "seen": "obs"}]'}.items():  # fmt: skip
        assert answer(f"a.{item}", value, *ANA) == 0


def test_the_whole_road_from_start_to_the_gate(folder: Path, capsys: Printed) -> None:
    """start, answer, status, check, sign, check: exit codes as the contract has them."""
    assert checklist("check", "answers/j.jsonl") == 1
    finish()
    assert checklist("check", "answers/j.jsonl") == 0
    assert checklist("check", "answers/j.jsonl", "--require", "signed") == 1
    assert checklist("sign", "answers/j.jsonl", *EVA) == 0
    assert checklist("check", "answers/j.jsonl", "--require", "signed") == 0
    assert "small 1.10 is signed: 6 answered, 1 hidden" in capsys.readouterr().out
    assert answer("a.number", "6", *ANA) == 0
    assert checklist("check", "answers/j.jsonl", "--require", "signed") == 1
    assert "the signature of Eva (reviewer) has lapsed: the answers changed since" in capsys.readouterr().out
    assert checklist("check", "answers/j.jsonl", "--require", "none") == 0


def test_starting_again_refuses_and_changes_nothing(folder: Path, capsys: Printed) -> None:
    """deon: a rerun appends a blank list under the ticked one, exit 0."""
    answer("a.choice", "no", *ANA)
    before = Path("answers/j.jsonl").read_bytes()
    capsys.readouterr()

    assert checklist("start", "c.yaml", "-o", "answers/j.jsonl") == 2
    assert capsys.readouterr().err == (
        "error: there is such a file already (answers/j.jsonl) — go on with it, or choose another name; "
        "answers are never written over\n"
    )  # fmt: skip
    assert Path("answers/j.jsonl").read_bytes() == before


def test_two_people_who_differ_are_told_and_leave_with_zero(folder: Path, capsys: Printed) -> None:
    """The answer is saved; stderr says what differs and what settles it."""
    answer("a.choice", "no", *ANA)
    capsys.readouterr()

    assert answer("a.choice", "Yes", *BEN, "--comment", "saw it") == 0

    shown = capsys.readouterr()
    assert shown.out == "saved: a.choice is “Yes” (disputed)\n"
    assert shown.err == (
        "note: this differs from Ana (product), 2026-03-01: No\n"
        "note: a.choice is disputed until reviewer settles it: ethicscheck checklist resolve\n"
    )  # fmt: skip
    assert checklist("resolve", "answers/j.jsonl", "a.choice", "yes", "--reason", "Ben saw it", *EVA) == 0
    assert capsys.readouterr().out == "settled: a.choice is answered now\n"
    assert checklist("withdraw", "answers/j.jsonl", "a.choice", *ANA) == 0
    assert capsys.readouterr().out == "withdrawn: a.choice is answered now\n"


def test_the_gate_and_the_signer_are_told_that_numbers_may_contradict(folder: Path, capsys: Printed) -> None:
    """Neither sees the data: an answer that an audit would contradict looks complete to them."""
    link = "metric: {metric: accuracy, across: race, compare: difference, max: 0.1}"
    for names in ("p", "pq"):
        Path("m.yaml").write_text(items(*(question(name, link) for name in names), question("r")))
        journal = f"{names}.jsonl"
        checklist("start", "m.yaml", "-o", journal)
        for name in (*names, "r"):
            checklist("answer", journal, name, "yes", *ANA)
        capsys.readouterr()
        said = {
            "p": "1 question is measured; only an audit can tell whether the numbers contradict it\n",
            "pq": "2 questions are measured; only an audit can tell whether the numbers contradict them\n",
        }[names]
        for words in (("check", journal), ("sign", journal, *EVA)):
            assert checklist(*words) == 0
            assert said in capsys.readouterr().out

    checklist("check", "answers/j.jsonl", "--require", "none")
    assert "measured" not in capsys.readouterr().out


def test_a_changed_mind_is_told_what_no_longer_counts(folder: Path, capsys: Printed) -> None:
    """So that a slip is noticed."""
    answer("a.choice", "no", *ANA)
    capsys.readouterr()
    answer("a.choice", "unsure", *ANA)

    assert capsys.readouterr().err == "note: your earlier answer no longer counts: Ana (product), 2026-03-01: No\n"


def test_an_answer_to_a_hidden_question_is_kept_and_told(folder: Path, capsys: Printed) -> None:
    """It counts as soon as the question is asked."""
    assert answer("a.text", "words", *ANA) == 0
    assert (
        "a.text is not asked now (asked only when a.choice is “Yes”; a.choice has no answer)" in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("answer", "answers/j.jsonl", "a.choice", *ANA), "error: there is no answer (a.choice) — give VALUE, or --na REASON where the question does not apply"),
        (("answer", "answers/j.jsonl", "a.choice", "yes", "--na", "x", *ANA), "error: an answer is either VALUE or --na, not both (a.choice)"),
        (("answer", "answers/j.jsonl", "a.chioce", "yes", *ANA), "error: there is no question 'a.chioce' (small) — did you mean 'a.choice'?"),
        (("answer", "answers/j.jsonl", "a.choice", "yse", *ANA), "error: 'yse' is no answer (a.choice) — did you mean 'yes'?"),
        (("answer", "answers/j.jsonl", "a.choice", "--na", "short", *ANA), "error: N/A needs a reason of at least 10 characters, this one has 5 (a.choice) — say what"),
        (("answer", "answers/j.jsonl", "a.number", "--na", "never counted", *ANA), "error: N/A is not allowed for this question (a.number) — choose an answer"),
        (("answer", "answers/j.jsonl", "a.choice", "yes", "--as", "Ana", "--role", "intern"), "error: 'intern' may not answer it (a.choice) — that is for product or engineer"),
        (("answer", "answers/j.jsonl", "a.choice", "yes", "--as", "Ana"), "your role: \nerror: your role is missing — give --role ROLE"),
        (("answer", "answers/j.jsonl", "a.choice", "yes", "--evidence", "none.txt", *ANA), "error: the evidence is not there (none.txt) — copy the evidence itself"),
        (("answer", "answers/j.jsonl", "a.choice", "yes", "--expires", "2026-01-01", *ANA), "error: there is no evidence that the day belongs to (--dated, --expires)"),
        (("answer", "answers/none.jsonl", "a.choice", "yes", *ANA), "error: there is no such journal (none.jsonl) — begin one with"),
        (("resolve", "answers/j.jsonl", "a.choice", "yes", "--reason", "x", *EVA), "error: there is nothing to settle: no two answers differ (a.choice)"),
        (("withdraw", "answers/j.jsonl", "a.choice", *ANA), "error: Ana has given no answer that could be withdrawn (a.choice) — nobody has answered it"),
        (("sign", "answers/j.jsonl", *EVA), "error: not complete yet: a.choice is unanswered: Is it so?, and 5 more"),
        (("start", "trnsparency", "-o", "x"), "error: there is no checklist 'trnsparency' — did you mean 'transparency'?"),
        (("show", "none.yaml"), "error: there is no such checklist (none.yaml)"),
        (("check", "trnsparency"), "error: there is no checklist 'trnsparency' — did you mean 'transparency'?"),
        (("check", "answers/none.jsonl"), "error: there is no such journal (none.jsonl)"),
        (("status", "c.yaml"), "error: this is no journal: none of its lines is an entry (c.yaml)"),
        (("anwser", "x"), "error: no such command 'anwser'"),
    ],
)  # fmt: skip
def test_a_slip_is_one_line_with_the_way_out_and_writes_nothing(
    folder: Path, capsys: Printed, words: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2; the journal is as it was."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    before = Path("answers/j.jsonl").read_bytes()

    assert checklist(*words) == 2

    shown = capsys.readouterr()
    assert shown.err.startswith(message)
    assert shown.out == ""
    assert Path("answers/j.jsonl").read_bytes() == before


def test_evidence_is_found_from_where_one_stands_and_beside_the_journal(folder: Path, capsys: Printed) -> None:
    """A shell completes paths from here; the journal keeps them from its own folder."""
    Path("answers/a.txt").write_text("a")
    Path("outside.txt").write_text("a")
    for path in ("answers/a.txt", "a.txt", str(folder / "answers/a.txt")):
        assert answer("a.choice", "yes", "--evidence", path, *ANA) == 0
    assert answer("a.choice", "yes", "--evidence", "outside.txt", *ANA) == 2
    assert "outside the folder of the journal" in capsys.readouterr().err

    pieces = [json.loads(line)["evidence"] for line in Path("answers/j.jsonl").read_text().splitlines()[1:]]
    assert [part[0]["path"] for part in pieces] == ["a.txt"] * 3


def test_negative_numbers_stand_after_two_dashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in every command."""
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(items("id: n, type: number, text: x, help: y"))
    checklist("start", "c.yaml", "-o", "answers/j.jsonl")

    assert checklist("answer", "answers/j.jsonl", "n", *ANA, "--", "-5") == 0
    assert json.loads(Path("answers/j.jsonl").read_text().splitlines()[1])["value"] == -5


def test_check_of_a_checklist_is_0_1_or_2(folder: Path, capsys: Printed) -> None:
    """0 for a good one, 1 where help is missing, 2 with every problem (deon leaves with 0 each time)."""
    assert checklist("check", "c.yaml") == 0
    assert capsys.readouterr().out == "no problem found in small 1.10\n"
    Path("c.yaml").write_text(items("id: q, type: text, text: x"))
    assert checklist("check", "c.yaml") == 1
    assert capsys.readouterr().out.startswith("to mend: q: there is no help (c.yaml:10)")
    Path("c.yaml").write_text(items("id: q, type: text, txt: x, help: y", "id: q, type: text, text: x, help: y"))
    assert checklist("check", "c.yaml") == 2
    assert capsys.readouterr().err.splitlines() == [
        "error: unknown key 'sections[0].items[0].txt' (c.yaml:10) — did you mean 'text'?",
        "error: sections[0].items[1].id: there is a question 'q' already, on line 10 (c.yaml:11) — give each question an id of its own",
    ]


def test_a_torn_journal_is_gated_without_its_tail_and_left_alone(folder: Path, capsys: Printed) -> None:
    """In CI nothing may be written."""
    finish()
    whole = Path("answers/j.jsonl").read_bytes()
    Path("answers/j.jsonl").write_bytes(whole + b'{"seq"')
    capsys.readouterr()

    assert checklist("check", "answers/j.jsonl") == 0
    assert "the last line of j.jsonl is torn (6 bytes" in capsys.readouterr().out
    assert Path("answers/j.jsonl").read_bytes() == whole + b'{"seq"'
    assert answer("a.choice", "no", *ANA) == 0
    assert "set aside in j.jsonl.torn-1" in capsys.readouterr().err


def test_status_shows_every_question_its_state_in_words_and_who_said_what(folder: Path, capsys: Printed) -> None:
    """Never by sign or colour alone (AI Verify)."""
    answer("a.choice", "yes", *ANA, "--comment", "twice", "--evidence", "https://example.org/x")
    answer("a.choice", "no", *BEN)
    answer("a.scale", "always", *ANA)
    capsys.readouterr()

    assert checklist("status", "answers/j.jsonl") == 0

    shown = capsys.readouterr().out
    for text in (
        "1 of 7 done: 5 unanswered, 1 answered, 1 disputed", "≠ disputed  Is it so?  [a.choice]",
        "Ana (product), 2026-03-01: Yes", "“twice”", "evidence: https://example.org/x", "Ben (engineer), 2026-03-01: No",
        "risk points 3 of 3", "5 of 5 (Always)", "○ unanswered  What happened?", "not signed by reviewer",
    ):  # fmt: skip
        assert text in " ".join(shown.split("\n")) or text.replace("  ", " ") in " ".join(shown.split())


def test_status_as_json_holds_the_same(folder: Path, capsys: Printed) -> None:
    """For other programs."""
    answer("a.choice", "yes", *ANA)
    answer("a.choice", "no", *BEN)
    capsys.readouterr()

    assert checklist("status", "answers/j.jsonl", "--json") == 0

    shown = json.loads(capsys.readouterr().out)
    assert (shown["id"], shown["complete"], shown["signed"]) == ("small", False, False)
    assert shown["progress"]["disputed"] == 1
    first = shown["sections"][0]["items"][0]
    assert (first["state"], first["why"]) == ("disputed", "Ana (product): “Yes”; Ben (engineer): “No”")
    assert [(part["by"], part["value"]) for part in first["answers"]] == [("Ana", "yes"), ("Ben", "no")]


@pytest.mark.parametrize("name", shipped_ids())
def test_show_as_json_is_the_checklist_itself(name: str, capsys: Printed, tmp_path: Path) -> None:
    """JSON is YAML: read back it is the same checklist, so it can be copied and changed."""
    assert checklist("show", name, "--json") == 0
    shown = capsys.readouterr().out
    assert json.loads(shown)["schema"] == "ethicscheck/checklist/1"
    (tmp_path / "copy.yaml").write_text(shown, encoding="utf-8")

    assert read_checklist(tmp_path / "copy.yaml").checklist == load(name, Path()).checklist


@pytest.mark.parametrize("name", shipped_ids())
def test_show_prints_every_question_and_its_help(name: str, capsys: Printed) -> None:
    """Before a team begins, it can read what will be asked."""
    assert checklist("show", name) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for _, item in load(name, Path()).checklist.items():
        assert " ".join(item.text.split()) in shown
        assert " ".join((item.help or "").split()) in shown


def test_list_names_what_is_shipped(capsys: Printed) -> None:
    """In words and as JSON."""
    assert checklist("list") == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in shipped_ids())
    assert checklist("list", "--json") == 0
    assert [part["id"] for part in json.loads(capsys.readouterr().out)] == list(shipped_ids())


def test_control_and_direction_characters_never_reach_the_terminal(folder: Path, capsys: Printed) -> None:
    """An answer is other people's text."""
    bad = "a\x1b[31mb\u202ec\x07\u200bd"
    answer("a.choice", "yes", "--as", f"Ana{bad}", "--role", "product", "--comment", bad)
    answer("a.text", bad, *ANA)
    answer("a.choice", "no", *BEN)
    for words in (("status", "answers/j.jsonl"), ("status", "answers/j.jsonl", "--json"), ("check", "answers/j.jsonl")):
        checklist(*words)
    checklist("answer", "answers/j.jsonl", f"a.{bad}", "x", *ANA)

    shown = capsys.readouterr()
    for character in "\x1b\u202e\x07\u200b":
        assert character not in shown.out + shown.err


def test_names_are_asked_for_where_they_are_not_given(
    folder: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On stderr, so that stdout stays for the answer."""
    monkeypatch.setattr("sys.stdin", io.StringIO("Ana\nproduct\n"))

    assert answer("a.choice", "yes") == 0
    assert capsys.readouterr().err == "your name: your role: "
    assert json.loads(Path("answers/j.jsonl").read_text().splitlines()[1])["by"] == "Ana"


def test_the_same_day_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SOURCE_DATE_EPOCH is the clock here too."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772366400")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        Path("c.yaml").write_text(items(question()))
        checklist("start", "c.yaml", "-o", "j.jsonl")
        checklist("answer", "j.jsonl", "q", "yes", *ANA)

    assert (tmp_path / "one/j.jsonl").read_bytes() == (tmp_path / "two/j.jsonl").read_bytes()


def test_every_checklist_command_has_help_and_every_option_too() -> None:
    """No option is left for people to guess."""
    assert set(checklist_command.commands) >= {
        "list", "show", "start", "walk", "answer", "withdraw", "resolve", "sign", "status", "check"
    }  # fmt: skip
    for command in checklist_command.commands.values():
        assert command.help
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or getattr(parameter, "help", None), parameter.name
    assert commands.commands["checklist"] is checklist_command


def test_each_command_has_its_part_in_the_docs() -> None:
    """A command that is not described does not exist for most people."""
    text = (Path(__file__).parents[2] / "docs/cli.md").read_text(encoding="utf-8")

    assert all(f"### ethicscheck checklist {name}\n" in text for name in checklist_command.commands)


def test_help_of_the_checklist_commands_is_light() -> None:
    """The first thing people type answers at once: no numpy, pydantic or rich."""
    code = "from ethicscheck.cli import run; run(['checklist', 'walk', '--help']); import sys; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert not {"numpy", "pydantic", "rich", "ruamel.yaml"} & set(shown.split())
