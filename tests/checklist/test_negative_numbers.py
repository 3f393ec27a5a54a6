"""A negative number is an answer on the command line, not an option."""

from __future__ import annotations

from pathlib import Path

import pytest
from checklist_helpers import begin, items, state

from ethicscheck.cli import run

QUESTION = "id: q, type: number, min: -100, max: 100, text: How much?, help: Why."


@pytest.mark.parametrize(
    "words",
    [["-5"], ["-5", "--comment", "-7"], ["--comment", "-7", "-5"], ["--comment", "-7", "--", "-5"]],
)
def test_a_negative_number_needs_no_dashes_before_it(tmp_path: Path, words: list[str]) -> None:
    """Wherever it stands, and beside an option whose own value looks like one."""
    opened = begin(tmp_path, items(QUESTION))

    assert (
        run(
            ["checklist", "answer", str(opened.journal.path), "q", *words, "--as", "A", "--role", "r"]
            if "--" not in words
            else ["checklist", "answer", str(opened.journal.path), "--as", "A", "--role", "r", "q", *words]
        )
        == 0
    )
    (given,) = state(opened, "q").answers
    assert (given.value, given.comment) == (-5, "-7" if "--comment" in words else None)


def test_an_option_that_is_misspelt_is_still_refused(tmp_path: Path) -> None:
    """It must not become the answer."""
    opened = begin(tmp_path, items(QUESTION))

    assert run(["checklist", "answer", str(opened.journal.path), "q", "--comnent", "--as", "A", "--role", "r"]) == 2
    assert state(opened, "q").state == "unanswered"
