"""The history of each question: who said what and when; what no longer counts is marked, and nothing is hidden."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import AT, EVERY_KIND, TODAY, answer, begin, items, lines, question, standing

from ethicscheck.checklist.answering import (
    request_changes,
    resolve_item,
    sign_checklist,
    withdraw_answer,
    withdraw_signature,
)
from ethicscheck.checklist.entries import Answer, Unknown
from ethicscheck.checklist.history import History, make_history
from ethicscheck.checklist.opening import OpenJournal, open_journal
from ethicscheck.cli import run

SIGNED = items(question(), question("r"), section="roles: {sign: [reviewer], resolve: [reviewer]}")


def history(opened: OpenJournal) -> History:
    now = open_journal(opened.journal.path)
    return make_history(now.contents.entries, now.status(today=TODAY))


def over(opened: OpenJournal, item: str = "q") -> list[tuple[int, str]]:
    return [(event.entry.seq, event.over) for event in history(opened).items[item]]


def told(opened: OpenJournal, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert run(["checklist", "history", str(opened.journal.path), *more]) == 0
    return capsys.readouterr().out


def test_an_answer_given_anew_and_one_withdrawn_stay_and_say_why_they_no_longer_count(tmp_path: Path) -> None:
    """Whoever reads it later sees what somebody thought first."""
    opened = begin(tmp_path, SIGNED)
    answer(opened, "q", "yes")
    answer(opened, "q", "no", "Ben")
    answer(opened, "q", "no")
    withdraw_answer(open_journal(opened.journal.path), "q", by="Ben", role="product", at=AT)

    assert over(opened) == [(2, "Ana answered anew, no. 4"), (3, "Ben withdrew it, no. 5"), (4, ""), (5, "")]


def test_a_decision_no_longer_counts_once_somebody_answers_otherwise(tmp_path: Path) -> None:
    """As the fold has it: the question is disputed again."""
    opened = begin(tmp_path, SIGNED)
    answer(opened, "q", "yes")
    answer(opened, "q", "no", "Ben")
    settle: Any = {"by": "Rita", "role": "reviewer", "at": AT, "reason": "we looked"}
    resolve_item(open_journal(opened.journal.path), "q", "yes", **settle)
    assert over(opened)[-1] == (4, "")
    resolve_item(open_journal(opened.journal.path), "q", "no", **settle)
    assert over(opened)[2:] == [(4, "Rita settled it anew, no. 5"), (5, "")]

    answer(open_journal(opened.journal.path), "q", "yes", "Cem")

    assert over(opened)[3][1].startswith("somebody has answered otherwise since")
    for by in ("Ana", "Ben", "Cem"):
        withdraw_answer(open_journal(opened.journal.path), "q", by=by, role="product", at=AT)
    assert over(opened)[3][1] == "no answer is left that it could settle"


def test_a_decision_by_a_role_that_may_not_settle_is_shown_and_does_not_count(tmp_path: Path) -> None:
    """It stands in the file, whoever wrote it there; and a withdrawal of nothing says so."""
    opened = begin(tmp_path, SIGNED)
    answer(opened, "q", "yes")
    settled = {"kind": "resolve", "by": "Ben", "role": "product", "item": "q", "value": "no", "reason": "so"}
    nothing = {"kind": "withdraw", "by": "Ben", "role": "product", "item": "q"}
    with opened.journal.path.open("a", encoding="utf-8") as stream:
        for seq, line in enumerate((settled, nothing), 3):
            stream.write(json.dumps({"seq": seq, "at": AT, **line}) + "\n")

    assert over(opened)[1:] == [(3, "it is for reviewer to settle"), (4, "Ben had no answer to withdraw")]


def test_what_answered_the_question_as_it_was_no_longer_counts_beside_a_new_answer(tmp_path: Path) -> None:
    """The same people, the same id, another question."""
    opened = begin(tmp_path, SIGNED)
    answer(opened, "q", "yes")
    (tmp_path / "c.yaml").write_text(SIGNED.replace("Is it?", "Is it truly?"), encoding="utf-8")
    now = open_journal(opened.journal.path)
    answer(now, "q", "no", "Ben")

    assert over(opened) == [(2, "it answers the question as it was"), (3, "")]


def test_signatures_say_what_became_of_them(tmp_path: Path) -> None:
    """Signed, taken back for changes, signed again, lapsed, withdrawn."""
    opened = begin(tmp_path, SIGNED)
    for name in ("q", "r"):
        answer(opened, name, "yes")
    rita: Any = {"by": "Rita", "role": "reviewer"}
    sign_checklist(opened, standing(opened), at="2026-03-01T12:01:00Z", **rita)
    request_changes(opened, standing(opened), at="2026-03-01T12:02:00Z", reason="say more", **rita)
    sign_checklist(opened, standing(opened), at="2026-03-01T12:03:00Z", **rita)
    answer(opened, "r", "no")

    assert [event.over for event in history(opened).signing] == [
        "Rita asked for changes later, no. 5",
        "Rita signed later, no. 6",
        "it has lapsed: the answers changed since",
    ]
    withdraw_signature(open_journal(opened.journal.path), at="2026-03-01T12:04:00Z", **rita)
    assert [event.over for event in history(opened).signing][2:] == ["Rita withdrew it later, no. 8", ""]


def test_a_request_that_somebody_else_met_is_marked(tmp_path: Path) -> None:
    """Another person in the role signs once the answers have changed; a role that signs nothing counts for nothing."""
    opened = begin(tmp_path, SIGNED)
    for name in ("q", "r"):
        answer(opened, name, "yes")
    request_changes(opened, standing(opened), by="Rita", role="reviewer", at="2026-03-01T12:02:00Z", reason="say more")
    assert [event.over for event in history(opened).signing] == [""]
    answer(opened, "r", "no")
    sign_checklist(opened, standing(opened), by="Sam", role="reviewer", at="2026-03-01T12:03:00Z")
    with opened.journal.path.open("a", encoding="utf-8") as stream:
        line = {"seq": 7, "at": "2026-03-01T12:04:00Z", "kind": "sign", "by": "Ben", "role": "product", "sha256": "0"}
        stream.write(json.dumps(line) + "\n")

    assert [event.over for event in history(opened).signing] == [
        "the answers have changed, and somebody in that role has signed them",
        "",
        "it is signed by reviewer",
    ]


def test_every_line_of_a_journal_stands_in_its_history_once(tmp_path: Path) -> None:
    """Kinds from a newer version, answers to questions that are gone, under old names: nothing is hidden."""
    opened = begin(tmp_path, SIGNED)
    answer(opened, "q", "yes")
    more = [
        {"kind": "praise", "by": "Ana", "item": "q"},
        {"kind": "weather"},
        {"by": "Ben", "role": "product", "item": "gone", "value": [1, "x"]},
        {"by": "Ben", "role": "product", "item": "old", "value": "no"},
    ]
    with opened.journal.path.open("a", encoding="utf-8") as stream:
        for seq, line in enumerate(more, 3):
            stream.write(json.dumps({"seq": seq, "at": AT, **line}) + "\n")
    renamed = SIGNED.replace("options: {ynu", "renamed: {old: q}\noptions: {ynu")
    (tmp_path / "c.yaml").write_text(renamed, encoding="utf-8")

    found = history(opened)

    assert list(found.items) == ["q", "gone"]
    assert [type(event.entry) for event in found.items["q"]] == [Answer, Unknown, Answer]
    events = [*found.journal, *found.signing, *(event for part in found.items.values() for event in part)]
    assert sorted(event.entry.seq for event in events) == [line["seq"] for line in lines(opened)]


def test_history_is_told_in_plain_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who, as whom, when, what, with which word and evidence; what no longer counts, and why."""
    opened = begin(tmp_path, SIGNED)
    (tmp_path / "a.txt").write_bytes(b"proof")
    answer(opened, "q", "yes", comment="so it\x1b[31m is", evidence=("a.txt",))
    answer(opened, "q", "unsure")
    answer(opened, "q", "no", "Ben", at="2026-03-01T14:30:00+02:00")
    resolve_item(
        open_journal(opened.journal.path), "q", "no", by="Rita", role="reviewer", at=AT, reason="Ben has seen it"
    )
    answer(opened, "r", "yes")

    assert told(opened, capsys, "q").splitlines() == [
        "A small checklist  small 1.10",
        "",
        "Is it?  [q] answered",
        "  no. 2  2026-03-01 12:00  Ana (product) answered: Yes",
        "      “so it␛[31m is”",
        "      evidence: a.txt (sha256 c1cda2636282…, 5 bytes)",
        "      → no longer counts: Ana answered anew, no. 3",
        "  no. 3  2026-03-01 12:00  Ana (product) answered: We do not know yet",
        "  no. 4  2026-03-01 12:30  Ben (product) answered: No",
        "  no. 5  2026-03-01 12:00  Rita (reviewer) settled it as No",
        "      because: Ben has seen it",
    ]
    whole = told(opened, capsys)
    assert "  no. 1  2026-03-01 12:00  begun with version 1.10 of the checklist\n" in whole
    assert "Is it?  [r] answered\n  no. 6" in whole


