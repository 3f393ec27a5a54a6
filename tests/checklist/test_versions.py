"""Two versions of a checklist: what became of each question, and which old answers go on counting."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from checklist_helpers import HEAD, answer, begin, items, lines, question, standing

from ethicscheck.checklist.definition import Checklist
from ethicscheck.checklist.forms import Form, Row
from ethicscheck.checklist.importing import import_form
from ethicscheck.checklist.opening import OpenJournal, open_journal
from ethicscheck.checklist.reading import read_checklist
from ethicscheck.checklist.versions import Moved, QuestionChange, compare_versions, migrate_journal
from ethicscheck.cli import run
from ethicscheck.errors import ConfigError, UsageError

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


def changed(folder: Path, capsys: Printed) -> OpenJournal:
    """Ana answered; then the question came to mean something else, and Ben answered that."""
    opened = begin(folder, items(question("q"), section="roles: {resolve: [reviewer]}"))
    answer(opened, "q", "yes")
    (folder / "c.yaml").write_text(
        items(question("q").replace("Is it?", "Was it?"), section="roles: {resolve: [reviewer]}"), encoding="utf-8"
    )
    assert run(["checklist", "migrate", str(opened.journal.path)]) == 0
    words = ["checklist", "answer", str(opened.journal.path), "q", "no", "--as", "Ben", "--role", "engineer"]
    assert run(words) == 0
    capsys.readouterr()
    return open_journal(opened.journal.path)


def test_who_answered_the_question_as_it_was_disputes_nobody_who_answers_it_as_it_is(
    tmp_path: Path, capsys: Printed
) -> None:
    """Two questions, two answers. The old one stays in sight."""
    opened = changed(tmp_path, capsys)

    (item,) = standing(opened).items

    assert (item.state, item.value) == ("answered", "no")
    assert [(part.by, part.value, part.problem) for part in item.answers] == [
        ("Ana", "yes", "it answers the question as it was"),
        ("Ben", "no", ""),
    ]
    assert run(["checklist", "status", str(opened.journal.path)]) == 0
    assert "    it answers the question as it was" in capsys.readouterr().out


def test_a_late_form_with_an_answer_to_the_old_question_takes_nothing_back(tmp_path: Path, capsys: Printed) -> None:
    """Exported before the question changed, imported after somebody had answered the new one."""
    opened = changed(tmp_path, capsys)
    old = read_checklist(items(question("q"))).checklist
    ((_, was),) = old.items()
    row = Row("q", "yes", by="Cleo", role="product", question_sha256=old.item_sha256(was))

    import_form(
        opened, Form("small", "1.10", "", (row,)), by="Eva", role="product", at=LATER, name="f", sha256="0" * 64
    )

    (item,) = standing(opened).items
    assert (item.state, item.value, len(item.answers)) == ("answered", "no", 3)


def test_a_new_dispute_is_among_those_who_answered_the_new_question(tmp_path: Path, capsys: Printed) -> None:
    """And whoever settles it settles that."""
    opened = changed(tmp_path, capsys)
    answer(opened, "q", "yes", by="Cleo")

    (item,) = standing(opened).items
    assert (item.state, item.why) == ("disputed", "Ben (engineer): “No”; Cleo (product): “Yes”")
    words = ["checklist", "resolve", str(opened.journal.path), "q", "yes", "--reason", "seen", "--as", "Eva", "--role", "reviewer"]  # fmt: skip
    assert run(words) == 0
    (item,) = standing(opened).items
    assert (item.state, item.value) == ("answered", "yes")


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


def test_a_stricter_rule_is_told_though_the_question_means_the_same(tmp_path: Path, capsys: Printed) -> None:
    """N/A no longer allowed, a longer reason, more evidence: those answers were once said to count as before."""
    opened = begin(
        tmp_path, items(*(question(name, "na: {reason_min_chars: 5}") for name in "abc"), question("d"), question("e"))
    )
    for name in "abc":
        answer(opened, name, None, na_reason="No model is used")
    answer(opened, "d", "yes")
    answer(opened, "e", "no")
    (tmp_path / "new.yaml").write_text(
        items(
            question("a"), question("b", "na: {reason_min_chars: 50}"), question("c", "na: {reason_min_chars: 3}"),
            question("d", "evidence: {for: [yes], min: 2}"), question("e", "evidence: {for: [yes]}"),
        ).replace("1.10", "2"),
        encoding="utf-8",
    )  # fmt: skip

    assert run(["checklist", "migrate", str(opened.journal.path), "--to", str(tmp_path / "new.yaml")]) == 0

    assert capsys.readouterr().out.splitlines()[1:] == [
        "answers to 2 questions count as before",
        "no longer enough: a (N/A is not allowed for this question)",
        "no longer enough: b (N/A needs a reason of at least 50 characters, this one has 16)",
        "no longer enough: d (2 more pieces of evidence)",
    ]
    states = {item.item.id: item.state for item in standing(opened).items}
    assert states == {"a": "stale", "b": "stale", "c": "not_applicable", "d": "stale", "e": "answered"}


def test_a_split_question_is_asked_again_and_its_answer_kept(tmp_path: Path) -> None:
    """One becomes two: it can be renamed into one of them only, and that one means something else."""
    opened = begin(tmp_path, items(question("q")))
    answer(opened, "q", "yes")
    (tmp_path / "new.yaml").write_text(
        items(*(question(name).replace("Is it?", f"Is it {name}?") for name in ("q.a", "q.b"))) + "renamed: {q: q.a}\n"
    )

    done = migrate_journal(open_journal(opened.journal.path, read_checklist(tmp_path / "new.yaml")), at=LATER)

    assert (done.again, done.unanswered, done.counting) == (("q.a",), ("q.b",), ())
    assert [(item.item.id, item.state, len(item.answers)) for item in standing(opened).items] == [
        ("q.a", "stale", 1), ("q.b", "unanswered", 0),
    ]  # fmt: skip


def test_merged_questions_bring_their_answers_together(tmp_path: Path) -> None:
    """Two become one: people who differed over them differ over it, and nobody is overruled in silence."""
    opened = begin(tmp_path, items(question("a"), question("b")))
    answer(opened, "a", "yes", by="Ana")
    answer(opened, "b", "no", by="Ben")
    (tmp_path / "new.yaml").write_text(items(question("c")) + "renamed: {a: c, b: c}\n")

    migrate_journal(open_journal(opened.journal.path, read_checklist(tmp_path / "new.yaml")), at=LATER)

    (item,) = standing(opened).items
    assert (item.state, [part.by for part in item.answers]) == ("disputed", ["Ana", "Ben"])


def test_ids_that_changed_places_carry_no_answer_along(tmp_path: Path) -> None:
    """What an answer means decides, not the id it hangs on; and exchanged ids can't be `renamed`."""
    one, other = question("a"), question("b").replace("Is it?", "Was it?")
    opened = begin(tmp_path, items(one, other))
    answer(opened, "a", "yes")
    answer(opened, "b", "no")
    swapped = items(one.replace("id: a", "id: b"), other.replace("id: b", "id: a"))
    (tmp_path / "new.yaml").write_text(swapped)

    done = migrate_journal(open_journal(opened.journal.path, read_checklist(tmp_path / "new.yaml")), at=LATER)

    assert (set(done.again), done.counting) == ({"a", "b"}, ())
    with pytest.raises(ConfigError, match="only ids that are no longer in use are renamed"):
        read_checklist(swapped + "renamed: {a: b, b: a}\n")


def test_diff_shows_what_changed_around_the_questions(tmp_path: Path, capsys: Printed) -> None:
    """A second signature that is asked for from now on is no small thing."""
    (tmp_path / "a.yaml").write_text(items(question()))
    (tmp_path / "b.yaml").write_text(
        items(question(), section="controls: [eu-ai-act:11]").replace("version:", "sign: {people: 2}\nversion:")
    )

    assert run(["checklist", "diff", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]) == 0
    out = capsys.readouterr().out
    assert "sign: “roles: [], people: 1” → “roles: [], people: 2”" in out
    assert "section first, controls: none → “eu-ai-act:11”" in out
    assert run(["checklist", "diff", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), "--json"]) == 0
    assert [part["part"] for part in json.loads(capsys.readouterr().out)["checklist"]] == [
        "sign", "section first, controls",
    ]  # fmt: skip
