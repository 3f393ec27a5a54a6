"""What every request passes, around an app of a few small pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from starlette.websockets import WebSocketDisconnect

from ethicscheck.web.access import Guard, Store, bodies, exchange, posted
from ethicscheck.web.settings import Settings

HOST = "http://127.0.0.1:8000"


async def home(request: Request) -> Response:
    return JSONResponse({"scheme": request.url.scheme, "path": request.url.path, "for": request.client.host})


async def form(request: Request) -> Response:
    return PlainTextResponse(str(len(await posted(request))))


async def own_policy(request: Request) -> Response:
    return PlainTextResponse("", headers={"Content-Security-Policy": "sandbox", "Cache-Control": "public"})


async def broken(request: Request) -> Response:
    raise RuntimeError("a bug")


async def slow(request: Request) -> Response:
    await asyncio.sleep(3600)
    return PlainTextResponse("")


async def events(request: Request) -> Response:
    async def stream() -> AsyncIterator[str]:
        yield "data: one\n\n"
        request.state.access.log_out(request.state.visitor.session)
        yield "data: two\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream")


async def answer(request: Request) -> Response:
    size = 0
    async for piece in request.stream():
        size += len(piece)
    return PlainTextResponse(str(size))


ROUTES = [
    Route("/", home),
    Route("/form", form, methods=["POST"]),
    Route("/own", own_policy),
    Route("/static/own.css", own_policy),
    Route("/broken", broken),
    Route("/slow", slow),
    Route("/events", events),
    Route("/checklists/a/items/b/evidence", answer, methods=["POST"]),
    Route("/read", answer, methods=["POST"]),
]


class Rooms:
    """The app, its store, and browsers in it."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.store = Store(folder)
        self.settings = Settings(folder, **settings)  # type: ignore[arg-type]
        self.app = Starlette(routes=ROUTES)
        self.app.add_middleware(self._guard)

    def _guard(self, app: ASGIApp) -> Guard:
        self.guard = Guard(app, self.settings, self.store)
        return self.guard

    def stranger(self, base: str = HOST, address: str = "127.0.0.1") -> TestClient:
        return TestClient(
            self.app, base_url=base, client=(address, 5), raise_server_exceptions=False, follow_redirects=False
        )

    def owner(self, base: str = HOST, address: str = "127.0.0.1", path: str = "/") -> TestClient:
        client = self.stranger(base, address)
        assert client.get(f"{path}?token={self.store.new_token()}").status_code == 303
        visitor = self.store.visitor(client.cookies[self.store.cookie_name])
        assert visitor is not None
        self.store.name_owner(visitor.session, "Ana", "product")
        client.headers["X-CSRF-Token"] = visitor.csrf
        return client


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    return Rooms(tmp_path)


