"""The quick way through YAML says what the strict one says, or nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethicscheck.errors import ConfigError
from ethicscheck.model.quick_yaml import read_quickly
from ethicscheck.model.strict_yaml import MAX_DEPTH, Document, _read_strictly, _scalar, read_yaml

ROOT = Path(__file__).parents[2]
OURS = sorted([*ROOT.glob("checklists/*.yaml"), *ROOT.glob("examples/**/*.yaml"), *ROOT.glob("src/**/*.yaml")])
PARTS = [
    "a", "b: ", "c:", "- ", "-", "? ", ": ", "\n", "\n  ", "\n    ", "\n\n", "'", '"', "|", "|-\n", "|2\n", ">", ">-\n",
    "{", "}", "[", "]", ", ", " # x", "#", "&a ", "*a", "!t ", "!!str ", "<<: ", "~", "null", "yes", "1.10", "é", "?", "%",
    "---\n", "...\n", "\\n", "\\x41", "\u2028", "\x85", "\r\n", "\t", "  ", "\ufeff", "''",
]  # fmt: skip
texts = st.lists(st.sampled_from(PARTS), max_size=14).map("".join)


@pytest.fixture(autouse=True)
def libyaml() -> None:
    pytest.importorskip("_ruamel_yaml", reason="the quick YAML parser has no wheel for this system")


def kinds(value: Any) -> Any:
    """Return a value with the type of each of its scalars: what was quoted must not become plain."""
    if isinstance(value, dict):
        return {key: kinds(part) for key, part in value.items()}
    return [kinds(part) for part in value] if isinstance(value, list) else (type(value).__name__, value)


def check(text: str) -> bool:
    """Compare the two; return whether the quick one read it."""
    quick = read_quickly(text, MAX_DEPTH, _scalar)
    if quick is None:
        return False
    strict = _read_strictly(text, Document("x"))  # what it refuses, nobody may take
    assert strict.problems == []
    assert (kinds(quick[0]), quick[1]) == (kinds(strict.value), strict.lines)
    return True


@settings(deadline=None, max_examples=1500)
@given(texts)
def test_what_the_quick_reader_takes_the_strict_one_takes_too_and_reads_alike(text: str) -> None:
    """Value, quotes and the line of each part; what the strict one would refuse is never taken."""
    check(text)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_own_files_are_read_alike(path: Path) -> None:
    """What people write day by day."""
    check(path.read_text(encoding="utf-8"))


def test_most_of_our_own_files_go_the_quick_way() -> None:
    """Else the quick way would be none."""
    taken = [path for path in OURS if read_quickly(path.read_text(encoding="utf-8"), MAX_DEPTH, _scalar) is not None]

    assert len(taken) > len(OURS) * 0.8


@pytest.mark.parametrize(
    "text",
    ["", "~", "a: &x 1", "a: *x", "a: !!str 1", "!t a", "a: 1\na: 2", "<<: {a: 1}", "[a]: 1", "a: [", "a: 1\n---\nb: 2", "%YAML 1.1\n---\na: 1",
     "a: 1\n...\n", "a:\t1", "a: \x85", "a: '\u2028'", "\ufeffa: 1", "a: >#x", "|-\n#", ">-\n  \n    ", "a: |\n\n    x\n  y", "&k a: 1", "a: \x00", "[" * 62 + "]" * 62],
)  # fmt: skip
def test_what_needs_a_word_goes_to_the_strict_reader(text: str) -> None:
    """Errors, warnings and whatever the two could see differently."""
    assert read_quickly(text, MAX_DEPTH, _scalar) is None


@pytest.mark.parametrize("text", ["a: 1\nb: 'x'\nc: [yes, 1.10, ~]", "a: 1\na: 2", "a: &x 1", "a: ["])
def test_without_libyaml_everything_is_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there for speed alone."""

    def outcome() -> Any:
        try:
            document = read_yaml(text, "x.yaml")
        except ConfigError as error:
            return str(error)
        return kinds(document.value), document.lines, document.problems

    before = outcome()
    monkeypatch.setitem(sys.modules, "_ruamel_yaml", None)
    assert read_quickly(text, MAX_DEPTH, _scalar) is None
    assert outcome() == before


@pytest.mark.parametrize("text", ["\n\n| # x!\n    ", "\n\na: # one\n\n# two\n  b: 1\n"])
def test_comments_in_odd_places_are_no_error(text: str) -> None:
    """The round-trip reader keeps comments and stumbles over two in one place; nothing is wrong with the file."""
    assert _read_strictly(text, Document("x")).problems == []
