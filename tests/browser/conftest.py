"""Real browsers over real servers. Where there is no Chromium or no playwright these tests are left out and say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from browser_helpers import Browsing, Served
from web_helpers import compas


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with an audit; copied for each test, never served itself."""
    return compas(tmp_path_factory.mktemp("project"))


@pytest.fixture
def serve(browser: Any, project: Path, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start a server over a folder, by default over a copy of the example; `browser` first, for it may be missing."""
    started: list[Served] = []

    def start(*words: str, folder: Path | None = None) -> Served:
        if folder is None:
            folder = tmp_path / "compas"
            shutil.copytree(project, folder)
        started.append(Served(folder, tmp_path / f"log-{len(started)}", *words))
        return started[-1]

    yield start
    said = ""
    for served in started:
        served.stop()
        said += served.said()
    assert "Traceback" not in said


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    """A server over a copy of the example."""
    return serve()


@pytest.fixture
def people(browser: Any) -> Iterator[Callable[[Served], Browsing]]:
    """Give people browsers at a server; at the end nothing may have gone wrong in any page they saw."""
    known: list[Browsing] = []

    def at(served: Served) -> Browsing:
        known.append(Browsing(browser, served))
        return known[-1]

    yield at
    for one in known:
        one.close()
    assert [fault for one in known for fault in one.faults] == []


@pytest.fixture
def desk(people: Callable[[Served], Browsing], served: Served) -> Browsing:
    """People at the server over the example."""
    return people(served)
