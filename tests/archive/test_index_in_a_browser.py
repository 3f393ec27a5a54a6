"""The archive's page in a real browser: axe-core, no request, search under its own policy, a phone, and without a script."""

from __future__ import annotations

from typing import Any

import pytest
import small_archive as small

from ethicscheck.archive.indexing import write_index
from ethicscheck.archive.layout import Layout

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of 240 audits of three systems over four years."""
    root = small.write_archive(tmp_path_factory.mktemp("page") / "a")
    log = small.Log()
    log.add("init", files={})
    verdicts = ("pass", "fail", "inconclusive")
    for number in range(240):
        day = f"{2022 + number // 60}-{number % 12 + 1:02}-{number % 28 + 1:02}"
        log.add(
            "add",
            id=f"{day}-x-{number:08x}",
            bag="0" * 64,
            attestation=None,
            record="0" * 64,
            subject=("Loan approval", "Screening of job applications with a very long name indeed", "Überprüfung")[
                number % 3
            ],
            version=f"{number}.0",
            verdict=verdicts[number % 3],
            created=f"{day}T12:00:00Z",
            supersedes=None,
            retain_until="2040-01-01",
            trend=[
                {
                    "rule": f"rule-{part}",
                    "verdict": verdicts[(number + part) % 3],
                    "value": part / 10 + number / 500,
                    "low": 0.0,
                    "high": 0.9,
                }
                for part in range(3)
            ],
            plan=None,
        )
    (root / "log.jsonl").write_bytes(log.content)
    (root / "head.json").write_bytes(small.head(log, None))
    return write_index(Layout(root)).as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_and_nothing_is_requested(browser: Any, address: str, scheme: str) -> None:
    """With everything unfolded."""
    page = browser.new_context(color_scheme=scheme, bypass_csp=True).new_page()  # axe itself is a script
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url != address else None)
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")

    found = axe.Axe().run(page)

    assert [(part["id"], part["help"]) for part in found.response["violations"]] == []
    assert asked == []


def test_the_search_works_under_the_page_s_own_policy(browser: Any, address: str) -> None:
    """By words, verdict and day; what fits is unfolded, and a sentence says how many."""
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    rows = page.locator("details.year tbody tr:visible")

    page.locator("#q").fill("LOAN approval")
    page.get_by_text("80 of 240 audits", exact=True).wait_for()
    page.locator("#a").fill("2023-01-01")
    page.locator("#z").fill("2023-12-31")
    page.get_by_text("20 of 240 audits", exact=True).wait_for()

    assert rows.count() == 20
    page.locator("#v").select_option("failed")
    page.get_by_text("0 of 240 audits", exact=True).wait_for()
    assert rows.count() == 0
    page.locator("#q").fill("")
    page.get_by_text("20 of 240 audits", exact=True).wait_for()
    assert rows.count() == 20
    assert said == []


def test_it_is_read_without_a_script(browser: Any, address: str) -> None:
    """Years and systems unfold, no box is shown that would do nothing, every audit is in the page."""
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(address)

    assert page.locator("#q").is_hidden()
    page.locator("details.year > summary").nth(1).click()
    assert page.locator("details.year tbody tr:visible").count() == 120
    page.locator("details.system > summary").first.click()
    assert page.locator("figure:visible").count() == 3


def test_nothing_is_wider_than_a_small_phone(browser: Any, address: str) -> None:
    """320 px, which is also 400 % zoom."""
    page = browser.new_page(viewport={"width": 320, "height": 640})
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
