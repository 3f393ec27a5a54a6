"""A line read quickly is the line read strictly, and where it is refused the words are the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ethicscheck.checklist import json_line

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just('a":b'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def outcome(read: Any, line: bytes) -> tuple[str, str]:
    try:
        return "read", repr(read(line))
    except ValueError as error:
        return "refused", str(error)


@given(content=st.dictionaries(st.text(max_size=4), VALUES, max_size=5), spaced=st.booleans(), data=st.data())
def test_quick_and_strict_agree_on_any_line_and_any_damage(content: Any, spaced: bool, data: st.DataObject) -> None:
    """Bytes are cut, put in and exchanged; neither may read what the other refuses."""
    separators = (", ", " : ") if spaced else (",", ":")
    line = bytearray(json.dumps(content, ensure_ascii=data.draw(st.booleans()), separators=separators).encode())
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(line)))
        line[place : place + data.draw(st.integers(0, 2))] = data.draw(
            st.binary(max_size=2) | st.sampled_from([b'"', b":", b",", b"\\", b'"a":1,', b"\\ud800", b"NaN", b"1e999"])
        )

    assert outcome(json_line.read_object, bytes(line)) == outcome(json_line._strictly, bytes(line))


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"a":2}',
        b'{"a" :1,"a":2}',
        b'{"a"\t:1,"a":2}',
        b'{"a"\r:1,"a":2}',
        b'{"a":1,"\\u0061":2}',
        b'{"a":"x","b":{"c":1,"c":2}}',
    ],
)
def test_a_key_twice_is_seen_however_it_is_written(line: bytes) -> None:
    """Which of the two values was meant, nobody can tell."""
    with pytest.raises(ValueError, match="stands in it twice"):
        json_line.read_object(line)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"1",
        b"[]",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1} x',
        b'{"a":"\n"}',
        b'{"a":' + b"[" * 60 + b"]" * 60 + b"}",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_sound_object_is_refused(line: bytes) -> None:
    """In words, and never with another error than the caller expects."""
    with pytest.raises(ValueError, match=r"^it (is|holds|stands) "):
        json_line.read_object(line)


@example(["x", 'b":c'])
@given(st.lists(st.text(max_size=5), max_size=3))
def test_texts_with_quotes_and_colons_are_read_as_they_are(words: list[str]) -> None:
    """What looks like a key inside a text is none."""
    content = {"a": words, "b": "".join(words), "c": 5}

    assert json_line.read_object(json.dumps(content).encode()) == content
