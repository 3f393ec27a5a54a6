"""The one-page documents in a real browser: no violation of axe-core, no request, one side of paper, a phone's width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from export_helpers import AUDITS, example

from ethicscheck.exports import FORMATS, render_document

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = pytest.mark.slow


def write(folder: Path, name: str, content: bytes) -> str:
    path = folder / FORMATS[name].file_name
    path.write_bytes(content)
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "document"), [("compas", "summary"), ("hiring", "summary"), ("hiring", "ll144")])
def test_axe_finds_no_violation_and_nothing_is_requested(
    name: str, document: str, scheme: str, tmp_path: Path, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In light and in dark."""
    address = write(tmp_path, document, render_document(example(name, monkeypatch), document))
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # axe itself is a script
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url != address else None)
    page.goto(address)

    found = axe.Axe().run(page)

    assert [(part["id"], part["help"]) for part in found.response["violations"]] == []
    assert asked == []


@pytest.mark.parametrize("name", ["berkeley", "compas", "hiring", "lending", "promotion"])
def test_the_summary_of_every_example_is_one_side_of_paper(
    name: str, tmp_path: Path, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is handed out at a counter is one sheet."""
    page = browser.new_page()
    page.goto(write(tmp_path, "summary", render_document(example(name, monkeypatch), "summary")))
    printed = page.pdf(prefer_css_page_size=True)

    assert printed.count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("kind", AUDITS)
def test_nothing_is_wider_than_a_small_phone(kind: str, tmp_path: Path, browser: Any) -> None:
    """320 px, which is also 400 % zoom: the page itself never scrolls sideways."""
    page = browser.new_page(viewport={"width": 320, "height": 640})
    page.goto(write(tmp_path, "summary", render_document(AUDITS[kind](tmp_path), "summary")))

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
