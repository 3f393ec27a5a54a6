"""The HTML form: one page, nothing from outside, nothing runs but its own script, every field has a name."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from checklist_helpers import EVERY_KIND, answer, begin, items, question

from ethicscheck.checklist.forms import FORMATS, html_form, make_form
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.shipped import load, shipped_ids
from ethicscheck.errors import JournalError

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} \u2028 \"'&amp;"


class Page(HTMLParser):
    """Gathers elements, labels and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.wrapped: list[dict[str, str | None]] = []
        self._in_label = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_label = self._in_label or tag == "label"
        if self._in_label and tag != "label":
            self.wrapped.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._in_label = self._in_label and tag != "label"

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.elements if tag in tags]


def page(opened: OpenJournal) -> str:
    checklist = opened.loaded.checklist
    return html_form.write(make_form(checklist, "0" * 64, opened.again().contents.entries), checklist)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    """In titles, questions, names, answers and comments; the page still has its own three scripts and no more."""
    text = items(
        f"id: q, type: text, text: {json.dumps(HOSTILE)}, help: {json.dumps(HOSTILE)}",
        question("r", "na: {reason_min_chars: 3}"),
    ).replace("title: A small checklist", f"title: {json.dumps(HOSTILE)}")
    opened = begin(tmp_path, text)
    answer(opened, "q", HOSTILE, by=HOSTILE, comment=HOSTILE)
    answer(opened, "r", None, na_reason=HOSTILE)

    shown = page(opened)

    assert len(Page(shown).all("script")) == 3
    assert Page(shown).all("img") == []
    assert "49" not in re.findall(r"<h1[^>]*>(.*?)</h1>", shown)[0]
    assert (
        html_form.read(shown, "f").rows == make_form(opened.loaded.checklist, "", opened.again().contents.entries).rows
    )


def test_the_policy_names_the_pages_own_script_and_style_and_nothing_else(tmp_path: Path) -> None:
    """So that nothing else could run, whatever came into the page."""
    shown = page(begin(tmp_path))
    policy = next(attrs["content"] or "" for attrs in Page(shown).all("meta") if attrs.get("http-equiv"))

    script = re.findall(r"<script>(.*?)</script>", shown, re.DOTALL)[0]
    style = re.findall(r"<style>(.*?)</style>", shown, re.DOTALL)[0]
    for kind, text in (("script", script), ("style", style)):
        assert f"{kind}-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for word in ("innerHTML", "eval(", "fetch(", "XMLHttpRequest", "import("):
        assert word not in script


@pytest.mark.parametrize("name", shipped_ids())
def test_every_shipped_checklist_renders_whole_and_names_every_field(name: str, tmp_path: Path) -> None:
    """A screen reader says a name for each field; no address is fetched; every question and its help are there."""
    loaded = load(name, Path())

    shown = html_form.write(make_form(loaded.checklist, loaded.sha256, ()), loaded.checklist)

    found = Page(shown)
    named = {attrs["for"] for attrs in found.all("label") if "for" in attrs}
    fields = found.all("input", "textarea", "select")
    assert [attrs for attrs in fields if attrs.get("id") not in named and attrs not in found.wrapped] == []
    ids = [attrs["id"] for _, attrs in found.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert [
        attrs
        for _, attrs in found.elements
        if {"src", "href", "action"} & set(attrs) and not (attrs.get("href") or "").startswith("#")
    ] == []
    fieldsets = [attrs["data-item"] for attrs in found.all("fieldset")]
    assert fieldsets == [item.id for _, item in loaded.checklist.items()]


def test_what_the_page_downloads_is_read(tmp_path: Path) -> None:
    """Rows without digests, with the answers of every type as the browser writes them."""
    content = {
        "schema": "ethicscheck/answers/1", "checklist": "small", "version": "1.10", "sha256": "0",
        "answers": [{"item": "a.table", "by": "Ana", "role": "product", "at": "2026-03-01T12:00:00Z", "question_sha256": "x",
                     "answer": [{"who": "Zoë", "seen": "obs"}], "evidence": ["https://example.org/x"]}],
    }  # fmt: skip

    (row,) = FORMATS["json"].read(json.dumps(content), "d.json").rows

    assert row.answer == ({"who": "Zoë", "seen": "obs"},)
    assert row.evidence[0].url == "https://example.org/x"


@pytest.mark.parametrize(
    "text", ["", "<p>hello", '<script id="answers">{}</script>', '<script id="answers">[[', EVERY_KIND]
)
def test_a_page_that_is_none_is_refused_in_words(text: str) -> None:
    """Never a traceback."""
    with pytest.raises(JournalError):
        html_form.read(text, "f.html")