def test_a_question_that_nobody_answered_and_one_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No history is a history; a slip is told with the nearest."""
    opened = begin(tmp_path, SIGNED)

    assert "nobody has answered it" in told(opened, capsys, "q")
    assert "nobody has answered 2 of 2 questions" in told(opened, capsys)
    assert run(["checklist", "history", str(opened.journal.path), "qq"]) == 2
    assert "there is no question 'qq'" in capsys.readouterr().err


def test_a_history_fits_the_terminal_and_keeps_the_lines_of_an_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long words are wrapped below their beginning; an answer of several lines stays one of several lines."""
    monkeypatch.setenv("COLUMNS", "60")
    opened = begin(tmp_path)
    answer(opened, "a.choice", "yes", comment="many words " * 30)
    answer(opened, "a.text", "first\nsecond")

    text = told(opened, capsys)

    assert max(map(len, text.splitlines())) <= 60
    assert "answered: first\n      second\n" in text


def test_history_as_json_holds_the_lines_of_the_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What programs read is what stands in the file, with the words beside it."""
    opened = begin(tmp_path, EVERY_KIND)
    answer(opened, "a.choice", "yes")
    answer(opened, "a.choice", "no")

    found = json.loads(told(opened, capsys, "--json"))

    (item,) = found["items"]
    assert (item["id"], item["text"], item["state"]) == ("a.choice", "Is it so?", "answered")
    first, second = item["events"]
    assert first.items() >= lines(opened)[1].items()
    assert (first["words"], first["counts"], first["why_not"]) == (
        "Ana (product) answered: Yes",
        False,
        "Ana answered anew, no. 3",
    )
    assert second["counts"] is True
    assert "why_not" not in second
    assert [line["kind"] for line in found["journal"]] == ["start"]
    assert set(json.loads(told(opened, capsys, "a.text", "--json"))) == {"id", "version", "items"}
