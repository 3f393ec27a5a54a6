"""Any journal whatever: no crash, no acknowledged answer lost, the same end from the same lines."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from checklist_helpers import AT, TODAY, checklist
from hypothesis import given, settings
from hypothesis import strategies as st

from ethicscheck.checklist.entries import (
    Answer,
    ChangeRequest,
    Comment,
    Entry,
    Evidence,
    Resolution,
    Signing,
    Start,
    Unknown,
    Withdrawal,
    content_of,
    read_line,
    write_line,
)
from ethicscheck.checklist.evidence import evidence_checker
from ethicscheck.checklist.folding import fold
from ethicscheck.checklist.journal import Journal
from ethicscheck.checklist.status import OPEN, ChecklistStatus
from ethicscheck.errors import JournalError

LOADED = checklist()
ITEMS = [item.id for _, item in LOADED.checklist.items()]

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
names = st.sampled_from(["a.choice", "a.text", "a.multi", "gone"]) | st.sampled_from(ITEMS) | words
people = st.sampled_from(["Ana", "Ben", "Cleo"])
roles = st.sampled_from(["product", "engineer", "reviewer", "intern"])
times = st.sampled_from([AT, "2026-02-28T23:59:59Z", "2026-03-01T12:00:00+02:00", "2026-03-01"])
simple = (
    st.sampled_from(["yes", "no", "unsure", "one"])
    | words
    | st.integers(-9, 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    simple | st.booleans(),
    lambda part: st.lists(part, max_size=3).map(tuple) | st.dictionaries(words, part, max_size=3),
    max_leaves=6,
)
pieces = st.builds(Evidence, path=words, sha256=st.none() | words, expires=st.none() | words) | st.builds(
    Evidence, url=words
)
answers = st.builds(
    Answer, times, people, roles, names, values, st.none(), st.none() | words, st.lists(pieces, max_size=2).map(tuple)
)
apart = st.builds(Answer, times, people, roles, names, st.none(), words)
resolutions = st.builds(Resolution, times, people, roles, names, values, words) | st.builds(
    Resolution, times, people, roles, names, st.none(), words, na_reason=words
)
withdrawals = st.builds(Withdrawal, times, people, roles, names, st.none() | words)
signings = st.builds(Signing, times, people, roles, words, st.dictionaries(words, words, max_size=2))
requests = st.builds(ChangeRequest, times, people, roles, words, words, st.dictionaries(words, words, max_size=2))
comments = st.builds(Comment, times, people, roles, names, words, st.none() | st.integers(1, 30))
later = st.builds(
    lambda kind, at, more: Unknown(at, f"x-{kind}", {"at": at, "kind": f"x-{kind}", "more": more}), words, times, values
)
journals = st.lists(
    answers | answers | apart | resolutions | withdrawals | signings | requests | comments | later, max_size=20
)


def written(entries: list[Entry], folder: str) -> Journal:
    journal = Journal(Path(folder) / "j.jsonl")
    journal.start(Start(AT, "small", "1", "0" * 64))
    journal.append(entries)
    return journal


def folded(entries: Any) -> ChecklistStatus:
    return fold(
        LOADED.checklist, entries, today=TODAY, evidence_problem=evidence_checker(Path("/none"), TODAY), measured={}
    )


def plain(value: Any) -> Any:
    """Return content as JSON has it."""
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return {key: plain(part) for key, part in value.items()} if isinstance(value, dict) else value


@given(journals)
def test_a_line_read_back_is_the_entry_that_was_written(entries: list[Entry]) -> None:
    """Whatever the words: line ends, quotes, zero bytes, other scripts."""
    for number, entry in enumerate(entries, 1):
        numbered = replace(entry, seq=number)
        line = write_line(numbered)

        assert line.count(b"\n") == 1
        assert plain(content_of(read_line(line[:-1]))) == plain(content_of(numbered))


@settings(deadline=None)
@given(journals)
def test_any_journal_folds_to_a_status_and_loses_nobody(entries: list[Entry]) -> None:
    """Each person's latest answer stands somewhere: at its question, or among those no longer asked."""
    with tempfile.TemporaryDirectory() as folder:
        contents = written(entries, folder).read()

    status = folded(contents.entries)

    latest: dict[tuple[str, str], Any] = {}
    for entry in contents.entries:
        if isinstance(entry, Answer):
            latest[entry.item, entry.by] = entry.seq
        elif isinstance(entry, Withdrawal):
            latest.pop((entry.item, entry.by), None)
    shown = {(part.item.id, answer.by): answer.seq for part in status.items for answer in part.answers}
    shown |= {(part.item, answer.by): answer.seq for part in status.removed for answer in part.answers}
    assert shown == latest
    assert sum(status.progress().values()) == 2 * len(ITEMS)
    assert (not status.unmet("complete")) == all(part.state not in OPEN for part in status.items)
    for part in status.items:
        assert not part.answers or part.state != "unanswered"
        assert part.why or part.state in ("unanswered", "answered", "unsure")
    status.risk()


