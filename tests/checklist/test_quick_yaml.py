"""The quick way through the YAML of a form says what the strict one says, or leaves it to the strict one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import AT, answer, begin
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ethicscheck.checklist.entries import Answer, Evidence
from ethicscheck.checklist.forms import FORMATS, make_form, quick_yaml
from ethicscheck.checklist.forms.quick_yaml import read_form_yaml
from ethicscheck.errors import ConfigError
from ethicscheck.model.strict_yaml import read_yaml

HEAD = 'schema: "ethicscheck/answers/1"\nchecklist: small\nanswers:\n'
# What people and programs write into a form: each piece is put on a line of its own.
PIECES = [
    '  - item: "a.text"', "  - item: a.text", "- item: a", "    - x", "  - ", "  -", "    answer: yes", "    answer: null", "    answer: ~",
    "    answer:", "    answer: |", "    answer: >-", "      two words", "     deeper", "    answer: 'it''s'", '    answer: "a \\u0041 \\/ \\" b"',
    '    answer: "not closed', 'closed"', '  - item: "b"', "    na_reason: 1.10", "    comment: since May # why", "    # only: a comment",
    "  # another", "", "   ", "    evidence:", '      - {"path": "x", "sha256": "y"}', '    - {"path": "x"}', '    evidence: [{"path": "x"}, "y"]',
    "    evidence: [a, b]", '    answer: {"a": "1", "a": "2"}', '    answer: {"<<": "1"}', '    answer: ["one", ["two"]]', '    answer: ["\\ud83d\\ude00"]',
    "    answer: &a x", "    answer: *a", "    answer: !!str x", "    <<: {}", "answers:", "version: 2", "---", "...", "%YAML 1.1", "\tanswer: x",
    "    answer: a: b", "    answer: x\u2028- y", '    answer: "\u2028"', "    answer: [", "    ]", "    ? a", "    : b", "    answer: a-b c.d/e",
    "    answer: 0x1", "    answer: yes and no ", "    answer: \"\" ", "    1: x", "    answer: x\r", "  answer: less", "      answer: more", "    item: twice",
]  # fmt: skip


def outcome(read: Any, text: str) -> Any:
    try:
        document = read(text, "f")
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    listed = document.value.get("answers") if isinstance(document.value, dict) else None
    places = range(len(listed)) if isinstance(listed, list) else ()
    lines = [document.line(("answers", place)) for place in places]
    return document.value, lines, [str(problem) for problem in document.problems]


@settings(deadline=None, max_examples=400)
@example(["    answer: |", "      two words", '  - item: "a.text"'], "\n")  # the block once lost its end of line
@given(st.lists(st.sampled_from(PIECES), max_size=9), st.sampled_from(["\n", "\r\n", "\r"]))
def test_quick_and_strict_say_the_same_of_whatever_was_typed(pieces: list[str], end: str) -> None:
    """Values, lines and problems, of half-broken forms too."""
    text = (HEAD + "\n".join(['  - item: "q"', *pieces]) + "\n").replace("\n", end)

    assert outcome(read_form_yaml, text) == outcome(read_yaml, text)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["yaml", "markdown"])
def test_only_what_was_typed_by_hand_is_read_the_slow_way(
    name: str, end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40,000 answers once took a minute and a half: the strict reader went over each of them."""
    opened = begin(tmp_path)
    people = [
        Answer(
            AT, f"P{place}", "product", "a.table", ({"who": "Zoë", "seen": "obs"},), None, "so: #1", (Evidence("x"),)
        )
        for place in range(50)
    ]
    opened.journal.append(people)
    answer(opened, "a.number", 5)
    form = make_form(opened.loaded.checklist, "0" * 64, opened.again().contents.entries)
    write = FORMATS[name].write
    assert write is not None
    text = write(form, opened.loaded.checklist).replace("\n", end)
    read: list[int] = []
    monkeypatch.setattr(
        quick_yaml, "read_yaml", lambda part, *more: read.append(len(part.splitlines())) or read_yaml(part, *more)
    )

    assert [row.digest for row in FORMATS[name].read(text, "f").rows] == [row.digest for row in form.rows]
    assert len(read) == 1
    place = text.index("answer:", text.index('item: "a.text"'))
    text = f"{text[:place]}answer: 'it''s so'{text[place + 7 :]}"
    assert [row.answer for row in FORMATS[name].read(text, "f").rows if row.item == "a.text"] == ["it's so"]
    assert len(read) == 3
    assert max(read[1:]) < 60


def test_an_anchor_used_twice_is_a_problem_and_no_warning_of_the_reader() -> None:
    """It once reached the terminal as a Python warning."""
    assert outcome(read_yaml, "a: &x 1\nb: &x 2\n")[2] == [
        "the anchor '&x' is not allowed (f:1) — write the value out where it is used",
        "the anchor '&x' is not allowed (f:2) — write the value out where it is used",
    ]
