"""Comments: kept beside the answers, part of nothing that is settled or signed."""

from __future__ import annotations

from pathlib import Path

import pytest
from checklist_helpers import AT, TODAY, answer, begin, items, lines, question, standing, state

from ethicscheck.checklist.answering import sign_checklist
from ethicscheck.checklist.commenting import comment_on
from ethicscheck.checklist.entries import Comment, read_line
from ethicscheck.checklist.history import make_history
from ethicscheck.checklist.journal import MovedOn
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.cli import run
from ethicscheck.errors import UsageError


def comment(opened: OpenJournal, text: str, item: str = "q", reply_to: int | None = None) -> Comment:
    return comment_on(opened.again(), item, text, by="Eva", role="anything", at=AT, reply_to=reply_to)[0]


def test_a_thread_stands_beside_the_answers_and_changes_nothing(tmp_path: Path) -> None:
    """Neither the state, nor what was signed, nor a dispute."""
    opened = begin(tmp_path, items(question()))
    answer(opened, "q", "yes")
    sign_checklist(opened.again(), opened.again().status(today=TODAY), by="Dan", role="reviewer", at=AT)
    before = standing(opened)

    first = comment(opened, "How do we know?")
    comment(opened, "From the log.", reply_to=first.seq)

    now = standing(opened)
    assert [(part.text, part.reply_to) for part in now.items[0].comments] == [
        ("How do we know?", None),
        ("From the log.", 4),
    ]
    assert (now.items[0].state, now.items[0].answers) == (before.items[0].state, before.items[0].answers)
    assert now.digest == before.digest
    assert now.signatures == before.signatures
    assert now.signatures[0].lapsed == ""
    assert lines(opened)[-1] == {
        "seq": 5, "at": AT, "kind": "comment", "by": "Eva", "role": "anything", "item": "q", "text": "From the log.", "reply_to": 4
    }  # fmt: skip


def test_a_comment_on_a_question_that_nobody_answered_leaves_it_unanswered(tmp_path: Path) -> None:
    """Asking is not answering."""
    opened = begin(tmp_path, items(question()))
    comment(opened, "What is meant by it?")

    assert state(opened, "q").state == "unanswered"
    assert len(state(opened, "q").comments) == 1


def test_comments_follow_a_question_that_is_renamed_and_stand_in_its_history(tmp_path: Path) -> None:
    """As answers do."""
    opened = begin(tmp_path, items(question("old")))
    comment(opened, "Why?", "old")
    text = items(question("new")).replace("sections:", "renamed: {old: new}\nsections:", 1)
    (tmp_path / "c.yaml").write_text(text)

    status = standing(opened)
    assert [part.text for part in status.items[0].comments] == ["Why?"]
    (event,) = make_history(opened.again().contents.entries, status).items["new"]
    assert (event.entry.seq, event.over) == (2, "")


def test_a_line_that_a_merge_left_twice_is_one_comment(tmp_path: Path) -> None:
    """As with answers, nobody has said it twice."""
    opened = begin(tmp_path, items(question()))
    comment(opened, "Why?")
    path = opened.journal.path
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[-1])

    assert len(state(opened, "q").comments) == 1


@pytest.mark.parametrize(("item", "text", "reply_to"), [("q", " ", None), ("none", "Why?", None), ("q", "Why?", 2)])
def test_a_comment_on_nothing_is_refused_and_nothing_is_written(
    tmp_path: Path, item: str, text: str, reply_to: int | None
) -> None:
    """Nothing said, no such question, no such comment: no. 2 is an answer."""
    opened = begin(tmp_path, items(question()))
    answer(opened, "q", "yes")
    before = opened.journal.path.read_bytes()

    with pytest.raises(UsageError):
        comment(opened, text, item, reply_to)
    with pytest.raises(MovedOn):
        comment_on(opened, "q", "Why?", by="Eva", role="x", at=AT, after=1)
    assert opened.journal.path.read_bytes() == before


@pytest.mark.parametrize("more", ['"text":" "', '"text":5', '"text":"a","reply_to":0', '"text":"a","reply_to":"4"'])
def test_a_comment_edited_by_hand_into_none_is_damage(more: str) -> None:
    """Said with its line, like any other."""
    with pytest.raises(ValueError, match=r"`(text|reply_to)` is"):
        read_line(f'{{"seq":2,"at":"{AT}","kind":"comment","by":"A","role":"r","item":"q",{more}}}'.encode())


def test_the_command_line_comments_and_shows_threads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the numbers that a reply needs."""
    opened = begin(tmp_path, items(question()))
    path = str(opened.journal.path)
    who = ["--as", "Eva", "--role", "reviewer"]

    assert run(["checklist", "comment", path, "q", "How do we know?", *who]) == 0
    assert "saved: comment no. 2 on q" in capsys.readouterr().out
    assert run(["checklist", "comment", path, "q", "From the log.", "--reply-to", "2", *who]) == 0
    assert run(["checklist", "comment", path, "q", "From the log.", "--reply-to", "9", *who]) == 2
    assert "its comments are no. 2, 3" in capsys.readouterr().err
    assert run(["checklist", "status", path]) == 0
    assert ", to no. 2: From the log." in " ".join(capsys.readouterr().out.split())
    assert run(["checklist", "status", path, "--json"]) == 0
    assert '"reply_to": 2' in capsys.readouterr().out
    assert run(["checklist", "history", path, "q"]) == 0
    assert "remarked, in reply to no. 2: From the log." in " ".join(capsys.readouterr().out.split())