@settings(deadline=None)
@given(journals, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_makes_no_difference(entries: list[Entry], random: Any) -> None:
    """A merge may leave the lines in any order; numbers say which came first."""
    with tempfile.TemporaryDirectory() as folder:
        journal = written(entries, folder)
        before = folded(journal.read().entries)
        rows = journal.path.read_bytes().splitlines(keepends=True)
        random.shuffle(rows)
        journal.path.write_bytes(b"".join(rows))

        assert folded(journal.read().entries) == before


@settings(deadline=None, max_examples=300)
@given(journals, st.data())
def test_cut_at_any_byte_every_whole_line_is_there(entries: list[Entry], data: st.DataObject) -> None:
    """A crash in the middle of a write loses that write only, and what is left of it is kept beside the journal."""
    with tempfile.TemporaryDirectory() as folder:
        journal = written(entries, folder)
        content = journal.path.read_bytes()
        first = content.index(b"\n") + 1
        cut = data.draw(st.integers(first, len(content)))
        journal.path.write_bytes(content[:cut])
        whole = content[:cut].count(b"\n")
        rest = content[:cut].rpartition(b"\n")[2]

        assert len(journal.read().entries) == whole
        _, notes = Journal(journal.path).append([Answer(AT, "Zoe", "product", "a.number", 1)])

        after = journal.path.read_bytes()
        assert after.startswith(content[: cut - len(rest)])
        assert after.count(b"\n") == whole + 1
        assert bool(notes) is bool(rest)
        aside = [path.read_bytes() for path in Path(folder).glob("*.torn-*")]
        assert aside == ([rest] if rest else [])


@settings(deadline=None, max_examples=300)
@given(journals, st.data())
def test_any_damage_ends_in_a_status_or_a_clear_error(entries: list[Entry], data: st.DataObject) -> None:
    """A flipped byte, a lost piece, a foreign piece: never a traceback, and the file stays as it is."""
    with tempfile.TemporaryDirectory() as folder:
        journal = written(entries, folder)
        content = journal.path.read_bytes()
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        damaged = content[:start] + data.draw(st.binary(max_size=8)) + content[end:]
        journal.path.write_bytes(damaged)

        with contextlib.suppress(JournalError):
            folded(journal.read().entries)
        assert journal.path.read_bytes() == damaged


@settings(deadline=None)
@given(journals, journals, journals, st.randoms(use_true_random=False))
def test_two_branches_merge_to_the_same_whichever_is_first_and_lose_no_line(
    base: list[Entry], ours: list[Entry], theirs: list[Entry], random: Any
) -> None:
    """As git's union does it: each side's lines with numbers the other side used too, in any order, lines both have once or twice."""
    with tempfile.TemporaryDirectory() as folder:
        journal = written(base, folder)
        start = journal.path.read_bytes()
        sides = []
        for entries in (ours, theirs):
            journal.path.write_bytes(start)
            Journal(journal.path).append(entries)
            sides.append(journal.path.read_bytes()[len(start) :])
        found = []
        for one, other in (sides, sides[::-1]):
            journal.path.write_bytes(start + one + other)
            found.append(Journal(journal.path).read())
        twice = [*sides[0].splitlines(keepends=True), *sides[1].splitlines(keepends=True)] * 2
        random.shuffle(twice)
        journal.path.write_bytes(start + b"".join(twice))
        again = Journal(journal.path).read()

        assert len(found[0].entries) == 1 + len(base) + len(ours) + len(theirs)
        assert folded(found[0].entries) == folded(found[1].entries) == folded(again.entries)
