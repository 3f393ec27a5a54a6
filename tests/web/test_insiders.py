"""What somebody who was invited tries: evidence that poses as a journal, forms in odd encodings, streams without end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from test_attacks import answer_to, invited, journal_of

from web_helpers import Served, csrf_of, journal_in, serve


@pytest.fixture
def served(tmp_path: Path) -> Served:
    journal_in(tmp_path)
    return serve(tmp_path, team=True)


@pytest.fixture
def eva(served: Served) -> TestClient:
    """An invited answerer's browser."""
    return invited(served, "answerer", role="engineer")


def test_evidence_called_a_journal_is_no_checklist_of_the_project_and_has_no_file_read(
    served: Served, eva: TestClient
) -> None:
    (served.folder / "predictions.csv").write_text("name,secret\nAna: [unclosed: what nobody may read\n")
    start = json.loads(journal_of(served).splitlines()[0]) | {"path": "../predictions.csv"}
    _, address, given = answer_to(served, eva)
    forged = {"file": ("forged.answers.jsonl", f"{json.dumps(start)}\n".encode())}

    assert eva.post(address, data=given, files=forged).status_code == 200

    assert list(served.folder.glob("evidence/*-forged.answers.jsonl"))
    served.site.project.forget()
    assert [kept.name for kept in served.site.shelf.checklists()] == ["transparency.answers.jsonl"]
    home = eva.get("/").text
    assert "forged" not in home
    assert "predictions" not in home


@pytest.mark.parametrize("charset", ["unicode_escape", "raw_unicode_escape", "undefined"])
@pytest.mark.parametrize("place", ["value", "csrf", "base", "filename"])
def test_a_form_in_an_encoding_that_makes_no_text_is_refused_and_nothing_is_kept(
    served: Served, eva: TestClient, charset: str, place: str
) -> None:
    _, address, given = answer_to(served, eva)
    before = journal_of(served)
    given |= {place: "\\ud800 and the rest of a sentence"} if place != "filename" else {}
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in given.items()]
    if place == "filename":
        parts.append('Content-Disposition: form-data; name="file"; filename="a\\\\ud800.txt"\r\n\r\nx\r\n')
    body = "--B\r\n" + "--B\r\n".join(parts) + "--B--\r\n"
    kind = f"multipart/form-data; charset={charset}; boundary=B"

    answer = eva.post(address, content=body, headers={"Content-Type": kind})

    assert answer.status_code == (403 if place == "csrf" and charset != "undefined" else 400)
    assert journal_of(served) == before
    assert not (served.folder / "evidence").exists()


SMALL = """
schema: ethicscheck/checklist/1
id: small
version: "1"
title: Small
sections:
  - id: one
    title: One
    items:
      - {id: one.a, type: choice, options: {"yes": "Yes", "no": "No"}, text: Is it safe?, help: Why.}
"""


@pytest.fixture
def small(tmp_path: Path) -> Served:
    (tmp_path / "small.yaml").write_text(SMALL)
    journal_in(tmp_path, "small.yaml", "small.answers.jsonl")
    return serve(tmp_path)


def form_of(client: TestClient, served: Served) -> tuple[str, dict[str, str]]:
    """Return the address of the only question's form, and what the form carries."""
    address = f"/checklists/{served.site.shelf.checklists()[0].key}"
    page = client.get(f"{address}/sections/one").text
    base = re.search(r'name="base" value="([^"]+)"', page)
    assert base is not None
    return f"{address}/items/one.a", {"csrf": csrf_of(page), "base": base[1]}


def test_an_answer_to_a_question_that_was_changed_since_is_not_saved_until_it_was_read_again(small: Served) -> None:
    client = small.owner()
    address, form = form_of(client, small)
    before = journal_of(small)
    (small.folder / "small.yaml").write_text(SMALL.replace("Is it safe?", "Is it dangerous?"))

    refused = client.post(address, data=form | {"value": "yes"}, files={"file": ("proof.txt", b"x")})

    assert refused.status_code == 409
    assert "this question has been changed" in refused.text
    assert "Is it dangerous?" in refused.text
    assert re.search(r'value="yes"[^>]* checked', refused.text)
    assert journal_of(small) == before
    assert not (small.folder / "evidence").exists()
    part = client.post(address, data=form | {"value": "yes"}, headers={"HX-Request": "true"})
    assert (part.status_code, 'data-saved="conflict"' in part.text) == (409, True)
    address, form = form_of(client, small)
    assert client.post(address, data=form | {"value": "yes"}).status_code == 200
    assert '"value":"yes"' in journal_of(small)


def test_an_old_page_takes_back_no_answer_that_it_does_not_show(small: Served) -> None:
    client = small.owner()
    address, form = form_of(client, small)
    client.post(address, data=form | {"value": "yes"})
    _, old = form_of(client, small)
    client.post(address, data=old | {"value": "no"})
    before = journal_of(small)

    for sent in (old, form, {"csrf": form["csrf"]}):
        refused = client.post(f"{address}/withdraw", data=sent)
        assert refused.status_code == 422
        assert "in another window meanwhile" in refused.text
    assert journal_of(small) == before

    _, new = form_of(client, small)
    for _ in range(2):  # the second time is a request that is sent again
        assert client.post(f"{address}/withdraw", data=new).status_code == 200
    assert len(journal_of(small).splitlines()) == len(before.splitlines()) + 1


@pytest.mark.parametrize("fields", [{"value": "word " * 21_000}, {f"cell.{row}.x": "y" * 90_000 for row in range(12)}])
@pytest.mark.parametrize("files", [{}, {"file": ("proof.txt", b"x")}])
def test_nobody_fills_everybodys_pages_with_endless_text(
    served: Served, eva: TestClient, fields: dict[str, str], files: dict[str, tuple[str, bytes]]
) -> None:
    _, address, given = answer_to(served, eva)
    before = journal_of(served)

    answer = eva.post(address, data=given | fields, files=files)

    assert answer.status_code == 413
    assert "Nothing was changed" in answer.text
    assert journal_of(served) == before
    assert eva.post(f"{address}/comment", data=given | {"text": "c" * 110_000}).status_code == 413
