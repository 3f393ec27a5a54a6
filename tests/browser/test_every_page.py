"""Every page in every state: accessible in light and dark, as wide as a phone, its links good, nothing asked elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from pages_of_the_app import every_page

from browser_helpers import PHONE, Browsing, Served

pytestmark = pytest.mark.slow

AXE = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
SIDEWAYS = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > wide + 1)
    .map((one) => one.outerHTML.slice(0, 120)).slice(0, 3);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_any_page(
    serve: Callable[..., Served], people: Callable[[Served], Browsing], tmp_path: Path, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found: list[str] = []

    for name, page in every_page(serve, people, tmp_path, color_scheme=scheme, bypass_csp=True):
        result = axe.Axe().run(page, options=AXE).response
        found += [f"{name}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in result["violations"]]

    assert found == []


def test_on_a_phone_no_page_scrolls_sideways_and_everything_can_be_hit(
    serve: Callable[..., Served], people: Callable[[Served], Browsing], tmp_path: Path
) -> None:
    """Under the app's own policy, too: whatever it forbids would be said on the console, which `people` reads."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    found: list[str] = []
    only = {"runOnly": {"type": "rule", "values": ["target-size"]}}

    for name, page in every_page(serve, people, tmp_path, viewport=PHONE, has_touch=True):
        found += [f"{name}: too wide: {part}" for part in page.evaluate(SIDEWAYS)]
        result = axe.Axe().run(page, options=only).response
        found += [f"{name}: small: {node['html'][:160]}" for one in result["violations"] for node in one["nodes"]]

    assert found == []


def test_every_link_of_every_page_leads_somewhere(served: Served, desk: Browsing) -> None:
    page = desk.owner()
    ids: dict[str, set[str]] = {}
    wanted: dict[str, str] = {f"{served.url}/": "the start"}
    anchors: list[tuple[str, str, str]] = []
    wrong: list[str] = []

    while open_ := [address for address in wanted if address not in ids]:
        address = open_[0]
        answer = _got(page, address)
        ids[address] = set()
        if answer.status != 200:
            wrong.append(f"{answer.status} at {address}, from {wanted[address]}")
        if "html" not in answer.headers.get("content-type", ""):
            continue
        text = answer.text()
        ids[address] = set(re.findall(r'\bid="([^"]+)"', text))
        if address.endswith("/report"):
            continue  # a document by itself, with tests of its own
        for link in re.findall(r'(?:href|src|action)="([^"]*)"', re.sub(r"<form[^>]*>", "", text)):
            target, anchor = urldefrag(urljoin(answer.url, unescape(link)))
            if target.startswith(f"{served.url}/"):
                wanted.setdefault(target, address)
                anchors += [(target, anchor, address)] if anchor else []

    wrong += [f"no #{name} at {target}, from {source}" for target, name, source in anchors if name not in ids[target]]
    assert wrong == []
    assert len(ids) > 20


def _got(page: Any, address: str) -> Any:
    """Fetch a page; where the server asks to wait, wait that long."""
    while (answer := page.request.get(address)).status == 429:
        page.wait_for_timeout(1000 * int(answer.headers["retry-after"]))
    return answer
