"""The walk, driven by a script: every key, saved at once, gone on with, and left at any moment."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import EVERY_KIND, items, question

from ethicscheck.cli import run

Printed = pytest.CaptureFixture[str]


class Terminal:
    """A project with a journal, and somebody who types."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
        self.folder, self.monkeypatch, self.capsys = folder, monkeypatch, capsys
        self.begin(EVERY_KIND)

    def begin(self, text: str) -> None:
        Path("c.yaml").write_text(text)
        Path("j.jsonl").unlink(missing_ok=True)
        assert run(["checklist", "start", "c.yaml", "-o", "j.jsonl"]) == 0
        self.capsys.readouterr()

    def walk(
        self, *typed: str, by: str = "Ana", role: str = "product", more: tuple[str, ...] = (), code: int = 0
    ) -> str:
        """Type lines and return what was shown, on one line."""
        self.monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
        assert run(["checklist", "walk", "j.jsonl", "--as", by, "--role", role, *more]) == code
        shown = self.capsys.readouterr()
        assert shown.err == ""
        return " ".join(shown.out.split())

    def answers(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in Path("j.jsonl").read_text().splitlines()]
        return [line for line in lines if "kind" not in line]

    def given(self) -> list[tuple[str, Any]]:
        return [(line["item"].removeprefix("a."), line.get("value")) for line in self.answers()]


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    return Terminal(tmp_path, monkeypatch, capsys)


def test_a_whole_walk_through_every_kind_of_question(terminal: Terminal) -> None:
    """Options by number, label or id; steps by number; rows cell by cell; and the question an answer opens."""
    shown = terminal.walk("1", "1, 3", "it happened", "12.5", "2026-01-01", "5", "Ana", "2", "Ben", "Observed", "")

    assert terminal.given() == [
        ("choice", "yes"), ("multi", ["one", "other"]), ("text", "it happened"), ("number", 12.5), ("date", "2026-01-01"),
        ("scale", 5), ("table", [{"who": "Ana", "seen": "ima"}, {"who": "Ben", "seen": "obs"}]),
    ]  # fmt: skip
    assert "7 answers saved in j.jsonl." in shown
    assert "7 of 7 done: 7 answered" in shown
    assert "The first part" in shown


def test_it_goes_on_where_it_stopped(terminal: Terminal) -> None:
    """Quitting, and the end of the input, keep what was saved."""
    terminal.walk("no", "q")
    shown = terminal.walk("1", "Ana")

    assert terminal.given() == [("choice", "no"), ("multi", ["one"])]
    assert "1 answer saved in j.jsonl." in shown
    assert terminal.walk("5").startswith("? help") and terminal.given()[-1] == ("number", 5)  # noqa: PT018


def test_help_comment_and_evidence(terminal: Terminal) -> None:
    """Said before the answer, saved with it; help says what evidence is asked for."""
    terminal.begin(items(question(more="evidence: {for: [yes], min: 1}")))
    Path("a.txt").write_text("a")

    shown = terminal.walk("?", "yes", "e", "none.txt", "e", "j.jsonl", "e", "a.txt", "c", "as promised", "")

    assert "Why." in shown
    assert "Evidence is asked for with “Yes”, 1 or more; give it with e, before the answer." in shown
    assert "this answer needs 1 piece of evidence (q)" in shown
    assert "the evidence is not there (none.txt)" in shown
    assert "the journal is no evidence for what stands in it (j.jsonl)" in shown
    (line,) = terminal.answers()
    assert (line["value"], line["comment"], line["evidence"][0]["path"]) == ("yes", "as promised", "a.txt")


def test_an_answer_that_will_not_do_is_asked_again_and_not_kept(terminal: Terminal) -> None:
    """A slip must not be saved by the next Enter."""
    shown = terminal.walk("maybe", "", "9", "2")

    assert "'maybe' is no answer (a.choice) — known are: no, unsure, yes" in shown
    assert "you have not answered yet (a.choice) — answer, or s to skip" in shown
    assert terminal.given() == [("choice", "no")]


