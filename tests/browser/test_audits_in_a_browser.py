"""An audit started, followed and opened; two compared; in a real browser, with and without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from browser_helpers import Browsing, Served, settled
from helpers import TWELVE, write_config

pytestmark = pytest.mark.slow

WAITING = """
import pathlib, time
import numpy
def wait(y_true, y_pred, sample_weight=None):
    while not pathlib.Path("go on").exists():
        time.sleep(0.02)
    return float(numpy.average(y_pred, weights=sample_weight))
"""


def started(served: Served, page: Any) -> str:
    """Start the audit of the only config and return its page's address."""
    page.goto(f"{served.url}/audits")
    page.get_by_role("button", name="Audit now").click()
    page.wait_for_url("**/runs/*")
    return str(page.url)


@pytest.fixture
def waiting(serve: Callable[..., Served], tmp_path: Path) -> Served:
    """A server over a folder whose audit waits until there is a file `go on`."""
    folder = tmp_path / "waiting"
    folder.mkdir()
    folder.joinpath("data.csv").write_text(TWELVE, encoding="utf-8")
    folder.joinpath("own.py").write_text(WAITING, encoding="utf-8")
    path = write_config(folder, metrics=["wait"])
    value = json.loads(path.read_text(encoding="utf-8"))
    value["custom"] = {"wait": {"function": "own.py:wait", "lowest": 0, "highest": 1}}
    path.write_text(json.dumps(value), encoding="utf-8")
    return serve(folder=folder)


def test_the_page_of_an_audit_keeps_up_with_it(waiting: Served, people: Callable[[Served], Browsing]) -> None:
    page = people(waiting).owner()
    started(waiting, page)

    page.get_by_text("Working out the numbers").first.wait_for()
    assert page.get_by_role("link", name="See how far it is now").count() == 0
    (waiting.folder / "go on").touch()
    page.get_by_role("link", name="Open the audit").click()

    assert "started here by Ana Ruiz" in page.locator("main").inner_text()
    assert page.get_by_role("button", name="Stop the audit").count() == 0


def test_an_audit_can_be_followed_and_stopped_without_scripts(
    waiting: Served, people: Callable[[Served], Browsing]
) -> None:
    page = people(waiting).owner(java_script_enabled=False)
    started(waiting, page)

    page.get_by_role("link", name="See how far it is now").click()
    page.get_by_role("button", name="Stop the audit").click()
    said = settled(
        lambda: (page.reload(), page.locator("[data-run=words]").inner_text())[1], lambda text: "Stopped" in text, page
    )

    assert said == "Stopped by Ana Ruiz. Nothing was written."
    assert not (waiting.folder / "ethicscheck-out").exists()


def test_a_report_opens_in_a_page_of_its_own_and_back_leads_back(served: Served, desk: Browsing) -> None:
    page = desk.owner()
    page.goto(f"{served.url}/audits")
    page.get_by_role("heading", level=3).get_by_role("link").first.click()
    page.get_by_role("heading", name="Download").wait_for()
    audit = page.url

    page.get_by_role("link", name="Open the report").click()
    page.locator("#findings").first.wait_for()
    assert page.evaluate("window.origin") == "null"  # a sandbox: no script of it could see the session
    page.go_back()
    assert page.url == audit


def test_documents_are_saved_and_two_audits_compared(served: Served, desk: Browsing) -> None:
    page = desk.owner()
    started(served, page)
    page.get_by_role("link", name="Open the audit").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="The record itself").click()
    page.get_by_role("link", name="Compare with another audit").click()
    page.get_by_role("button", name="Compare").click()

    assert saved.value.suggested_filename.endswith("_audit.json")
    assert page.get_by_role("heading", name="The earlier audit").is_visible()
    assert page.get_by_role("heading", name="The later audit").is_visible()
    assert page.get_by_text("Nothing got worse past a rule").is_visible()
