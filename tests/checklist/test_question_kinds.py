"""What each type of question takes for an answer, and how it says no."""

from __future__ import annotations

import contextlib
import datetime
from typing import Any

import pytest
from checklist_helpers import checklist
from hypothesis import given
from hypothesis import strategies as st

from ethicscheck.checklist.definition import Item
from ethicscheck.checklist.kinds import KINDS, choices_of, read_value, show_value
from ethicscheck.errors import UsageError

SMALL = checklist().checklist


def item(kind: str) -> Item:
    found = SMALL.item(f"a.{kind}")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "told", "value", "shown"),
    [
        ("choice", "yes", "yes", "Yes"),
        ("choice", " YES ", "yes", "Yes"),
        ("choice", "we do not know yet", "unsure", "We do not know yet"),
        ("multi", "one", ("one",), "The first"),
        ("multi", "other, one", ("one", "other"), "The first; Other"),
        ("multi", "Second, or third", ("two",), "Second, or third"),
        ("multi", ["two", "two", "one"], ("one", "two"), "The first; Second, or third"),
        ("text", "  two\r\nlines ", "two\nlines", "two\nlines"),
        ("text", "0", "0", "0"),
        ("number", "0", 0, "0"),
        ("number", "12.50", 12.5, "12.5"),
        ("number", 1e2, 100, "100"),
        ("date", "2024-02-29", "2024-02-29", "2024-02-29"),
        ("date", datetime.date(2024, 2, 29), "2024-02-29", "2024-02-29"),
        ("scale", "3", 3, "3 of 5"),
        ("scale", 5, 5, "5 of 5 (Always)"),
        ("scale", "never", 1, "1 of 5 (Never)"),
        ("table", '[{"who": "Ana", "seen": "Observed"}]', ({"who": "Ana", "seen": "obs"},), "Who: Ana; Seen?: Observed"),
        ("table", {"who": 5, "seen": "ima"}, ({"who": "5", "seen": "ima"},), "Who: 5; Seen?: Imagined"),
    ],
)  # fmt: skip
def test_an_answer_is_kept_by_id_and_shown_by_label(kind: str, told: Any, value: Any, shown: str) -> None:
    """Labels may be reworded without touching an answer; people read the labels."""
    found = read_value(item(kind), SMALL, told)

    assert found == value
    assert type(found) is type(value)
    assert show_value(found, item(kind), SMALL) == shown


@pytest.mark.parametrize(
    ("kind", "told", "message"),
    [
        ("choice", "yess", "'yess' is no answer (a.choice) — did you mean 'yes'?"),
        ("choice", "We dont know yet", "'We dont know yet' is no answer (a.choice) — did you mean 'We do not know yet'?"),
        ("choice", "", "there is no answer (a.choice) — known are: no, unsure, yes"),
        ("choice", True, "'True' is no answer"),
        ("choice", ["yes"], "\"['yes']\" is no answer"),
        ("choice", None, "'None' is no answer"),
        ("multi", "", "there is no answer (a.multi) — known are: one, other, two"),
        ("multi", [], "'[]' is no answer (a.multi) — known are: one, other, two"),
        ("multi", "one, tow", "'tow' is no answer"),
        ("text", "   ", "there is no answer (a.text) — write some words"),
        ("text", 5, "'5' is no answer (a.text) — write some words"),
        ("text", "\udcff", "a.text is not UTF-8 text — write it anew, or set the terminal to UTF-8"),
        ("number", "many", "'many' is no answer (a.number) — give a number from 0 to 100"),
        ("number", "101", "'101' is no answer (a.number) — give a number from 0 to 100"),
        ("number", "−1", "'−1' is no answer (a.number) — give a number from 0 to 100"),
        ("number", "3,5", "'3,5' is no answer (a.number) — write it with a point: 3.5"),
        ("number", "nan", "'nan' is no answer"),
        ("number", "1e999", "'1e999' is no answer"),
        ("number", True, "'True' is no answer"),
        ("date", "2025-02-29", "'2025-02-29' is no answer (a.date) — write the day as YYYY-MM-DD, such as 2026-03-01"),
        ("date", "03/04/2025", "'03/04/2025' is no answer"),
        ("date", "20250304", "'20250304' is no answer"),
        ("scale", "6", "'6' is no answer (a.scale) — known are: 1, 2, 3, 4, 5"),
        ("scale", "2.5", "'2.5' is no answer"),
        ("table", "[]", "'[]' is no answer"),
        ("table", "Ana", "'Ana' is no answer (a.table) — write one row a line, its cells with | between: Who | Seen?"),
        ("table", "Ana | Observed | more", "'Ana | Observed | more' is no answer"),
        ("table", "Ana | Felt", "'Felt' is no answer"),
        ("table", "Ana | ", "the column 'seen' is blank (a.table, row 1)"),
        ("table", '[{"who": 1 | 2', "'[{\"who\": 1 | 2' is no answer"),
        ("table", [{"who": "Ana"}], "the column 'seen' is blank (a.table, row 1) — fill every column; where nothing is known, say so"),
        ("table", [{"who": " ", "seen": "obs"}], "the column 'who' is blank (a.table, row 1)"),
        ("table", [{"who": "A", "sen": "obs"}], "there is no column 'sen' (a.table, row 1) — did you mean 'seen'?"),
        ("table", [{"who": "A", "seen": "x"}], "'x' is no answer (a.table) — known are: ima, obs"),
        ("table", [["A", "obs"]], "\"[['A', 'obs']]\" is no answer"),
        ("table", [{"who": {"a": 1}, "seen": "obs"}], "\"{'a': 1}\" is no answer"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_in_words(kind: str, told: Any, message: str) -> None:
    """A blank is no answer (AI Verify counts it as one), and a slip names the nearest that is."""
    with pytest.raises(UsageError) as caught:
        read_value(item(kind), SMALL, told)

    assert str(caught.value).startswith(message)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(), part, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(KINDS)), JSON)
def test_no_value_whatever_raises_anything_else(kind: str, told: Any) -> None:
    """A value from a newer version, a hand-made journal or the web: an answer or a clear error; showing never fails."""
    show_value(told, item(kind), SMALL)
    with contextlib.suppress(UsageError):
        value = read_value(item(kind), SMALL, told)
        assert read_value(item(kind), SMALL, value) == value


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_says_what_an_answer_looks_like(kind: str) -> None:
    """The terminal and the web ask for it in these words."""
    assert KINDS[kind].example(item(kind))  # type: ignore[index]
    assert bool(choices_of(item(kind), SMALL)) is (kind in ("choice", "multi", "scale"))


def test_a_table_is_written_as_lines_where_nobody_writes_json() -> None:
    """A cell of a spreadsheet, a block of Markdown: one row a line, cells with | between, options by their words."""
    rows = read_value(item("table"), SMALL, "Ana | Observed\n\n Ben|ima \n")

    assert rows == ({"who": "Ana", "seen": "obs"}, {"who": "Ben", "seen": "ima"})
