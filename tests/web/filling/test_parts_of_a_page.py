"""What the page's script is answered: the question anew, those that are asked now or no longer, and the progress."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from web_helpers import Served, csrf_of, journal_in, serve

CHECKLIST = """
schema: ethicscheck/checklist/1
id: small
version: "1"
title: Small
sections:
  - id: one
    title: One
    items:
      - {id: one.a, type: choice, options: {"yes": "Yes", "no": "No"}, text: Is it?, help: Why.}
      - {id: one.b, type: text, text: How?, help: Why., when: {item: one.a, in: ["yes"]}}
      - {id: one.c, type: text, text: What?, help: Why., evidence: {min: 1}}
  - id: two
    title: Two
    items:
      - {id: two.a, type: text, text: Then?, help: Why., when: {item: one.a, in: ["yes"]}}
      - {id: two.b, type: text, text: Else?, help: Why.}
"""
PARTS = re.compile(r'<template data-for="([^"]+)">')


@pytest.fixture
def served(tmp_path: Path) -> Served:
    (tmp_path / "small.yaml").write_text(CHECKLIST)
    journal_in(tmp_path, "small.yaml", "small.answers.jsonl")
    return serve(tmp_path)


@pytest.fixture
def client(served: Served) -> TestClient:
    return served.owner()


@pytest.fixture
def address(served: Served) -> str:
    return f"/checklists/{served.site.shelf.checklists()[0].key}"


def send(client: TestClient, address: str, item: str, **fields: str):
    page = client.get(f"{address}/sections/one").text
    sent = {"csrf": csrf_of(page), "base": "0", "shown": "q1 q3", **fields}
    return client.post(f"{address}/items/{item}", data=sent, headers={"HX-Request": "true"})


def test_a_save_answers_with_the_question_and_those_that_opened(client: TestClient, address: str) -> None:
    answer = send(client, address, "one.a", value="yes")

    assert answer.status_code == 200
    assert PARTS.findall(answer.text) == ["q1", "q2", "progress"]
    assert 'data-saved="saved"' in answer.text
    assert "Two&#34;, &#34;/checklists" in answer.text.replace("&#34;,&#34;", "&#34;, &#34;")


def test_a_question_that_is_no_longer_asked_is_sent_too(client: TestClient, address: str) -> None:
    send(client, address, "one.a", value="yes")

    answer = send(client, address, "one.a", value="no", base="99", shown="q1 q2 q3")

    assert PARTS.findall(answer.text) == ["q1", "q2", "progress"]
    assert re.search(r'<section class="question hidden" id="q2" hidden', answer.text)


def test_how_many_questions_each_section_asks_stands_with_the_progress(client: TestClient, address: str) -> None:
    def asked() -> list[str]:
        found = re.search(r'data-asked="([^"]*)"', client.get(f"{address}/sections/one").text)
        assert found is not None
        return re.findall(r"(\d+)\]", found[1])

    before = asked()
    send(client, address, "one.a", value="yes")

    assert (before, asked()) == (["2", "1"], ["3", "2"])


def test_what_is_refused_says_so_and_holds_what_was_typed(client: TestClient, address: str) -> None:
    answer = send(client, address, "one.c", value="Typed <here>")

    assert answer.status_code == 422
    assert 'data-saved="refused"' in answer.text
    assert "Typed &lt;here&gt;</textarea>" in answer.text
    assert "needs 1 piece of evidence" in answer.text


def test_an_own_answer_of_another_window_stands_beside_what_was_typed(client: TestClient, address: str) -> None:
    send(client, address, "one.c", value="There", link="https://example.org/a")

    answer = send(client, address, "one.c", value="Here", link="https://example.org/a")

    assert answer.status_code == 409
    assert 'data-saved="conflict"' in answer.text
    assert "<p>There</p>" in answer.text
    assert "Here</textarea>" in answer.text
    assert "Keep the other answer" in answer.text


def test_a_question_has_an_address_of_its_own(client: TestClient, address: str) -> None:
    whole = client.get(f"{address}/items/one.c", follow_redirects=False)
    part = client.get(f"{address}/items/one.c?shown=q1+q2+q3", headers={"HX-Request": "true"})
    unknown = client.get(f"{address}/items/one.z")

    assert whole.headers["location"] == f"{address}/sections/one#q3"
    assert PARTS.findall(part.text) == ["q2", "q3", "progress"]
    assert unknown.status_code == 404


def test_which_answers_need_evidence_stands_in_the_form(client: TestClient, address: str) -> None:
    page = client.get(f"{address}/sections/one").text

    assert page.count('data-needing="[]" data-pieces="0"') == 1
    assert page.count('data-needing="[&#34;*&#34;]" data-pieces="1"') == 1


def test_kept_evidence_shows_its_size_and_first_digits(client: TestClient, served: Served, address: str) -> None:
    page = client.get(f"{address}/sections/one").text
    sent = {"csrf": csrf_of(page), "base": "0", "value": "So."}
    files = {"file": ("Löhne <2026>.csv", b"x" * 1536)}

    answer = client.post(f"{address}/items/one.c", data=sent, files=files, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "1.5 kB · SHA-256 " in answer.text
    assert "<2026>" not in answer.text


def test_a_place_is_only_taken_from_a_page_of_this_session(client: TestClient, served: Served, address: str) -> None:
    token = csrf_of(client.get(f"{address}/sections/one").text)

    refused = client.post(f"{address}/here", data={"tab": "1", "at": "q1"})
    odd = client.post(f"{address}/here", data={"csrf": token, "tab": "1", "at": "<q1>"})
    taken = client.post(f"{address}/here", data={"csrf": token, "tab": "1", "at": "q1"})

    assert (refused.status_code, odd.status_code, taken.status_code) == (403, 400, 204)
    assert served.site.watch.presence.people(address.split("/")[-1]) == ()


def test_a_stream_is_only_opened_for_a_page_that_says_what_it_shows(client: TestClient, address: str) -> None:
    for query in ("", "?tab=1", "?tab=1&since=x", "?tab=<&since=1", "?tab=&since=1"):
        assert client.get(f"{address}/events{query}").status_code == 400
