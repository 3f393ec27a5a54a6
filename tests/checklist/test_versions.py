"""Two versions of a checklist: what became of each question, and which old answers go on counting."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from checklist_helpers import HEAD, answer, begin, items, lines, question, standing

from ethicscheck.checklist.definition import Checklist
from ethicscheck.checklist.opening import OpenJournal, open_journal
from ethicscheck.checklist.reading import read_checklist
from ethicscheck.checklist.versions import Moved, QuestionChange, compare_versions, migrate_journal
from ethicscheck.cli import run
from ethicscheck.errors import UsageError

Printed = pytest.CaptureFixture[str]
LATER = "2026-03-05T12:00:00Z"
OLD = items(question("p"), question("q"), question("r"), question("s", "evidence: {min: 1}"), question("t"))
NEW = items(
    question("q"),
    question("p2").replace("Is it?", "Was it?"),
    question("r2"),
    question("s", "risk: {yes: 1}").replace("Why.", "Because."),
    question("u"),
    head=HEAD.replace("1.10", "2.0").replace("options:", "renamed: {p: p1, p1: p2, r: r2}\noptions:", 1),
)


def versions() -> tuple[Checklist, Checklist]:
    return read_checklist(OLD).checklist, read_checklist(NEW).checklist


def changes() -> dict[str, QuestionChange]:
    return {change.id: change for change in compare_versions(*versions())}


def test_each_question_has_one_fate() -> None:
    """Nothing is passed over, in either version."""
    assert {name: (change.fate, change.was) for name, change in changes().items()} == {
        "q": ("compatible", ()),
        "p2": ("needs_re_answer", ("p",)),
        "r2": ("renamed", ("r",)),
        "s": ("compatible", ()),
        "u": ("new", ()),
        "t": ("removed", ()),
    }


def test_what_changed_is_said_and_whether_it_matters() -> None:
    """Help, evidence and risk may change; the question's words may not."""
    parts = {
        name: [(part.part, part.before, part.after, part.meaning) for part in change.changed]
        for name, change in changes().items()
    }

    assert parts["p2"] == [("text", "Is it?", "Was it?", True)]
    assert parts["s"] == [
        ("help", "Why.", "Because.", False),
        ("evidence", "min: 1", "", False),
        ("risk", "", "yes: 1", False),
    ]
    assert parts["q"] == parts["r2"] == []


@pytest.mark.parametrize(
    ("before", "after", "part"),
    [
        (question(), question().replace("choice", "multi"), "type"),
        (question(), question().replace("options: ynu", "options: {yes: Yes, no: No}"), "option unsure"),
        (question(), question().replace("options: ynu", "options: {yes: Yes, no: Nope, unsure: We do not know yet}"), "option no"),
        (question(), question("q", "metric: {metric: accuracy, across: race, compare: difference, max: 0.1}"), "metric"),
        ("id: q, type: number, min: 0, text: x, help: y", "id: q, type: number, min: 1, text: x, help: y", "min"),
        ("id: q, type: scale, min: 0, max: 2, labels: {0: a}, text: x, help: y", "id: q, type: scale, min: 0, max: 2, labels: {0: b}, text: x, help: y", "step 0"),
        ("id: q, type: table, columns: [{id: a, title: A}], text: x, help: y", "id: q, type: table, columns: [{id: a, title: B}], text: x, help: y", "column a"),
        ("id: q, type: table, columns: [{id: a, title: A}, {id: b, title: B}], text: x, help: y", "id: q, type: table, columns: [{id: b, title: B}, {id: a, title: A}], text: x, help: y", "columns"),
        ("id: q, type: table, columns: [{id: a, title: A, options: {x: X}}], text: x, help: y", "id: q, type: table, columns: [{id: a, title: A, options: {x: Y}}], text: x, help: y", "column a, option x"),
    ],
)  # fmt: skip
def test_a_question_needs_a_new_answer_exactly_when_its_digest_differs(before: str, after: str, part: str) -> None:
    """The diff and the rule by which answers count must say the same."""
    old, new = read_checklist(items(before)).checklist, read_checklist(items(after)).checklist
    (change,) = compare_versions(old, new)
    (one,), (other,) = (list(checklist.items()) for checklist in (old, new))

    assert old.item_sha256(one[1]) != new.item_sha256(other[1])
    assert (change.fate, change.changed[0].part) == ("needs_re_answer", part)


def test_two_checklists_are_no_two_versions() -> None:
    """A slip on the command line."""
    other = read_checklist(items(question()).replace("id: small", "id: large")).checklist

    with pytest.raises(UsageError, match="these are two checklists: 'small' and 'large'"):
        compare_versions(versions()[0], other)


def answered(folder: Path) -> OpenJournal:
    opened = begin(folder, OLD)
    for name in "pqrt":
        answer(opened, name, "yes")
    (folder / "new.yaml").write_text(NEW, encoding="utf-8")
    return open_journal(opened.journal.path, read_checklist(folder / "new.yaml"))