def test_back_and_skip(terminal: Terminal) -> None:
    """Back leads to the question before, to answer it anew; skip saves nothing."""
    terminal.walk("no", "b", "unsure", "s", "7", "b", "b", "one")

    assert terminal.given() == [("choice", "no"), ("choice", "unsure"), ("number", 7), ("multi", ["one"])]


def test_back_at_the_first_question_stays_there(terminal: Terminal) -> None:
    """There is nothing before it, and that is said."""
    shown = terminal.walk("b", "b", "no")

    assert shown.count("This is the first question.") == 2
    assert terminal.given() == [("choice", "no")]


def test_back_right_after_a_resume_leads_to_the_question_before(terminal: Terminal) -> None:
    """What was answered yesterday can be mended today; hidden questions and those for other roles are passed over."""
    other = "  - {id: second, title: Second, roles: {answer: [legal]}, items: [{" + question("l") + "}]}\n"
    last = "  - {id: third, title: Third, items: [{" + question("r") + "}]}\n"
    hidden = question("h", "when: {item: q, in: [yes]}")
    terminal.begin(items(question("p"), question("q"), hidden) + other + last)
    terminal.walk("no", "no", "q")

    shown = terminal.walk("b", "b", "b", "yes", "q")

    assert "This is the first question." in shown
    assert terminal.given() == [("p", "no"), ("q", "no"), ("p", "yes")]


def test_not_applicable_asks_for_the_reason(terminal: Terminal) -> None:
    """Too short, or not allowed here, is said at once; an empty reason takes it back."""
    shown = terminal.walk("n", "", "n", "short", "n", "there is no such thing", "n", "because I say so", "two")

    assert "at least 10 characters, this one has 5" in shown
    assert "N/A is not allowed for this question (a.multi)" in shown
    assert terminal.answers()[0]["na_reason"] == "there is no such thing"
    assert terminal.given() == [("choice", None), ("multi", ["two"])]


def test_enter_keeps_ones_own_answer_and_adds_to_it(terminal: Terminal) -> None:
    """Nothing is written where nothing is new; a comment or evidence is saved with the same answer."""
    terminal.begin(items(question("p"), question("q")))
    terminal.walk("yes", "no")

    shown = terminal.walk("", "c", "on second thought", "")

    assert "Nothing is open for your role." in shown
    assert [(line["item"], line["value"], line.get("comment")) for line in terminal.answers()] == [
        ("p", "yes", None), ("q", "no", None), ("q", "no", "on second thought"),
    ]  # fmt: skip


def test_words_that_look_like_a_key_follow_an_equals_sign(terminal: Terminal) -> None:
    """ "s" may be the answer."""
    terminal.begin(items("id: t, type: text, text: Which letter?, help: y"))
    terminal.walk("=s")

    assert terminal.given() == [("t", "s")]


def to_the_table(terminal: Terminal) -> None:
    terminal.begin(EVERY_KIND.replace("min: 1, max: 5, labels: {1: Never, 5: Always}", "min: 1, max: 2"))
    terminal.walk("no", "one", "1", "2026-01-01", "2", "q")


def table(terminal: Terminal) -> list[list[str]]:
    """Return the rows that count: those of the last answer to the table."""
    rows = [value for name, value in terminal.given() if name == "table"]
    return [list(row.values()) for row in rows[-1]] if rows else []


def test_a_row_can_be_dropped_and_begun_again(terminal: Terminal) -> None:
    """b takes back the row at hand and no other; a slip in a cell is asked again."""
    to_the_table(terminal)
    shown = terminal.walk("Ana", "1", "Bne", "b", "Ben", "x", "2", "")

    assert "This row is dropped; begin it again." in shown
    assert "'x' is no answer (a.table)" in shown
    assert table(terminal) == [["Ana", "obs"], ["Ben", "ima"]]


