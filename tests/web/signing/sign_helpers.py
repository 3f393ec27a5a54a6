"""A small checklist of one's own with people of every kind in it, and what they do there."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from starlette.testclient import TestClient

from ethicscheck.checklist.opening import OpenJournal, open_journal, start_journal
from ethicscheck.checklist.reading import read_checklist
from web_helpers import Served, csrf_of, serve

CHECKLIST = """\
schema: ethicscheck/checklist/1
id: small
version: 1.0.0
title: A small checklist
summary: Two questions that matter.
sections:
  - id: people
    title: People
    roles: {answer: [product, engineer], resolve: [ethics_reviewer], sign: [ethics_reviewer]}
    items:
      - {id: p.told, text: Are people told?, type: choice, options: {"yes": "Yes", "no": "No"}, na: {reason_min_chars: 10}}
      - {id: p.how, text: How are they told?, type: text, when: {item: p.told, in: ["yes"]}}
      - {id: p.who, text: Who can object?, type: text}
"""


class Small:
    """The checklist, served, and people who are in it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "small.yaml").write_text(CHECKLIST)
        self.path = folder / "small.answers.jsonl"
        start_journal(read_checklist(folder / "small.yaml", "small.yaml"), self.path, at="2026-01-02T03:04:05Z")
        self.served: Served = serve(folder, team=True)
        self.key = self.served.site.shelf.checklists()[0].key
        self.base = f"/checklists/{self.key}"
        self.owner = self.served.owner("Olga Owner", "product")

    def person(self, name: str, role: str, access: str) -> TestClient:
        """Invite somebody and let them in."""
        page = self.owner.get("/people").text
        sent = self.owner.post(
            "/people/invite", data={"csrf": csrf_of(page), "name": name, "role": role, "access": access, "days": "7"}
        )
        links = re.findall(r'value="[^"]*(/invite/[^"]+)"', sent.text)
        client = self.served.browser()
        for link in links:
            seen = client.get(link)
            if escape(name) in seen.text and 'method="post"' in seen.text:
                came = client.post(link, data={"csrf": csrf_of(seen.text)})
                assert came.status_code == 200, came.text
                return client
        raise AssertionError(sent.text)

    def opened(self) -> OpenJournal:
        """Return the journal as it is on the disk."""
        return open_journal(self.path)

    def kinds(self) -> list[str]:
        """Return what kinds of lines the journal holds."""
        return [type(entry).__name__ for entry in self.opened().contents.entries]

    def answer(self, who: TestClient, item: str, value: str, **more: str) -> None:
        """Answer a question over its form, as it is now."""
        page = who.get(f"{self.base}/sections/people").text
        part = page.partition(f'data-item="{item}"')[2]
        base = re.search(r'name="base" value="([0-9.a-f]+)"', part)
        assert base is not None, part[:500]
        data = {"csrf": csrf_of(page), "base": base[1], "value": value, **more}
        sent = who.post(f"{self.base}/items/{item}", data=data)
        assert sent.status_code == 200, sent.text

    def complete(self, who: TestClient | None = None) -> None:
        """Answer all that is asked."""
        who = who or self.owner
        self.answer(who, "p.told", "no")
        self.answer(who, "p.who", "Anybody")

    def form(self, who: TestClient, page: str = "read") -> dict[str, str]:
        """Return the hidden fields that the page's forms carry."""
        text = who.get(f"{self.base}/{page}").text.partition("<main")[2]
        found = dict(re.findall(r'<input type="hidden" name="(shown|last|seen|base)" value="([^"]*)"', text))
        return {"csrf": csrf_of(who.get("/").text), **found}

    def sign(self, who: TestClient, form: dict[str, str] | None = None):
        """Sign what the page shows."""
        return who.post(f"{self.base}/sign", data={**(form or self.form(who)), "read": "1"})


__all__ = ["Small"]
