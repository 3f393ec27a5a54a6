"""The report in a real browser: axe-core, its own policy, zoom, a phone, styles off, print. Left out where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ethicscheck import audit
from ethicscheck.report import render

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("berkeley", "compas", "hiring", "lending", "promotion")
UNFOLD = "document.querySelectorAll('details').forEach(part => part.open = true)"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name in NAMES:
        (folder / f"{name}.html").write_bytes(render(audit(EXAMPLES / name / "ethicscheck.yaml").record))
    return {name: folder / f"{name}.html" for name in NAMES}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_violation(browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str) -> None:
    """With everything unfolded, on a desktop and on a phone."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,  # axe itself is a script
    )
    page = context.new_page()
    page.set_default_timeout(0)
    page.goto(pages[name].as_uri())
    page.evaluate(UNFOLD)

    found = axe.Axe().run(page)
    context.close()

    assert [(part["id"], part["nodes"][0]["html"]) for part in found.response["violations"]] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_page_asks_for_nothing_and_its_policy_blocks_nothing_of_its_own(
    browser: Any, pages: dict[str, Path], name: str
) -> None:
    """A blocked style would be said on the console."""
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(pages[name].as_uri())
    page.evaluate(UNFOLD)

    assert asked == [pages[name].as_uri()]
    assert said == []
    page.close()


@pytest.mark.parametrize("width", [640, 390, 320])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_makes_the_page_scroll_sideways(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    """At 200 % zoom of a desktop and on phones; wide tables scroll by themselves."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(pages[name].as_uri())
    folded = page.evaluate(TOO_WIDE)
    page.evaluate(UNFOLD)

    assert (folded, page.evaluate(TOO_WIDE)) == (0, 0)
    page.close()


def test_without_styles_it_is_still_read_in_order(browser: Any, pages: dict[str, Path]) -> None:
    """No drawing falls back to a height of its own, no word is only in a style, and headings follow the outline."""
    page = browser.new_page(viewport={"width": 800, "height": 900})
    page.goto(pages["compas"].as_uri())
    page.evaluate("document.querySelector('style').remove()")
    heights = page.evaluate(
        "[...document.querySelectorAll('body svg[aria-hidden]')].map(one => one.getBoundingClientRect().height)"
    )
    outline = page.evaluate("[...document.querySelectorAll('main section > h2')].map(one => one.textContent)")

    assert max(heights) <= 20
    wanted = ["In plain words", "Scope", "Data", "Findings", "All measures", "Thresholds", "Questions and answers",
              "Unintended consequences", "Waivers", "Since the last audit", "Method and limits",
              "How this report was made (provenance)", "Sign-off", "How to verify", "Glossary"]  # fmt: skip
    assert [title for title in outline if title in wanted] == wanted
    page.close()


@pytest.mark.parametrize("name", ["compas", "hiring", "lending"])
def test_print_shows_what_is_folded_and_fits_the_sheet(browser: Any, pages: dict[str, Path], name: str) -> None:
    """Nobody can unfold a sheet of paper."""
    page = browser.new_page(viewport={"width": 718, "height": 1000})  # A4 less its margins
    page.emulate_media(media="print")
    page.goto(pages[name].as_uri())
    hidden = page.evaluate(
        "[...document.querySelectorAll('details tbody')].filter(one => !one.checkVisibility({contentVisibilityAuto: true})).length"
    )
    beyond = page.evaluate(
        "[...document.querySelectorAll('table')].filter(one => one.getBoundingClientRect().right > 719).length"
    )
    ink = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert page.evaluate("document.querySelectorAll('details tbody').length") > 5
    assert hidden == 0
    assert beyond == 0
    assert ink == "rgb(255, 255, 255)"
    page.close()