@pytest.mark.parametrize(
    "left", [("Cleo", "q"), ("q",), ("Cleo",), ()], ids=["q", "q-first-cell", "ctrl-d", "ctrl-d-first"]
)
def test_leaving_a_table_keeps_the_rows_that_were_whole(terminal: Terminal, left: tuple[str, ...]) -> None:
    """An hour's empathy map must not vanish with q or Ctrl-D; a half row is never saved, and q is nobody's name."""
    to_the_table(terminal)
    shown = terminal.walk("Ana", "1", "Ben", "2", *left)

    assert table(terminal) == [["Ana", "obs"], ["Ben", "ima"]]
    assert "Left in the middle of a table: the rows that were whole are saved." in shown
    assert "1 answer saved" in shown


def test_ctrl_c_in_a_table_keeps_the_rows_that_were_whole_too(terminal: Terminal) -> None:
    """130 as everywhere, and nothing whole is lost."""
    to_the_table(terminal)

    class Interrupted(io.StringIO):
        def readline(self, *_: Any) -> str:  # type: ignore[override]
            line = super().readline()
            if not line:
                raise KeyboardInterrupt
            return line

    terminal.monkeypatch.setattr("sys.stdin", Interrupted("Ana\n1\nBen\n"))
    assert run(["checklist", "walk", "j.jsonl", "--as", "Ana", "--role", "product"]) == 130
    assert table(terminal) == [["Ana", "obs"]]


def test_leaving_a_table_without_a_whole_row_saves_nothing(terminal: Terminal) -> None:
    """There is nothing to keep."""
    to_the_table(terminal)
    shown = terminal.walk("Ana", "q")

    assert table(terminal) == []
    assert "0 answers saved" in shown


def test_rows_that_need_evidence_are_not_lost_by_q(terminal: Terminal) -> None:
    """Leaving is put off until the evidence is there; said before the first row, too. Ctrl-D can't wait, and says what is lost."""
    terminal.begin(
        items("id: t, type: table, text: Who?, help: y, columns: [{id: who, title: Who}], evidence: {min: 1}")
    )

    shown = terminal.walk("Ana", "q", "e", "https://example.org/notes", "")
    assert shown.index("Evidence is asked for with every answer") < shown.index("Who >")
    assert "this answer needs 1 piece of evidence (t)" in shown
    assert "Your answer is kept here" in shown
    assert terminal.given() == [("t", [{"who": "Ana"}])]

    terminal.begin(
        items("id: t, type: table, text: Who?, help: y, columns: [{id: who, title: Who}], evidence: {min: 1}")
    )
    assert "its rows are not saved. this answer needs 1 piece of evidence" in terminal.walk("Ana")
    assert terminal.given() == []


def test_rows_can_be_added_to_ones_own_table_later(terminal: Terminal) -> None:
    """Nobody types an empathy map twice; evidence given with it stays."""
    terminal.begin(
        items("id: t, type: table, text: Who?, help: y, columns: [{id: who, title: Who}], evidence: {min: 1}")
    )
    terminal.walk("e", "https://example.org/notes", "Ana", "")

    shown = terminal.walk("+", "Ben", "q")
    assert "Enter keeps your rows · + adds rows to them" in shown
    assert terminal.given()[-1] == ("t", [{"who": "Ana"}, {"who": "Ben"}])
    assert terminal.answers()[-1]["evidence"][0]["url"] == "https://example.org/notes"

    terminal.walk("+", "q")
    assert len(terminal.given()) == 2, "nothing was added"


def test_a_cell_that_looks_like_a_key_follows_an_equals_sign(terminal: Terminal) -> None:
    """In rows as elsewhere; options whose ids are numbers are chosen by these."""
    terminal.begin(items(
        'id: table, type: table, text: What?, help: y, columns: [{id: a, title: A}, {id: b, title: B, options: {"0": None, "1": One}}]'
    ))  # fmt: skip
    shown = terminal.walk("=q", "1", "=b", "0", "")

    assert "B (0 None, 1 One): " in shown
    assert table(terminal) == [["q", "1"], ["b", "0"]]


