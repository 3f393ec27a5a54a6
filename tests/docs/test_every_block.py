"""Every code block of every page is run, or read by what reads such files; what can't be run here says why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from page_blocks import PARSED, ROOT, RUN, SHOWN, pages, read_page
from page_trying import Trial, check_output

NAMES = [str(path.relative_to(ROOT)) for path in pages()]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_blocks_of_a_page_do_what_it_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In order, in one folder, as a reader would who types them all."""
    page = read_page(ROOT / name)
    tried = [block for block in page.blocks if block.can_be_tried]
    if not any(block.language in RUN | PARSED for block in tried):
        return
    folder, home = tmp_path / "page", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.syspath_prepend(str(folder))
    before = os.environ.copy()
    trial = Trial(page, folder, home)
    try:
        for block in tried:
            trial.attempt(block)
            trial.printed += capsys.readouterr().out if block.language == "python" else ""
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.mark.parametrize("name", NAMES)
def test_a_block_that_is_not_run_says_what_it_is(name: str) -> None:
    """A language we know, or a reason: nothing slips by as decoration."""
    for block in read_page(ROOT / name).blocks:
        assert block.language in RUN | PARSED | SHOWN | {""}, f"{block.where}: {block.language}"
        assert not block.hides_a_command, f"{block.where}: commands belong into ```sh, so that they are tried"
        if block.reason is not None:
            assert len(block.reason.split()) >= 3, f"{block.where}: why is it not run?"
            assert block.language in RUN | PARSED, f"{block.where}: it would not be run anyway"


def test_most_blocks_are_run(record_property: pytest.RecordProperty) -> None:
    """Reasons are for what needs the world outside, not for what is inconvenient."""
    blocks = [block for path in pages() for block in read_page(path).blocks if block.language in RUN]
    left = [block for block in blocks if block.reason is not None]
    for block in left:
        record_property(block.where, block.reason)
        print(f"{block.where}: not run: {block.reason}")

    assert len(left) <= len(blocks) / 3, f"{len(left)} of {len(blocks)} blocks are not run"


def test_output_that_was_not_printed_is_noticed(tmp_path: Path) -> None:
    """The reader of outputs can fail: a line that is false, and lines in another order."""
    path = ROOT / "docs/cli.md"
    block = read_page(path).blocks[0]

    check_output(block, "one\ntwo 2.5 s\n", "one\ntwo … s")
    for false in ("three", "two … s\none"):
        with pytest.raises(AssertionError, match="not printed"):
            check_output(block, "one\ntwo 2.5 s\n", false)
