"""What somebody who means ill tries on the whole app, from outside and with a session of their own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from web_helpers import HOST, Served, csrf_of, journal_in, serve

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}"
LINK = "javascript:alert(document.cookie)"
LEAVING = ("/logout", "/who", "/invite/{token}")


@pytest.fixture
def served(tmp_path: Path) -> Served:
    journal_in(tmp_path)
    return serve(tmp_path, team=True)


@pytest.fixture
def owner(served: Served) -> TestClient:
    return served.owner()


def invited(served: Served, access: str, name: str = "Eva Novak", role: str = "product") -> TestClient:
    """Return the browser of somebody invited."""
    store = served.site.store
    person = store.invite(name, role, access, 7)  # type: ignore[arg-type]
    token = next(store.token_for(known.invite) for known in store.known() if known.person.id == person)
    client = served.browser()
    client.post(f"/invite/{token}", data={"csrf": csrf_of(client.get(f"/invite/{token}").text)})
    return client


def token_in(served: Served, client: TestClient) -> str:
    visitor = served.site.store.visitor(client.cookies[served.site.store.cookie_name])
    assert visitor is not None
    return visitor.csrf


def cookie_of(served: Served, client: TestClient) -> dict[str, str]:
    name = served.site.store.cookie_name
    return {"Cookie": f"{name}={client.cookies[name]}"}


def addresses(served: Served, method: str) -> list[str]:
    """Return an address for each route that takes a method, with what there is in its places."""
    key = served.site.shelf.checklists()[0].key
    checklist = served.site.shelf.loaded(served.site.shelf.checklists()[0]).checklist
    filled = {"key": key, "section": checklist.sections[0].id, "item": next(checklist.items())[1].id}
    found = []
    for route in served.app.routes:  # type: ignore[attr-defined]
        assert isinstance(route, Route)
        if method in (route.methods or ()):
            found.append(re.sub(r"{(\w+)(:\w+)?}", lambda part: filled.get(part[1], "none"), route.path))
    assert len(found) > 5
    return found


def journal_of(served: Served) -> str:
    return next(served.folder.glob("*.answers.jsonl")).read_text(encoding="utf-8")


def test_without_a_session_no_page_shows_anything_and_no_form_does_anything(served: Served) -> None:
    before = journal_of(served)

    for method in ("GET", "HEAD", "POST"):
        for address in addresses(served, method):
            if not address.startswith(("/static/", "/invite/")):
                answer = served.browser().request(method, address)
                assert answer.status_code == 401, (method, address)
                assert served.folder.name not in answer.text, (method, address)
    assert served.browser().get("/nowhere").status_code == 401
    assert journal_of(served) == before


def test_what_strangers_do_see_tells_nothing_of_the_project(served: Served) -> None:
    stranger = served.browser()

    for answer in (stranger.get("/static/none"), stranger.get("/invite/none"), stranger.post("/invite/none")):
        assert answer.status_code in (403, 404)
        assert served.folder.name not in answer.text


def test_every_form_is_refused_without_its_token(served: Served, owner: TestClient) -> None:
    before = journal_of(served)

    for address in addresses(served, "POST"):
        for fields in ({}, {"csrf": "guessed"}, {"csrf": token_in(served, served.owner("Ben Okoro"))}):
            answer = owner.post(address, data=fields, follow_redirects=False)
            assert answer.status_code == 403, (address, fields)
            assert answer.headers.get("set-cookie") is None
    assert journal_of(served) == before
    assert owner.get("/").status_code == 200


def test_every_form_is_refused_when_another_sites_page_sends_it(served: Served, owner: TestClient) -> None:
    for address in addresses(served, "POST"):
        fields = {"csrf": token_in(served, owner)}
        for lie in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
            assert owner.post(address, data=fields, headers=lie).status_code == 403, address
        del owner.headers["Sec-Fetch-Site"]
        assert owner.post(address, data=fields, headers={"Origin": "http://evil.example"}).status_code == 403
        owner.headers["Sec-Fetch-Site"] = "same-origin"
    assert owner.get("/").status_code == 200


def test_every_page_carries_the_headers_and_allows_no_inline_script(served: Served, owner: TestClient) -> None:
    for address in (*addresses(served, "GET"), "/nowhere"):
        answer = owner.get(address)
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff", address
        assert headers["cross-origin-resource-policy"] == "same-origin", address
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy, address
        assert address.startswith("/static/") or headers["cache-control"] == "no-store", address
        if "/report" not in address and headers.get("content-type", "").startswith("text/html"):
            assert "default-src 'none'" in policy, address
            assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\son\w+=|<style|href=.?javascript:", answer.text), (
                address
            )


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000"])
def test_a_name_that_was_rebound_to_this_machine_gets_nothing(served: Served, owner: TestClient, host: str) -> None:
    for address in ("/", "/people", "/static/none", f"/?token={served.site.store.new_token()}"):
        answer = owner.get(address, headers={"Host": host}, follow_redirects=False)
        assert answer.status_code == 400
        assert "set-cookie" not in answer.headers


def test_a_cookie_that_was_tampered_with_opens_nothing(served: Served, owner: TestClient) -> None:
    name = served.site.store.cookie_name
    value = owner.cookies[name]
    key, signature = value.split(".")
    other = served.owner("Ben Okoro").cookies[name]

    for forged in (
        key,
        f"{key}.",
        f"{key}.{other.split('.')[1]}",
        f"x{key}.{signature}",
        value[:-2],
        "",
        ".",
        "é.a",
    ):
        answer = served.browser().get("/", headers={"Cookie": f"{name}={forged}".encode()})
        assert answer.status_code == 401, forged


def test_a_stolen_cookie_is_worth_nothing_once_its_owner_left(served: Served, owner: TestClient) -> None:
    stolen = cookie_of(served, owner)
    owner.post("/logout", data={"csrf": token_in(served, owner)})

    assert served.browser().get("/", headers=stolen).status_code == 401


def test_the_cookie_of_another_project_opens_nothing_here(served: Served, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = serve(tmp_path / "other")
    client = other.owner()

    value = client.cookies[other.site.store.cookie_name]

    assert other.site.store.cookie_name != served.site.store.cookie_name
    stolen = {"Cookie": f"{served.site.store.cookie_name}={value}"}
    assert served.browser().get("/", headers=stolen).status_code == 401


def test_a_reader_changes_nothing_whatever_the_form_says(served: Served) -> None:
    reader = invited(served, "reader")
    before, people = journal_of(served), served.site.store.known()
    claims = {"access": "approver", "owner": "1", "role": "product", "by": "Ana Ruiz", "person": "owner"}

    for address in addresses(served, "POST"):
        if address not in ("/logout", "/invite/none") and not address.endswith("/here"):  # who is there, readers too
            answer = reader.post(address, data={"csrf": token_in(served, reader), **claims})
            assert answer.status_code == 403, address
    assert journal_of(served) == before
    assert served.site.store.known() == people


@pytest.mark.parametrize("access", ["reader", "answerer", "reviewer", "approver"])
def test_nobody_invited_reaches_the_people_page_or_its_forms(served: Served, access: str) -> None:
    client = invited(served, access)
    fields = {"csrf": token_in(served, client), "name": "X", "role": "y", "access": "approver", "days": "3"}

    assert client.get("/people").status_code == 403
    for what in ("invite", "link", "change", "revoke"):
        fields["person"] = served.site.store.known()[0].person.id
        assert client.post(f"/people/{what}", data=fields).status_code == 403
    assert [known.person.access for known in served.site.store.known()] == [access]


@pytest.mark.parametrize("access", ["reader", "answerer"])
def test_who_may_not_review_begins_nothing_and_starts_no_audit(served: Served, access: str) -> None:
    client = invited(served, access)
    token = token_in(served, client)
    before = sorted(path.name for path in served.folder.iterdir())

    assert client.post("/checklists/begin", data={"csrf": token, "use": "model-release"}).status_code == 403
    assert client.post("/runs", data={"csrf": token}).status_code == 403
    assert sorted(path.name for path in served.folder.iterdir()) == before


def answer_to(served: Served, client: TestClient, **fields: str) -> tuple[str, str, dict[str, str]]:
    """Return a question's id, the address of its form, and an answer to it."""
    kept = served.site.shelf.checklists()[0]
    items = served.site.shelf.loaded(kept).checklist.items()
    item = next(item for _, item in items if item.type == "text")
    words = "A sentence that says something about the system, its purpose, its limits and whom it serves."
    given = {
        "csrf": token_in(served, client),
        "value": words,
        "base": "0",
        "link": "https://example.org/contact",
        **fields,
    }
    return item.id, f"/checklists/{kept.key}/items/{item.id}", given


