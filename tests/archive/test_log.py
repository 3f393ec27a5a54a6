"""The log's end is read from its end, and single entries are found without reading the rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethicscheck.archive.canonical import read_canonical
from ethicscheck.archive.log import BLOCK, FIRST, last_line, make_line, parse_head, sign_head
from ethicscheck.archive.lookup import entries_of


def last_of(content: bytes, path: Path) -> bytes:
    path.write_bytes(content)
    handle = os.open(path, os.O_RDONLY)
    try:
        return last_line(handle)
    finally:
        os.close(handle)


@settings(deadline=None, max_examples=60)
@given(
    sizes=st.lists(st.integers(0, 3 * BLOCK) | st.integers(BLOCK - 2, BLOCK + 2), max_size=4),
    torn=st.integers(0, 3) | st.integers(BLOCK - 2, BLOCK + 2),
)
def test_the_last_whole_line_is_found_wherever_blocks_end(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], torn: int
) -> None:
    """Lines of any length, and what was torn after them."""
    lines = [bytes([97 + place]) * size for place, size in enumerate(sizes)]
    content = b"".join(line + b"\n" for line in lines) + b"t" * torn

    found = last_of(content, tmp_path_factory.getbasetemp() / "log.jsonl")

    assert found == (lines[-1] if lines else b"")


def test_the_end_of_a_long_log_costs_what_that_of_a_short_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adding must not slow down over the years: 20 MB of log, and a block or two are read."""
    lines = [
        make_line(seq, FIRST, "2026-01-01T00:00:00Z", "hold", {"id": "x", "reason": "y" * 900, "by": "z"})
        for seq in range(20_000)
    ]
    read = []
    real = os.read

    def counting(handle: int, size: int) -> bytes:
        read.append(size)
        return real(handle, size)

    monkeypatch.setattr(os, "read", counting)

    assert last_of(b"\n".join(lines) + b"\n", tmp_path / "log.jsonl") == lines[-1]
    assert sum(read) <= 2 * BLOCK


def test_entries_are_found_by_their_id_and_by_nothing_that_looks_like_it(tmp_path: Path) -> None:
    """A reason may quote an id; the log's bytes then hold it too."""
    name = "2026-01-01-x-01234567"
    told = [
        make_line(1, FIRST, "t", "hold", {"id": name, "reason": "first"}),
        make_line(2, FIRST, "t", "hold", {"id": "other", "reason": f'"id":"{name}"'}),
        make_line(3, FIRST, "t", "hold", {"id": f"{name}-1", "reason": ""}),
        make_line(4, FIRST, "t", "add", {"id": "more", "supersedes": name, "nested": {"id": name}}),
        make_line(5, FIRST, "t", "release", {"id": name, "reason": "last"}),
    ]
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"\n".join(told) + b"\n" + told[0][:-3])

    assert [entry["seq"] for entry in entries_of(path, name)] == [1, 5]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":1', b'"seq": 1'),
        (b'"seq":1', b'"seq":1.0'),
        (b'"seq":1', b'"seq":true'),
        (b'"seq":1', b'"seq":0'),
        (b'{"schema', b'{"more":1,"schema'),
        (b"null", b"{}"),
        (b"archive-head/1", b"archive-head/2"),
        (b"\n", b""),
        (b"\n", b"\n\n"),
    ],
)
def test_a_head_in_any_other_form_is_refused(old: bytes, new: bytes) -> None:
    """One way to write it, so that no byte is free."""
    whole = sign_head(1, "a" * 64, None).to_bytes()
    assert parse_head(whole).seq == 1
    assert old in whole

    with pytest.raises(ValueError, match=r"^(it|its|seq|Expecting|.utf-8. codec)\b"):
        parse_head(whole.replace(old, new, 1))


def test_nonsense_is_no_canonical_json() -> None:
    """And says so, whatever it is."""
    for content in (b"", b"[]", b"\xff", b"[" * 100_000, b'{"a":1,"a":1}', b'{"a":NaN}', b'{"b":1,"a":1}'):
        with pytest.raises(ValueError, match=r"^(it|its|seq|Expecting|.utf-8. codec)\b"):
            read_canonical(content)
