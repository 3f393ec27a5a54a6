"""An app over a folder of one's own, and people who are in it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient

from ethicscheck.api import audit
from ethicscheck.checklist.opening import start_journal
from ethicscheck.checklist.shipped import load
from ethicscheck.web.app import create_app
from ethicscheck.web.settings import Settings
from ethicscheck.web.site import Site

EXAMPLES = Path(__file__).parents[1] / "examples"
HOST = "http://127.0.0.1:8000"


@dataclass
class Served:
    """A folder that is served, without a network."""

    folder: Path
    site: Site
    app: object

    def browser(self) -> TestClient:
        """Return somebody who has not come in."""
        return TestClient(self.app, base_url=HOST, headers={"Sec-Fetch-Site": "same-origin"})

    def owner(self, name: str = "Ana Ruiz", role: str = "product") -> TestClient:
        """Return whoever opened the printed link and said who they are."""
        client = self.browser()
        client.get(f"/?token={self.site.store.new_token()}")
        sent = client.post("/who", data={"csrf": csrf_of(client.get("/who").text), "name": name, "role": role})
        assert sent.status_code == 200, sent.text
        return client


def serve(folder: Path, **settings: object) -> Served:
    """Return the app over a folder."""
    app = create_app(Settings(folder=folder, **settings))
    return Served(folder, app.state.site, app)


def csrf_of(page: str) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None, "the page has no form"
    return found[1]


def compas(folder: Path, *, audited: bool = True) -> Path:
    """Copy the example into a folder of its own, with an audit of it."""
    made = folder / "compas"
    shutil.copytree(EXAMPLES / "compas", made)
    if audited:
        audit(str(made / "ethicscheck.yaml")).save(made / "ethicscheck-out", formats=["json"])
    return made


def journal_in(folder: Path, use: str = "transparency", name: str | None = None) -> Path:
    """Begin a journal in a folder."""
    path = folder / (name or f"{use}.answers.jsonl")
    start_journal(load(use, folder), path, at="2026-01-02T03:04:05Z")
    return path


__all__ = ["EXAMPLES", "HOST", "Served", "compas", "csrf_of", "journal_in", "serve"]
