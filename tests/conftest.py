"""Puts this folder on the path, so that every test can import `helpers`; the switch that renews golden files; the one browser."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real browser for the tests of a module.

    For no longer than that: while playwright runs, its loop is the thread's running one, so that no other test could start a
    loop of its own, nor a second playwright.
    """
    from browser_helpers import FLAGS, PATIENCE, find_chromium

    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = find_chromium()
    if program is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    sync_api.expect.set_options(timeout=PATIENCE)
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(FLAGS), timeout=2 * PATIENCE)
        yield started
        started.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --update-golden."""
    parser.addoption("--update-golden", action="store_true", help="write the golden documents anew, then read the diff")