@pytest.mark.parametrize(
    "path", ["/", "/form", "/nowhere", "/static/nowhere.css", "/own", "/broken", "/static/own.css"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PUT", "BREW"])
@pytest.mark.parametrize("inside", [True, False])
def test_every_answer_carries_the_headers(rooms: Rooms, path: str, method: str, inside: bool) -> None:
    client = rooms.owner() if inside else rooms.stranger()

    headers = client.request(method, path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    alone = "unsafe-none" if headers["content-security-policy"] == "sandbox" else "same-origin"
    assert headers["cross-origin-opener-policy"] == alone  # HTML lets no page ask for both
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert (
        headers["content-security-policy"] in ("sandbox",) or "default-src 'none'" in headers["content-security-policy"]
    )
    assert "unsafe" not in headers["content-security-policy"]
    assert path.startswith("/static/") or headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


def test_a_page_may_bring_its_own_policy_but_is_kept_by_nobody(rooms: Rooms) -> None:
    headers = rooms.owner().get("/own").headers

    assert (headers["content-security-policy"], headers["cache-control"]) == ("sandbox", "no-store")


def test_a_static_file_says_itself_how_long_it_may_be_kept(rooms: Rooms) -> None:
    assert rooms.stranger().get("/static/own.css").headers["cache-control"] == "public"


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_other_methods_are_refused_and_say_which_there_are(rooms: Rooms, method: str) -> None:
    answer = rooms.owner().request(method, "/")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert rooms.stranger().request(method, "/").status_code == 401
    assert rooms.stranger().request(method, "/static/own.css").status_code == 405


def test_a_websocket_is_refused(rooms: Rooms) -> None:
    client = rooms.owner()

    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/"):
        pass


def test_a_bug_is_a_plain_page_that_tells_nothing_of_it(rooms: Rooms) -> None:
    answer = rooms.owner().get("/broken")

    assert answer.status_code == 500
    assert "a bug" not in answer.text
    assert "What was saved before is safe" in answer.text


@pytest.mark.parametrize("host", ["http://evil.example", "http://127.0.0.1.evil.example:8000", "http://192.168.0.1"])
def test_another_hosts_name_is_refused_before_anything_else(rooms: Rooms, host: str) -> None:
    token = rooms.store.new_token()
    client = rooms.stranger(host)

    assert client.get("/").status_code == 400
    assert client.get(f"/?token={token}").status_code == 400
    assert client.get("/static/own.css").status_code == 400
    assert rooms.stranger().get(f"/?token={token}").status_code == 303


def test_an_allowed_name_is_answered(tmp_path: Path) -> None:
    rooms = Rooms(tmp_path, allowed_hosts=("ethics.example",))

    assert rooms.owner("http://ethics.example").get("/").status_code == 200


def test_behind_a_trusted_proxy_scheme_and_address_are_the_senders(tmp_path: Path) -> None:
    rooms = Rooms(tmp_path, allowed_hosts=("ethics.example",), trusted_proxies=("10.0.0.1",))
    client = rooms.stranger("http://inner:8000", "10.0.0.1")
    client.headers |= {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "ethics.example", "X-Forwarded-For": "6.6.6.6"}

    came_in = client.get(f"/?token={rooms.store.new_token()}")

    cookie = came_in.headers["set-cookie"]
    assert "Secure" in cookie
    seen = client.get("/who", headers={"Cookie": cookie.split(";")[0]})
    assert seen.status_code == 404  # there is no such page in this app, but one may ask
    visitor = rooms.store.visitor(cookie.split(";")[0].partition("=")[2])
    assert visitor is not None
    rooms.store.name_owner(visitor.session, "Ana", "product")
    page = client.get("/", headers={"Cookie": cookie.split(";")[0]}).json()
    assert (page["scheme"], page["for"]) == ("https", "6.6.6.6")


def test_forwarded_headers_of_a_stranger_change_nothing(tmp_path: Path) -> None:
    rooms = Rooms(tmp_path, trusted_proxies=("10.0.0.1",))
    client = rooms.owner()
    lies = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "6.6.6.6"}

    page = client.get("/", headers=lies).json()

    assert (page["scheme"], page["for"]) == ("http", "127.0.0.1")


@pytest.mark.parametrize("asked", ["/ethics/", "/"])
def test_under_a_root_path_pages_answer_whether_or_not_the_proxy_strips_it(tmp_path: Path, asked: str) -> None:
    rooms = Rooms(tmp_path, root_path="/ethics")
    client = rooms.owner(path="/ethics/")

    cookie = f"{rooms.store.cookie_name}={client.cookies[rooms.store.cookie_name]}"
    answer = rooms.stranger().get(asked, headers={"Cookie": cookie})

    assert answer.json()["path"] == "/ethics/"


def test_the_cookie_is_for_this_server_only_and_out_of_reach_of_scripts(tmp_path: Path) -> None:
    rooms = Rooms(tmp_path, root_path="/ethics")

    answer = rooms.stranger().get(f"/ethics/?token={rooms.store.new_token()}")

    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith(f"{rooms.store.cookie_name}=")
    assert rooms.store.cookie_name.startswith("ethicscheck-")
    assert {"HttpOnly", "SameSite=lax", "Path=/ethics", "Max-Age=2592000"} == set(flags)
    assert len(answer.headers.get_list("set-cookie")) == 1
    assert answer.headers["location"] == "/ethics/"


def test_another_cookie_of_the_same_name_does_not_log_anybody_out(rooms: Rooms) -> None:
    client = rooms.owner()
    name, own = rooms.store.cookie_name, client.cookies[rooms.store.cookie_name]

    answer = rooms.stranger().get("/", headers={"Cookie": f"{name}=planted.x; {name}={own}"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "https://127.0.0.1:8000"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({}, 200),
    ],
)
def test_a_form_sent_from_another_sites_page_is_refused_even_with_its_token(
    rooms: Rooms, headers: dict[str, str], status: int
) -> None:
    assert rooms.owner().post("/form", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("site", "mode", "dest", "status"),
    [
        ("cross-site", "navigate", "document", 200),
        ("cross-site", "no-cors", "image", 403),
        ("same-site", "no-cors", "script", 403),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "cors", "empty", 403),
        ("same-origin", "cors", "empty", 200),
    ],
)
def test_another_site_may_lead_here_but_not_draw_our_pages_into_its_own(
    rooms: Rooms, site: str, mode: str, dest: str, status: int
) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}

    assert rooms.owner().get("/", headers=headers).status_code == status


