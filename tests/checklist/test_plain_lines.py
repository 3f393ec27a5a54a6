"""Plain lines are read all at once: never otherwise than one by one."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from ethicscheck.checklist.entries import Answer, read_line, write_line
from ethicscheck.checklist.journal import Journal
from ethicscheck.checklist.plain_lines import read_plain
from ethicscheck.errors import JournalError

PLAIN = Answer(
    "2026-03-01T12:00:00Z", "Éva", "risk officer", "q1", ("one", "two"), None, "as we said", (), "a" * 64, "b" * 64, 7
)
LINE = write_line(PLAIN)[:-1].decode()
START = b'{"seq":1,"at":"2026-03-01T00:00:00Z","kind":"start","checklist":"c","version":"1","sha256":"a"}\n'


@pytest.mark.parametrize("value", ["yes", "", "ž, 日本", ("a",), 0, -12, True, False, "true", "12", ("1", "x,y")])
def test_a_plain_answer_is_read_at_once_and_as_it_is_one_by_one(value: object) -> None:
    line = write_line(Answer("2026-03-01T12:00:00Z", "Éva", "user", "q1", value, seq=3))
    (entry,), left = read_plain(line)
    assert left == []
    assert entry == read_line(line[:-1])
    assert type(entry.value) is type(value)
    assert write_line(entry) == line


def test_a_line_changed_anywhere_is_read_as_it_is_one_by_one_or_left() -> None:
    draw, read = random.Random(3), 0
    for _ in range(6000):
        place = draw.randrange(len(LINE))
        put = draw.choice(
            ['"', "\\", " ", ",", "0", "9", "-", "{", "}", "[", "]", ":", "null", "\t", "\u2028", "é", ""]
        )
        changed = LINE[:place] + put + LINE[place + draw.randrange(3) :]
        (entry,), left = read_plain(changed.encode() + b"\n")
        if entry is None:
            assert left == [(0, changed.encode())]
        else:
            read += 1
            assert entry == read_line(changed.encode())
    assert read > 1000, "many changes leave an answer"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"seq":7', '"seq":0'),
        ('"seq":7', '"seq":07'),
        ("2026-03-01T", "2026-02-30T"),
        ("2026-03-01T", "1800-03-01T"),
        ("T12:00", "T24:00"),
        ('"Éva"', '" "'),
        ('"Éva"', '"\u2003"'),
        ('"q1"', '"q1","item":"q2"'),
        ('["one","two"]', "null"),
        ('["one","two"]', "[]"),
        ('["one","two"]', "NaN"),
        ("as we said", "as \\ud800 said"),
        ("as we said", "as \x07 said"),
    ],
)
def test_whatever_may_be_wrong_is_left_to_be_judged_by_itself(old: str, new: str) -> None:
    changed = LINE.replace(old, new).encode()
    assert changed != LINE.encode()
    entries, left = read_plain(b"%s\n%s\n" % (LINE.encode(), changed))
    assert entries == [PLAIN, None]
    assert left == [(1, changed)]


def test_every_wrong_line_is_named_by_its_number_whatever_stands_around_it(tmp_path: Path) -> None:
    plain = LINE.encode() + b"\n"
    path = tmp_path / "j.jsonl"
    lines = [START, plain, b"\n", plain, plain.replace(b"03-01", b"02-30"), plain, b"\xff\n", plain]
    for wrong, numbers in ((lines[:6], [3, 5]), (lines, [3, 5, 7])):
        path.write_bytes(b"".join(wrong))
        with pytest.raises(JournalError) as caught:
            Journal(path).read()
        assert [problem.line for problem in caught.value.problems] == numbers


def test_lines_that_are_spaced_or_ordered_otherwise_count_as_well(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    content = json.loads(LINE)
    others = [json.dumps(content), json.dumps(dict(sorted(content.items()))), json.dumps(content, ensure_ascii=False)]
    path.write_bytes(START + "".join(f"{line}\n" for line in (LINE, *others)).encode())
    assert Journal(path).read().entries[1:] == (PLAIN,) * 4
