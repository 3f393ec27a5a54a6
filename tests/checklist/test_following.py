"""A journal that is kept in memory says what the file says, however it changed; whoever asks adds a line to what they saw only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from checklist_helpers import AT, TODAY, answer, begin, items, question
from hypothesis import given, settings
from hypothesis import strategies as st

from ethicscheck.checklist import contents as contents_module
from ethicscheck.checklist import following as following_module
from ethicscheck.checklist.answering import (
    answer_item,
    request_changes,
    resolve_item,
    sign_checklist,
    withdraw_answer,
    withdraw_signature,
)
from ethicscheck.checklist.entries import Answer, Start
from ethicscheck.checklist.following import FollowedJournal
from ethicscheck.checklist.journal import Journal, MovedOn
from ethicscheck.checklist.opening import OpenJournal, open_journal
from ethicscheck.errors import JournalError


def entry(number: int = 0, by: str = "Ana") -> Answer:
    return Answer(AT, by, "product", "a.number", number)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "j.answers.jsonl")
    made.start(Start(AT, "small", "1", "0" * 64))
    made.append([entry(number) for number in range(3)])
    return made


def test_only_new_lines_are_read(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long journal is read once; each answer after that costs its own line."""
    read: list[int] = []
    real = contents_module.read_lines

    def counted(whole: bytes, path: Path, before: int = 0) -> list[object]:
        read.append(whole.count(b"\n"))
        return real(whole, path, before)

    monkeypatch.setattr(contents_module, "read_lines", counted)
    followed = FollowedJournal(journal.path)

    followed.read()
    journal.append([entry(7)])
    assert followed.read() == Journal(journal.path).read()
    followed.append([entry(8)])
    again = followed.read()

    assert followed.read() is again
    assert [part.value for part in again.entries if isinstance(part, Answer)] == [0, 1, 2, 7, 8]
    assert [count for count in read if count != 5] == [4, 1, 1]


def rewritten(path: Path) -> None:
    """The same file, with a line that is one byte shorter and one more line."""
    lines = path.read_bytes().replace(b'"Ana"', b'"An"', 1)
    path.write_bytes(lines + lines.splitlines(keepends=True)[-1].replace(b'"seq":4', b'"seq":5'))


def same_size(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"Ana", b"Eva", 1))
    os.utime(path, (1, 1))