def test_an_answer_stands_under_the_name_of_the_session_not_of_the_form(served: Served) -> None:
    client = invited(served, "answerer", role="engineer")
    item, address, given = answer_to(served, client, by="Ana Ruiz", role="owner", access="approver")

    assert client.post(address, data=given).status_code == 200

    lines = [json.loads(line) for line in journal_of(served).splitlines()[1:]]
    assert [(line["item"], line["by"], line["role"]) for line in lines] == [(item, "Eva Novak", "engineer")]


def test_a_role_that_does_not_answer_a_section_is_not_given_by_the_form(served: Served) -> None:
    client = invited(served, "approver", role="product")
    _, address, given = answer_to(served, client, role="engineer")

    assert client.post(address, data=given).status_code == 422
    assert len(journal_of(served).splitlines()) == 1


def test_a_save_that_is_sent_again_is_not_written_again(served: Served) -> None:
    client = invited(served, "answerer", role="engineer")
    _, address, given = answer_to(served, client)

    for _ in range(3):
        assert client.post(address, data=given).status_code < 500

    assert len(journal_of(served).splitlines()) == 2


def test_evidence_larger_than_was_set_is_refused_and_nothing_of_it_kept(tmp_path: Path) -> None:
    journal_in(tmp_path)
    served = serve(tmp_path, team=True, max_upload=1000)
    client = invited(served, "answerer", role="engineer")
    _, address, given = answer_to(served, client)
    before = sorted(tmp_path.rglob("*"))

    for size in (1001, 3 << 20):
        answer = client.post(address, data=given, files={"file": ("proof.pdf", b"x" * size)})
        assert answer.status_code in (413, 422), size
    assert sorted(tmp_path.rglob("*")) == before
    assert len(journal_of(served).splitlines()) == 1
    assert client.post(address, data=given, files={"file": ("proof.pdf", b"x" * 1000)}).status_code == 200


