"""The HTML form in a real browser: filled in, left, found again, downloaded, imported. Left out where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import EVERY_KIND, begin, standing

from ethicscheck.cli import run

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")]


@pytest.fixture
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def test_filled_in_left_found_again_downloaded_and_imported(tmp_path: Path, browser: Any) -> None:
    """The whole road of a person without a terminal; nothing is fetched, nothing is said on the console."""
    opened = begin(tmp_path, EVERY_KIND)
    journal, form, download = opened.journal.path, tmp_path / "f.html", tmp_path / "d.json"
    assert run(["checklist", "export", str(journal), "-o", str(form)]) == 0
    page = browser.new_context(accept_downloads=True).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(form.as_uri())

    def field(name: str) -> Any:
        return page.locator(f'[data-item="{name}"]')

    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Your role").fill("product")
    assert field("a.text").is_hidden()
    field("a.choice").get_by_label("Yes").check()
    field("a.text").locator(".value").fill('=1+1\n"two" <b>')
    field("a.multi").get_by_label("Second, or third").check()
    field("a.number").locator(".value").fill("0,5")
    assert "write decimals with a point" in field("a.number").locator(".missing").inner_text()
    field("a.number").locator(".value").fill("0.5")
    field("a.table").get_by_label("Who").fill("Zoë")
    field("a.table").get_by_label("Seen?").select_option("obs")
    page.reload()
    assert field("a.text").locator(".value").input_value() == '=1+1\n"two" <b>'
    with page.expect_download() as started:
        page.get_by_text("Download my answers").click()
    started.value.save_as(download)

    assert run(["checklist", "import", str(journal), str(download), "--as", "Ben", "--role", "engineer"]) == 0
    given = {item.item.id: (item.value, item.answers[0].by) for item in standing(opened).items if item.answers}
    assert given == {
        "a.choice": ("yes", "Ana"),
        "a.multi": (("two",), "Ana"),
        "a.text": ('=1+1\n"two" <b>', "Ana"),
        "a.number": (0.5, "Ana"),
        "a.table": (({"who": "Zoë", "seen": "obs"},), "Ana"),
    }
    assert said == []