def test_a_form_without_its_token_or_with_anothers_is_refused(rooms: Rooms) -> None:
    client, other = rooms.owner(), rooms.owner()
    token = client.headers.pop("X-CSRF-Token")

    assert client.post("/form").status_code == 403
    assert client.post("/form", data={"csrf": ""}).status_code == 403
    assert client.post("/form", data={"csrf": other.headers["X-CSRF-Token"]}).status_code == 403
    assert client.post("/form", headers={"X-CSRF-Token": "ä".encode("latin-1")}).status_code == 403
    assert client.post("/form", files={"csrf": ("csrf", token)}).status_code == 403
    assert client.post("/form", data={"csrf": token}, headers={"X-CSRF-Token": "wrong"}).status_code == 403
    assert client.post("/form", data={"csrf": token}).status_code == 200
    assert client.post("/form", headers={"X-CSRF-Token": token}).status_code == 200


def test_a_session_that_asks_too_much_waits_and_another_does_not(rooms: Rooms) -> None:
    busy, calm = rooms.owner(), rooms.owner()
    rooms.guard._asked._clock = lambda: 0.0

    answers = [busy.get("/") for _ in range(61)]

    assert [answer.status_code for answer in answers].count(200) == 60
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"] == "1"
    assert calm.get("/").status_code == 200


def test_strangers_are_told_to_wait_after_ten_attempts_and_no_one_else_is_held_up(rooms: Rooms) -> None:
    owner = rooms.owner()
    rooms.guard._failed._clock = lambda: 0.0
    stranger = rooms.stranger()

    answers = [stranger.get(f"/?token={number}") for number in range(11)]

    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "6"
    assert stranger.get("/anything").status_code == 401  # pages are counted apart from tries at a link
    assert rooms.stranger(address="10.9.9.9").get("/").status_code == 401
    assert owner.get("/").status_code == 200
    assert stranger.get(f"/?token={rooms.store.new_token()}").status_code == 303


def test_pages_asked_for_without_a_session_are_401_until_there_are_very_many(rooms: Rooms) -> None:
    rooms.owner()
    stranger = rooms.stranger()
    rooms.guard._strangers._clock = lambda: 0.0

    answers = [stranger.get(f"/{number}").status_code for number in range(201)]

    assert answers == [401] * 200 + [429]


def test_a_form_larger_than_a_form_is_refused_by_its_word_and_by_count(rooms: Rooms) -> None:
    client = rooms.owner()
    most = bodies.FORM

    assert client.post("/read", content=b"x" * most).text == str(most)
    by_word = client.post("/read", content=b"x" * (most + 1))
    by_count = client.post("/read", content=iter([b"x" * most, b"x"]))

    assert (by_word.status_code, by_count.status_code) == (413, 413)
    assert "1 MB" in by_word.text


def test_evidence_may_be_larger_up_to_what_was_set(tmp_path: Path) -> None:
    rooms = Rooms(tmp_path, max_upload=2 * bodies.FORM)
    client = rooms.owner()
    address = "/checklists/a/items/b/evidence"

    assert client.post(address, content=b"x" * (2 * bodies.FORM)).status_code == 200
    assert client.post(address, content=b"x" * (3 * bodies.FORM + 1)).status_code == 413
    assert client.post(address, content=iter([b"x" * bodies.FORM] * 4)).status_code == 413


def test_a_body_that_does_not_arrive_in_time_is_given_up(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    client = rooms.owner()
    cookie = f"{rooms.store.cookie_name}={client.cookies[rooms.store.cookie_name]}"
    monkeypatch.setattr(bodies, "GRACE", 0.0)
    monkeypatch.setattr(bodies, "SLOWEST", 2**60)

    sent = asyncio.run(dawdle(rooms.app, "/read", cookie, b"a few bytes, and then nothing"))

    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


async def dawdle(app: Starlette, path: str, cookie: str, first: bytes) -> list[dict[str, object]]:
    """Send a beginning and never the rest; return what is answered."""
    sent: list[dict[str, object]] = []
    pieces = [{"type": "http.request", "body": first, "more_body": True}]

    async def receive() -> dict[str, object]:
        if pieces:
            return pieces.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "client": ("127.0.0.1", 5),
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie.encode()), (b"content-length", b"1000")],
    }
    await asyncio.wait_for(app(scope, receive, send), 60)  # type: ignore[arg-type]
    return sent


def test_a_page_that_takes_for_ever_is_given_up(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    client = rooms.owner()
    monkeypatch.setattr(exchange, "WORKING", 0.0)

    answer = client.get("/slow")

    assert answer.status_code == 503
    assert "took the server too long" in answer.text


def test_a_stream_of_events_ends_with_the_session(rooms: Rooms) -> None:
    answer = rooms.owner().get("/events")

    assert answer.text == "data: one\n\n"
