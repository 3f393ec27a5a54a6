"""What somebody who was invited tries: evidence that poses as a journal, forms in odd encodings, streams without end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from test_attacks import answer_to, invited, journal_of

from web_helpers import Served, journal_in, serve


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
