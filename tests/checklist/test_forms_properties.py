"""Whatever stands in a journal: exported, imported into a new journal and exported again, it is the same, byte by byte."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import AT, EVERY_KIND, begin
from hypothesis import given, settings
from hypothesis import strategies as st
from test_journal_properties import journals

from ethicscheck.checklist.entries import Answer, Entry, Evidence, Resolution
from ethicscheck.checklist.forms import FORMATS, make_form
from ethicscheck.checklist.importing import import_form
from ethicscheck.checklist.opening import OpenJournal

WRITTEN = [name for name, part in FORMATS.items() if part.write is not None]
IMPORTER: dict[str, Any] = {"by": "Importer", "role": "product", "at": "2026-03-05T12:00:00Z", "sha256": "0" * 64}

hostile = st.sampled_from(
    [
        "=cmd|' /C calc'!A0", "'=1", "''", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "a\r\nb\rc\nd", '"', ",;\t|",
        "</script><script>alert(1)</script>", "<!--", "]]>", "<img src=x onerror=alert(1)>", "&amp;&lt;", "{{ 7*7 }}",
        "~~~", "~~~yaml answer", "```", "# x", "- x", "item: x", ": ", "null", "yes", "1.10", "010", "[]", "{}", "json:",
        "\u2028\u2029\x85\x7f\x00\ufeff", "😀 العربية \u202e x", "one, two", "x" * 200_000, " outer ", "%s", "\\n\\", "'",
    ]
)  # fmt: skip
answers = st.builds(
    Answer,
    st.just(AT),
    st.sampled_from(["Ana", "Ben"]) | hostile.filter(str.strip),
    hostile.filter(str.strip),
    st.sampled_from(["a.text", "a.choice", "a.multi", "gone"]) | hostile.filter(str.strip),
    hostile | st.lists(hostile, max_size=3).map(tuple),
    st.none(),
    st.none() | hostile.filter(str.strip),
    st.lists(
        st.builds(Evidence, path=hostile.filter(str.strip), dated=st.none() | hostile.filter(str.strip)), max_size=2
    ).map(tuple),
    st.just("") | hostile.filter(str.strip),
    st.just("") | hostile.filter(str.strip),
)


def exported(opened: OpenJournal, name: str) -> str:
    checklist = opened.loaded.checklist
    write = FORMATS[name].write
    assert write is not None
    return write(make_form(checklist, opened.loaded.sha256, opened.again().contents.entries), checklist)


def goes_round(entries: list[Entry], name: str) -> None:
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        opened, other = begin(Path(first), EVERY_KIND), begin(Path(second), EVERY_KIND)
        opened.journal.append(entries)
        text = exported(opened, name)

        done = import_form(other, FORMATS[name].read(text, "form"), name="form", **IMPORTER)

        assert exported(other, name) == text
        given = [
            entry
            for entry in make_form(opened.loaded.checklist, "", opened.again().contents.entries).rows
            if entry.digest
        ]
        assert len(done.added) == len(given)
        assert all(part.imported["by"] == "Importer" for part in done.added if isinstance(part, (Answer, Resolution)))
        again = import_form(other.again(), FORMATS[name].read(text, "form"), name="form", **IMPORTER)
        assert (again.added, again.present) == ((), len(given))


@pytest.mark.parametrize("name", WRITTEN)
@settings(deadline=None, max_examples=20)
@given(journals)
def test_export_import_export_is_the_identity(name: str, entries: list[Entry]) -> None:
    """Values of any shape, answers to questions that are gone, people and times as they were."""
    goes_round(entries, name)


@pytest.mark.parametrize("name", WRITTEN)
@settings(deadline=None, max_examples=20)
@given(st.lists(answers, max_size=4))
def test_hostile_words_go_round_unchanged(name: str, entries: list[Entry]) -> None:
    """Formulas, markup, fences, line ends, other scripts, very long."""
    goes_round(entries, name)
