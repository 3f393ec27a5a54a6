"""Evidence is handed out as a file to keep, and only what a line of the journal names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sign_helpers import Small
from starlette.testclient import TestClient

from ethicscheck.web.pages.evidence import disposition
from web_helpers import csrf_of

PAGE = b"<script>alert(1)</script>" * 5000


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "project")


def sent(small: Small, name: str = "letter.html", content: bytes = PAGE) -> str:
    """Answer with a file; return the address it is handed out under."""
    token = csrf_of(small.owner.get("/").text)
    answer = small.owner.post(
        f"{small.base}/items/p.told",
        data={"csrf": token, "base": "0", "value": "no"},
        files={"file": (name, content, "text/html")},
    )
    assert answer.status_code == 200, answer.text
    (piece,) = small.opened().contents.entries[-1].evidence
    return f"{small.base}/evidence/{piece.path}"


def test_a_file_is_to_keep_and_nothing_of_it_runs(small: Small) -> None:
    found = small.owner.get(sent(small))

    assert found.content == PAGE
    assert found.headers["content-disposition"] == "attachment; filename=\"letter.html\"; filename*=UTF-8''letter.html"
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]
    assert found.headers["content-length"] == str(len(PAGE))


def test_the_head_alone_says_the_same(small: Small) -> None:
    head = small.owner.head(sent(small))

    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(PAGE)))


def test_the_pages_link_to_it(small: Small) -> None:
    address = sent(small)

    for page in ("read", "items/p.told/history", "items/p.told/settle"):
        assert f'href="{address}"' in small.owner.get(f"{small.base}/{page}").text


def test_a_file_that_has_changed_says_so_before_it_is_handed_out(small: Small) -> None:
    address = sent(small)
    path = small.path.parent / address.removeprefix(f"{small.base}/evidence/")
    path.chmod(0o644)
    path.write_bytes(b"other")

    page = small.owner.get(address)

    assert page.status_code == 409
    assert "This file has changed" in page.text
    assert b"other" not in page.content.replace(b"another", b"")
    again = page.text.partition("?changed=")[2].partition('"')[0]
    assert small.owner.get(f"{address}?changed={again}").content == b"other"
    path.write_bytes(b"yet another")
    assert small.owner.get(f"{address}?changed={again}").status_code == 409


def test_a_file_that_is_gone_says_so(small: Small) -> None:
    address = sent(small)
    (small.path.parent / address.removeprefix(f"{small.base}/evidence/")).unlink()

    page = small.owner.get(address)

    assert page.status_code == 404
    assert "is not there" in page.text


def test_a_link_in_its_place_is_not_followed(small: Small, tmp_path: Path) -> None:
    address = sent(small)
    path = small.path.parent / address.removeprefix(f"{small.base}/evidence/")
    (tmp_path / "secret").write_bytes(PAGE)
    path.unlink()
    path.symlink_to(tmp_path / "secret")

    assert small.owner.get(address).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "small.yaml",
        "small.answers.jsonl",
        ".ethicscheck-web/secret",
        "evidence",
        "evidence/",
        "../project/small.yaml",
        "..%2f..%2fetc%2fpasswd",
        "%2fetc%2fpasswd",
        "evidence/%00",
        "a%ff",
        "",
    ],
)
def test_what_no_line_names_is_not_there(small: Small, path: str) -> None:
    sent(small)
    assert (small.path.parent / ".ethicscheck-web" / "secret").exists()

    assert small.owner.get(f"{small.base}/evidence/{path}").status_code == 404


def test_a_hidden_file_that_a_line_names_is_not_handed_out(small: Small) -> None:
    from ethicscheck.checklist.entries import Answer, Evidence, write_line

    piece = Evidence(path=".ethicscheck-web/secret", sha256="0" * 64)
    line = Answer("2026-02-02T00:00:00Z", "Mal", "engineer", "p.told", "no", evidence=(piece,), seq=2)
    with small.path.open("ab") as journal:
        journal.write(write_line(line))

    assert small.owner.get(f"{small.base}/evidence/.ethicscheck-web/secret").status_code == 404


def test_a_stranger_gets_no_evidence(small: Small) -> None:
    stranger: TestClient = small.served.browser()

    assert stranger.get(sent(small)).status_code == 401


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("räport.pdf", "attachment; filename=\"r_port.pdf\"; filename*=UTF-8''r%C3%A4port.pdf"),
        ('a"; x=\r\n\\b', "attachment; filename=\"a_; x=___b\"; filename*=UTF-8''a_%3B%20x%3D___b"),
        ("../..", "attachment; filename=\"_\"; filename*=UTF-8''_"),
        ("", "attachment; filename=\"evidence\"; filename*=UTF-8''evidence"),
        ("a‮fdp.exe", "attachment; filename=\"a_fdp.exe\"; filename*=UTF-8''a_fdp.exe"),
    ],
)
def test_a_files_name_is_safe_in_the_header(name: str, shown: str) -> None:
    assert disposition(name) == shown


def test_a_long_name_keeps_its_ending() -> None:
    assert disposition("x" * 400 + ".pdf").endswith("x.pdf")
    assert len(os.fsencode(disposition("x" * 400 + ".pdf"))) < 400