def test_a_form_of_an_earlier_session_is_not_taken_in_a_later_one(served: Served) -> None:
    client = served.owner()
    replayed = {"csrf": token_in(served, client), "name": "Replayed", "role": "product"}
    client.post("/logout", data={"csrf": replayed["csrf"]})
    client.get(f"/?token={served.site.store.new_token()}")

    assert client.post("/who", data=replayed).status_code == 403
    assert served.site.store.last_owner()[0] == "Ana Ruiz"


def test_an_invite_posted_twice_lets_in_once(served: Served, owner: TestClient) -> None:
    store = served.site.store
    store.invite("Eva Novak", "product", "reader", 7)
    address = f"/invite/{store.token_for(store.known()[0].invite)}"
    first, second = served.browser(), served.browser()
    fields = {"csrf": csrf_of(first.get(address).text)}

    assert first.post(address, data=fields, follow_redirects=False).status_code == 303
    replayed = second.post(address, data=fields, follow_redirects=False)

    assert replayed.status_code == 410
    assert store.known()[0].sessions == 1


def test_an_invite_for_one_person_does_not_become_anothers(served: Served, owner: TestClient) -> None:
    store = served.site.store
    store.invite("Eva Novak", "product", "reader", 7)
    store.invite("Ben Okoro", "product", "approver", 7)
    eva, ben = (store.token_for(known.invite) for known in store.known())

    mixed = f"{ben.split('.')[0]}.{eva.split('.')[1]}"

    assert served.browser().get(f"/invite/{mixed}").status_code == 404


def test_what_is_typed_into_names_and_roles_stays_text_on_every_page(served: Served, owner: TestClient) -> None:
    token = token_in(served, owner)
    owner.post("/people/invite", data={"csrf": token, "name": HOSTILE, "role": LINK, "access": "reader", "days": "3"})
    owner.post("/who", data={"csrf": token, "name": HOSTILE + "2", "role": HOSTILE})
    store = served.site.store
    invite = f"/invite/{store.token_for(store.known()[0].invite)}"

    pages = {address: owner.get(address).text for address in ("/", "/who", "/people", invite)}

    for address, page in pages.items():
        assert "alert(1)" in page, address
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
        assert "{{7*7}}" in page, address
        assert 'href="javascript' not in page, address


def test_what_is_typed_into_answers_comments_and_files_stays_text_on_every_page(served: Served) -> None:
    client = invited(served, "approver", name=f"Eva {HOSTILE}", role="engineer")
    _, address, given = answer_to(served, client)
    given |= {"value": given["value"] + HOSTILE, "comment": HOSTILE, "link": "https://example.org/" + HOSTILE}
    files = {"file": ('"><script>alert(1)<.html', b"<script>alert(1)</script>", "text/html")}

    saved = client.post(address, data=given, files=files)
    assert saved.status_code in (200, 422)
    if saved.status_code == 422:  # an address like that is refused; the rest is not
        assert client.post(address, data=given | {"link": ""}, files=files).status_code == 200
    comment = {"csrf": given["csrf"], "text": HOSTILE, "last": "99"}
    assert client.post(f"{address}/comment", data=comment).status_code < 500

    lines = journal_of(served).splitlines()
    assert "alert(1)" in lines[-1]
    for page in addresses(served, "GET"):
        if not page.endswith("/events"):
            answer = client.get(page)
            assert "<script>alert" not in answer.text, page
            assert "<img src=x" not in answer.text, page