def test_two_people_see_each_other_and_where_they_differ(terminal: Terminal) -> None:
    """The one who comes later is told; only=disputed leads there."""
    terminal.walk("no", "q")
    shown = terminal.walk("yes", by="Ben", more=("--only", "mine"))
    assert "Ana (product)" in shown
    assert "saved (disputed)" in shown
    assert "this differs from Ana (product)" in shown

    shown = terminal.walk("no", by="Ben", more=("--only", "disputed"))
    assert "you, Ben (product)" in shown
    assert "saved (answered)" in shown
    assert "There is nothing to ask you." in terminal.walk(more=("--only", "disputed"))


def test_only_stale_and_only_unanswered(terminal: Terminal) -> None:
    """Each leads to its questions and to no other; a stale answer is not confirmed by Enter alone."""
    terminal.begin(items(question("p"), question("q")))
    Path("a.txt").write_text("a")
    terminal.walk("e", "a.txt", "yes", "no")
    Path("a.txt").write_text("b")

    assert "There is nothing to ask you." in terminal.walk(more=("--only", "unanswered"))
    shown = terminal.walk("", "e", "a.txt", "", more=("--only", "stale"))

    assert "stale: the evidence a.txt has changed since" in shown
    assert "your answer no longer stands (p)" in shown
    assert "2 of 2 done" in shown
    assert len(terminal.answers()[-1]["evidence"]) == 1


def test_a_role_that_answers_nothing_is_an_error(terminal: Terminal) -> None:
    """A slip in --role must not look like a checklist that is done."""
    for role, near in (("enginer", "did you mean 'engineer'? "), ("reviewer", "")):
        assert run(["checklist", "walk", "j.jsonl", "--as", "Ana", "--role", role]) == 2
        told = terminal.capsys.readouterr().err
        assert f"{role!r} answers no question of small (--role) — {near}it is answered by product or engineer" in told
    assert terminal.given() == []


TWO_ROLES = (
    items(question("p"), section="roles: {answer: [product]}")
    + "  - {id: second, title: Second, roles: {answer: [legal, reviewer]}, items: [{"
    + question("l")
    + "}]}\n"
)


def test_nothing_open_for_one_role_names_the_roles_that_still_have_questions(terminal: Terminal) -> None:
    """ "Nothing is open" with 1 of 2 done sends people home too early."""
    terminal.begin(TWO_ROLES)

    assert "Still open: 1 for product, 1 for legal or reviewer." in terminal.walk("q")
    shown = terminal.walk("yes")
    assert (
        "1 of 2 done: 1 unanswered, 1 answered Nothing is open for your role. Still open: 1 for legal or reviewer."
        in shown
    )
    assert "Nothing is open for your role. From the first question again" in terminal.walk("q")

    assert run(["checklist", "status", "j.jsonl"]) == 0
    assert "Still open: 1 for legal or reviewer." in terminal.capsys.readouterr().out
    assert "open" not in terminal.walk("yes", role="legal")


def test_ctrl_c_leaves_cleanly_with_130(terminal: Terminal) -> None:
    """What was saved is said and is there."""

    class Interrupted(io.StringIO):
        def readline(self, *_: Any) -> str:  # type: ignore[override]
            line = super().readline()
            if not line:
                raise KeyboardInterrupt
            return line

    terminal.monkeypatch.setattr("sys.stdin", Interrupted("no\n"))
    assert run(["checklist", "walk", "j.jsonl", "--as", "Ana", "--role", "product"]) == 130

    assert "1 answer saved in j.jsonl." in terminal.capsys.readouterr().out
    assert terminal.given() == [("choice", "no")]