def moved(folder: Path) -> Moved:
    return migrate_journal(answered(folder), at=LATER, by="Eva", role="reviewer")


def test_a_migration_adds_one_line_and_rewrites_nothing(tmp_path: Path) -> None:
    """CISO Assistant deletes the answers to questions that are gone; here they stay."""
    opened = answered(tmp_path)
    before = opened.journal.path.read_bytes()

    done = migrate_journal(opened, at=LATER, by="Eva", role="reviewer")

    assert opened.journal.path.read_bytes().startswith(before)
    (line,) = lines(opened)[5:]
    assert {**line, "sha256": ""} == {
        "seq": 6, "at": LATER, "kind": "migrate", "checklist": "small", "version": "2.0", "sha256": "", "path": "new.yaml", "by": "Eva", "role": "reviewer",
    }  # fmt: skip
    assert (done.counting, done.again, done.removed, done.unanswered) == (("q", "r2"), ("p2",), ("t",), ("s", "u"))
    assert done.renamed == (("p", "p2"), ("r", "r2"))


def test_from_then_on_the_journal_answers_the_new_version(tmp_path: Path) -> None:
    """What means the same counts, under its new id too; what means something else is asked again; what is gone is kept."""
    moved(tmp_path)

    status = open_journal(tmp_path / "c.answers.jsonl").status(today=datetime.date(2026, 3, 6))

    assert status.checklist.version == "2.0"
    assert {item.item.id: item.state for item in status.items} == {
        "q": "answered", "p2": "stale", "r2": "answered", "s": "unanswered", "u": "unanswered",
    }  # fmt: skip
    assert [part.item for part in status.removed] == ["t"]
    assert status.notes == ("answers to questions that are no longer asked are kept: t",)
    answer(open_journal(tmp_path / "c.answers.jsonl"), "p2", "no")
    state = standing(open_journal(tmp_path / "c.answers.jsonl")).item("p2")
    assert state is not None
    assert state.state == "answered"


def test_signatures_lapse_when_a_journal_moves(tmp_path: Path) -> None:
    """They covered the other questions."""
    opened = begin(tmp_path, items(question("q")))
    answer(opened, "q", "yes")
    assert run(["checklist", "sign", str(opened.journal.path), "--as", "Eva", "--role", "reviewer"]) == 0
    (tmp_path / "new.yaml").write_text(items(question("q")).replace("1.10", "1.11"), encoding="utf-8")

    migrate_journal(open_journal(opened.journal.path, read_checklist(tmp_path / "new.yaml")), at=LATER)

    (signature,) = standing(opened).signatures
    assert "checklist" in signature.lapsed


def test_a_journal_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    """Run twice, it adds once; and back again is a move like any other."""
    opened = answered(tmp_path)
    migrate_journal(opened, at=LATER)
    before = opened.journal.path.read_bytes()

    assert migrate_journal(open_journal(opened.journal.path), at=LATER).written is None
    assert opened.journal.path.read_bytes() == before
    back = migrate_journal(open_journal(opened.journal.path, read_checklist(tmp_path / "c.yaml")), at=LATER)
    assert back.counting == ("p", "q", "r", "t")


def test_migrating_works_when_the_old_file_is_gone(tmp_path: Path, capsys: Printed) -> None:
    """The journal says all that is needed."""
    opened = answered(tmp_path)
    (tmp_path / "c.yaml").unlink()

    assert run(["checklist", "migrate", str(opened.journal.path), "--to", str(tmp_path / "new.yaml")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "moved: c.answers.jsonl answers small 2.0 from here on; nothing was rewritten",
        "answers to 2 questions count as before",
        "renamed: p is p2 now",
        "renamed: r is r2 now",
        "to be answered again: p2",
        "no longer asked, answers kept: t",
        "not answered yet: s, u",
    ]
    assert run(["checklist", "migrate", str(opened.journal.path), "--as", "Eva"]) == 2


def test_diff_in_words_and_as_json(tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both hold every question."""
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD)
    Path("new.yaml").write_text(NEW)

    assert run(["checklist", "diff", "old.yaml", "new.yaml"]) == 0
    shown = capsys.readouterr().out
    for text in (
        "small 1.10 → 2.0", "1 needs re-answer, 1 new, 1 renamed, 1 removed, 2 compatible",
        "p2  (was p)", "text: “Is it?” → “Was it?”", "r2  (was r)", "evidence: “min: 1” → none",
    ):  # fmt: skip
        assert text in shown
    assert run(["checklist", "diff", "old.yaml", "new.yaml", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["old"]["version"], found["new"]["version"]) == ("1.10", "2.0")
    assert found["items"][1] == {
        "fate": "needs_re_answer", "id": "p2", "text": "Was it?", "was": ["p"],
        "changed": [{"part": "text", "before": "Is it?", "after": "Was it?", "meaning": True}],
    }  # fmt: skip
    assert run(["checklist", "diff", "old.yaml", "none.yaml"]) == 2