def shorter(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def exchanged(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes().replace(b"Ana", b"Ben"))
    other.replace(path)


def merged(path: Path) -> None:
    """As git does with two branches: a line comes between, the file is another one."""
    first, *rest = path.read_bytes().splitlines(keepends=True)
    other = path.with_name("other")
    other.write_bytes(b"".join([first, rest[-1].replace(b"Ana", b"Cy"), *rest]))
    other.replace(path)


def torn(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b'{"seq":5,"at":"20')


def newer_kind(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(json.dumps({"seq": 9, "at": AT, "kind": "later"}).encode() + b"\n")


@pytest.mark.parametrize("change", [rewritten, same_size, shorter, exchanged, merged, torn, newer_kind])
def test_whatever_became_of_the_file_is_noticed(journal: Journal, change: Callable[[Path], None]) -> None:
    """A checkout, an editor, a crash: what is kept in memory must never be what the file no longer says."""
    followed = FollowedJournal(journal.path)
    before = followed.read()

    change(journal.path)

    assert followed.read() == Journal(journal.path).read()
    assert followed.read() != before
    followed.append([entry(9, "Dan")])
    assert followed.read() == Journal(journal.path).read()
    assert not any("torn" in note for note in followed.read().notes)


def test_a_line_that_was_torn_is_read_once_it_is_whole(journal: Journal) -> None:
    """Nobody reads half an answer, nor the half they have seen before it."""
    followed = FollowedJournal(journal.path)
    line = b'{"seq":5,"at":"%s","by":"Ana","role":"product","item":"a.number","value":7}\n' % AT.encode()
    for part in (line[:20], line[20:50], line[50:]):
        with journal.path.open("ab") as stream:
            stream.write(part)
        assert followed.read() == Journal(journal.path).read()
    assert followed.read().last_seq == 5


def test_a_broken_line_is_an_error_until_it_is_mended(journal: Journal) -> None:
    """With its own number, as for a reader who begins at the top; what was read stays good."""
    followed = FollowedJournal(journal.path)
    before, whole = followed.read(), journal.path.read_bytes()
    journal.path.write_bytes(whole + b"{}\n")

    for act in (followed.read, followed.read, lambda: followed.append([entry()])):
        with pytest.raises(JournalError, match="line 5 is no entry"):
            act()

    journal.path.write_bytes(whole)
    assert followed.read() == before


def test_a_journal_that_is_gone_is_an_error_until_it_is_back(journal: Journal) -> None:
    """As between two steps of a checkout."""
    followed = FollowedJournal(journal.path)
    before, whole = followed.read(), journal.path.read_bytes()
    journal.path.unlink()
    with pytest.raises(JournalError, match="there is no such journal"):
        followed.read()

    journal.path.write_bytes(whole)
    assert followed.read() == before


@pytest.mark.parametrize("change", [rewritten, same_size])
def test_a_change_further_up_than_what_is_kept_is_noticed_where_it_moves_the_rest_or_nothing_is_added(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    """Only the end of what was read is held against the file."""
    monkeypatch.setattr(following_module, "KEPT", 40)
    followed = FollowedJournal(journal.path)
    followed.read()

    change(journal.path)

    assert followed.read() == Journal(journal.path).read()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_bytes_in_any_pieces_are_read_as_from_the_top(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """However the file grows, shrinks or is written anew, both readers say the same, errors included."""
    path = tmp_path_factory.mktemp("j") / "j.answers.jsonl"
    made = Journal(path)
    made.start(Start(AT, "small", "1", "0" * 64))
    made.append([entry(number) for number in range(6)])
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    followed = FollowedJournal(path)
    for moment in range(data.draw(st.integers(1, 8))):
        if data.draw(st.booleans()):
            end = data.draw(st.integers(0, len(whole)))
            path.write_bytes(whole[:end])
        else:
            path.write_bytes(b"".join(data.draw(st.lists(st.sampled_from(lines), max_size=8))))
        os.utime(path, (moment, moment))  # the clock of a file may stand still for a few milliseconds
        assert said(followed) == said(Journal(path))


def said(journal: Journal) -> object:
    try:
        return journal.read()
    except JournalError as error:
        return str(error)


def test_a_line_is_added_only_to_what_was_seen(journal: Journal) -> None:
    """Whoever decided on what they read must not decide over what they have not."""
    seen = journal.read().last_seq
    Journal(journal.path).append([entry(5, "Ben")])
    before = journal.path.read_bytes()

    for one in (journal, FollowedJournal(journal.path)):
        with pytest.raises(MovedOn, match="has come to line 5, from 4"):
            one.append([entry(6)], after=seen)
        with pytest.raises(MovedOn):
            one.append([entry(6)], after=seen + 2)
    assert journal.path.read_bytes() == before

    (written,), _ = journal.append([entry(6)], after=journal.read().last_seq)
    assert written.seq == 6


ACTS: dict[str, Callable[[OpenJournal, int], object]] = {
    "answer": lambda opened, after: answer_item(opened, "q", "no", by="Ana", role="product", at=AT, after=after),
    "withdraw": lambda opened, after: withdraw_answer(opened, "q", by="Ana", role="product", at=AT, after=after),
    "resolve": lambda opened, after: resolve_item(
        opened, "q", "no", by="Eva", role="reviewer", at=AT, reason="it is so", after=after
    ),
    "sign": lambda opened, after: sign_checklist(
        opened, opened.status(today=TODAY), by="Eva", role="reviewer", at=AT, after=after
    ),
    "ask for changes": lambda opened, after: request_changes(
        opened, opened.status(today=TODAY), by="Eva", role="reviewer", at=AT, reason="look again", after=after
    ),
    "take back": lambda opened, after: withdraw_signature(opened, by="Dan", role="reviewer", at=AT, after=after),
}


@pytest.mark.parametrize("act", ACTS)
def test_whatever_somebody_does_can_be_bound_to_what_they_saw(tmp_path: Path, act: str) -> None:
    """They are shown what changed, and decide anew."""
    opened = begin(tmp_path, items(question("p"), question()))
    for name in ("p", "q"):
        answer(opened, name, "yes")
    sign_checklist(opened.again(), opened.again().status(today=TODAY), by="Dan", role="reviewer", at=AT)
    if act == "resolve":
        answer(opened, "q", "no", by="Ben")
    seen = opened.again()
    answer(opened, "p", "yes", by="Cy")
    before = opened.journal.path.read_bytes()

    with pytest.raises(MovedOn):
        ACTS[act](seen, seen.contents.last_seq)
    assert opened.journal.path.read_bytes() == before

    ACTS[act](seen, seen.contents.last_seq + 1)
    assert len(opened.journal.path.read_bytes().splitlines()) == len(before.splitlines()) + 1


def test_a_journal_that_is_followed_is_opened_with_its_checklist(tmp_path: Path) -> None:
    """What is kept in memory is opened again and again; its status goes along."""
    opened = begin(tmp_path, items(question()))
    followed = FollowedJournal(opened.journal.path)
    kept = open_journal(opened.journal.path, opened.loaded, journal=followed)

    answer(opened, "q", "yes")

    assert kept.journal is followed
    now = kept.again().status(today=TODAY).item("q")
    assert now is not None
    assert (now.state, now.value) == ("answered", "yes")


def test_who_is_late_sets_nothing_aside(journal: Journal) -> None:
    """A refused line writes nothing at all, whatever a crash has left behind."""
    torn(journal.path)
    before = journal.path.read_bytes()

    with pytest.raises(MovedOn):
        journal.append([entry(6)], after=3)

    assert journal.path.read_bytes() == before
    assert not list(journal.path.parent.glob("*.torn-*"))


COUNTING = """
import os, sys
from pathlib import Path
from ethicscheck.checklist.entries import Answer
from ethicscheck.checklist.following import FollowedJournal
from ethicscheck.checklist.journal import MovedOn
children = []
for name in range(int(sys.argv[2])):
    child = os.fork()
    if child:
        children.append(child)
        continue
    journal, done = FollowedJournal(Path(sys.argv[1])), 0
    while done < int(sys.argv[3]):
        seen = journal.read()
        highest = max((part.value for part in seen.entries if isinstance(part, Answer)), default=0)
        try:
            journal.append([Answer("2026-03-01T12:00:00Z", str(name), "r", "q", highest + 1)], after=seen.last_seq)
            done += 1
        except MovedOn:
            pass
    os._exit(0)
sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system can't fork")
def test_fifty_processes_count_together_without_one_number_twice(tmp_path: Path) -> None:
    """Each adds one to the highest number it sees: a line added to what was not seen would count one twice."""
    path = tmp_path / "j.answers.jsonl"
    Journal(path).start(Start(AT, "small", "1", "0" * 64))

    done = subprocess.run([sys.executable, "-c", COUNTING, str(path), "50", "4"], check=False)

    assert done.returncode == 0
    answers = [part for part in Journal(path).read().entries if isinstance(part, Answer)]
    assert [part.value for part in answers] == list(range(1, 201))
    assert [part.seq for part in answers] == list(range(2, 202))
    assert {part.by for part in answers} == {str(name) for name in range(50)}


def test_threads_that_share_one_journal_read_and_write_it_without_waiting_for_each_other_for_ever(
    journal: Journal,
) -> None:
    """The web app has one object and many threads."""
    followed = FollowedJournal(journal.path)
    failed: list[BaseException] = []

    def count() -> None:
        done = 0
        while done < 20:
            seen = followed.read()
            try:
                followed.append([entry(seen.last_seq)], after=seen.last_seq)
                done += 1
            except MovedOn:
                continue
            except BaseException as error:  # noqa: BLE001 - told below
                failed.append(error)
                return

    threads = [threading.Thread(target=count, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    assert not failed
    assert not any(thread.is_alive() for thread in threads)
    assert followed.read() == Journal(journal.path).read()
    assert [part.seq for part in followed.read().entries] == list(range(1, 165))