def test_bytes_that_are_no_text_end_in_words(terminal: Terminal) -> None:
    """A terminal in another encoding is no reason for a traceback."""
    terminal.begin(items("id: t, type: text, text: What?, help: y"))
    done = subprocess.run(
        [sys.executable, "-m", "ethicscheck", "checklist", "walk", "j.jsonl"],
        input=b"Ana\nproduct\n\xff\xfe\nwords\n",
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0
    assert "is not UTF-8 text" in done.stdout.decode()
    assert terminal.given() == [("t", "words")]


def test_a_torn_journal_is_mended_on_the_way_and_told(terminal: Terminal) -> None:
    """The walk says what was set aside."""
    with Path("j.jsonl").open("a") as stream:
        stream.write('{"seq":')

    shown = terminal.walk("no")

    assert "note: the last line of j.jsonl is torn" in shown
    assert "it was set aside in j.jsonl.torn-1" in shown


@pytest.mark.slow
def test_killed_at_any_moment_every_acknowledged_answer_is_there(terminal: Terminal) -> None:
    """SIGKILL in the middle of a walk: what was said to be saved is saved, and the journal goes on."""
    terminal.begin(items(*(question(f"q{n}") for n in range(200))))
    for kill_after in (1, 7, 20, 41):
        Path("j.jsonl").unlink()
        run(["checklist", "start", "c.yaml", "-o", "j.jsonl"])
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "ethicscheck", "checklist", "walk", "j.jsonl", "--as", "A", "--role", "r"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"1\n" * 200)
        process.stdin.flush()
        acknowledged = 0
        while acknowledged < kill_after:
            acknowledged += process.stdout.readline().startswith(b"saved")
        process.kill()
        rest, _ = process.communicate()
        acknowledged += sum(line.startswith(b"saved") for line in rest.splitlines())

        assert len(terminal.answers()) >= acknowledged
        assert run(["checklist", "status", "j.jsonl"]) == 0


def test_evidence_from_outside_is_copied_when_the_answer_is_saved(terminal: Terminal) -> None:
    """Asked first; nothing is copied for an answer that is not given, and a no is the refusal it always was."""
    terminal.begin(items(question(more="evidence: {for: [yes], min: 1}"), question("r")))
    far = terminal.folder.parent / f"{terminal.folder.name}-far.txt"
    far.write_bytes(b"proof")

    shown = terminal.walk("e", str(far), "n", "e", str(far), "y", "q")
    assert "it lies outside the folder of the journal; copy it into evidence/" in shown
    assert "the evidence lies outside the folder of the journal" in shown
    assert not Path("evidence").exists()

    terminal.walk("e", f"../{far.name}", "y", "yes", "no")
    far.unlink()

    (piece,) = terminal.answers()[0]["evidence"]
    assert Path(piece["path"]).read_bytes() == b"proof"
    assert piece["path"].startswith("evidence/")
    assert piece["size"] == 5
    assert [line["value"] for line in terminal.answers()] == ["yes", "no"]


def test_an_answer_that_could_not_be_saved_is_not_dropped_without_a_word(terminal: Terminal) -> None:
    """Rows took an evening and the evidence is missing: s, b and q say so first, and the end of the input says what is lost."""
    table = "id: t, type: table, text: Who?, help: y, columns: [{id: who, title: Who}], evidence: {min: 1}"
    terminal.begin(items(table, question()))
    for key in ("s", "b", "q"):
        shown = terminal.walk("Ana", "", key, "e", "https://example.org/notes", "", "q")
        assert f"Your answer is not saved yet: mend it and press Enter, or press {key} once more to drop it." in shown
        assert "Not saved" not in shown
        assert terminal.given()[-1] == ("t", [{"who": "Ana"}])
        terminal.begin(items(table, question()))

    shown = terminal.walk("Ana", "", "q", "q")
    assert "Not saved: your answer to t." in shown
    assert "Not saved: your answer to t." in terminal.walk("Ana", "")
    assert "Not saved" not in terminal.walk("Ana", "", "s", "s", "q")
    assert terminal.given() == []


def test_a_dispute_made_in_a_walk_says_who_ends_it(terminal: Terminal) -> None:
    """Whoever differs must not be left to look for the way out."""
    terminal.walk("no", "q")

    shown = terminal.walk("b", "yes", "q", by="Ben", role="engineer")

    assert "disputed until reviewer settles it: ethicscheck checklist resolve JOURNAL a.choice" in shown