def test_evidence_is_handed_out_as_a_file_and_never_as_a_page(served: Served) -> None:
    client = invited(served, "answerer", role="engineer")
    _, address, given = answer_to(served, client)
    files = {"file": ("proof.html", b"<script>alert(1)</script>", "text/html")}
    assert client.post(address, data=given, files=files).status_code == 200
    stored = json.loads(journal_of(served).splitlines()[-1])["evidence"]
    path = next(piece["path"] for piece in stored if "path" in piece)

    answer = client.get(f"{address.split('/items/')[0]}/evidence/{path}")

    assert answer.status_code == 200
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "text/html" not in answer.headers.get("content-type", "")
    assert served.browser().get(answer.request.url.path).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "/etc/passwd",
        "linked.txt",
        ".ethicscheck-web/secret",
        "..\\secret.txt",
    ],
)
def test_evidence_that_climbs_out_or_is_a_link_is_not_handed_out(served: Served, tmp_path: Path, path: str) -> None:
    (tmp_path.parent / "secret.txt").write_text("what nobody may read")
    (served.folder / "linked.txt").symlink_to(tmp_path.parent / "secret.txt")
    key = served.site.shelf.checklists()[0].key

    answer = invited(served, "approver").get(f"{HOST}/checklists/{key}/evidence/{path}")

    assert answer.status_code == 404
    assert "what nobody may read" not in answer.text


def test_what_is_typed_wrongly_comes_back_as_text(served: Served, owner: TestClient) -> None:
    token = token_in(served, owner)
    fields = dict.fromkeys(("name", "role", "access", "days", "next"), HOSTILE)

    for address in ("/who", "/people/invite"):
        answer = owner.post(address, data={"csrf": token, **fields, "name": HOSTILE * 3})
        assert answer.status_code == 422
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text


def test_a_host_header_with_a_script_in_it_comes_back_as_text(served: Served) -> None:
    answer = served.browser().get("/", headers={"Host": "<script>alert(1)</script>"})

    assert answer.status_code == 400
    assert "<script>alert" not in answer.text


def test_a_form_larger_than_forms_are_is_refused_and_nothing_written(served: Served, owner: TestClient) -> None:
    before = (served.folder / ".ethicscheck-web" / "people.jsonl").read_bytes()

    answer = owner.post("/who", data={"csrf": token_in(served, owner), "name": "x" * (1 << 20), "role": "product"})

    assert answer.status_code == 413
    assert (served.folder / ".ethicscheck-web" / "people.jsonl").read_bytes() == before


def test_a_stranger_sends_next_to_nothing(served: Served, owner: TestClient) -> None:
    store = served.site.store
    store.invite("Eva Novak", "product", "reader", 7)
    address = f"/invite/{store.token_for(store.known()[0].invite)}"

    assert served.browser().post(address, data={"csrf": "x" * 9000}).status_code == 413


def test_a_form_of_very_many_fields_is_refused(served: Served, owner: TestClient) -> None:
    body = "&".join(f"a{number}=1" for number in range(6000)) + f"&csrf={token_in(served, owner)}"

    answer = owner.post("/who", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data", "multipart/form-data; boundary=", "text/plain", "application/json", "x/y; charset=nix"],
)
def test_a_body_that_is_no_form_is_refused_and_breaks_nothing(served: Served, owner: TestClient, kind: str) -> None:
    token = token_in(served, owner)

    without = owner.post("/who", content=b'{"csrf": 1}', headers={"Content-Type": kind})
    with_token = owner.post("/who", content=b"\x00\xff--", headers={"Content-Type": kind, "X-CSRF-Token": token})

    assert without.status_code in (400, 403)
    assert with_token.status_code in (400, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/checklists/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/audits/..%2f..%2fsecret",
        "/.ethicscheck-web/secret",
        "/checklists/x%00y",
        "//evil.example/",
    ],
)
def test_addresses_that_climb_out_lead_nowhere(served: Served, owner: TestClient, path: str) -> None:
    answer = owner.get(HOST + path, follow_redirects=False)

    assert answer.status_code in (404, 400)
    assert "location" not in answer.headers
