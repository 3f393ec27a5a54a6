"""Live progress over a real connection: whoever leaves is noticed, and the end of the server reaches whoever stays."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from test_running_audits import log_of, waiting_project

from ethicscheck.web.pages.runs import MOST_OF_ONE

TYPE = "application/x-www-form-urlencoded"


class Browser:
    """As little of a browser as will do."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.cookie = parts.netloc, ""
        with self.ask("GET", f"/?{parts.query}") as came:
            came.read()
        self.cookie = str(came.getheader("set-cookie")).partition(";")[0]
        self.post("/who", "/who", name="Ana", role="product")

    def ask(self, method: str, path: str, body: str | None = None) -> http.client.HTTPResponse:
        """Return an answer whose body is still to be read."""
        connection = http.client.HTTPConnection(self.host, timeout=120)
        headers = {"Cookie": self.cookie, "Connection": "close", "Sec-Fetch-Site": "same-origin"}
        connection.request(method, path, body, headers | ({"Content-Type": TYPE} if body else {}))
        return connection.getresponse()

    def text(self, path: str) -> str:
        """Return a page."""
        with self.ask("GET", path) as answer:
            return answer.read().decode()

    def post(self, form: str, path: str, **fields: str) -> str:
        """Send a form and return where it leads."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.text(form))
        assert found is not None
        with self.ask("POST", path, urlencode({"csrf": found[1], **fields})) as answer:
            answer.read()
            return str(answer.getheader("location"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Browser]]:
    """A server over a folder with an audit that waits, and somebody in it."""
    waiting_project(tmp_path / "a")
    words = [sys.executable, "-m", "ethicscheck", "serve", str(tmp_path), "--no-browser"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, Browser(line.rpartition(" at ")[2].strip())
        finally:
            process.kill()


def start(browser: Browser) -> str:
    found = re.search(r'name="config" value="([^"]+)"', browser.text("/audits"))
    assert found is not None
    return browser.post("/audits", "/runs", config=found[1])


def test_the_end_of_the_server_is_told_to_whoever_watches(
    server: tuple[subprocess.Popen[str], Browser], tmp_path: Path
) -> None:
    """The last event says that the audit was stopped; the server ends cleanly and leaves nothing."""
    process, browser = server
    run = start(browser)
    stream = browser.ask("GET", f"{run}/events")
    first = json.loads(stream.readline().decode().removeprefix("data: "))
    assert not first["ended"]

    process.send_signal(signal.SIGINT)
    with stream:
        lines = [line.decode() for line in stream.read().splitlines() if line.startswith(b"data: ")]

    assert json.loads(lines[-1].removeprefix("data: "))["words"] == "Stopped. Nothing was written."
    process.wait(120)
    assert log_of(tmp_path)[-1]["state"] == "stopped"
    assert not (tmp_path / "a" / "ethicscheck-out").exists()


def test_an_audit_goes_on_when_nobody_watches_it(server: tuple[subprocess.Popen[str], Browser], tmp_path: Path) -> None:
    """Leaving the page ends the events, not the audit; whoever comes back reads how it ended."""
    _, browser = server
    run = start(browser)
    stream = browser.ask("GET", f"{run}/events")
    assert stream.readline().startswith(b"data: ")
    stream.close()

    (tmp_path / "a" / "go on").touch()
    events = browser.text(f"{run}/events")

    assert json.loads(events.strip().splitlines()[-1].removeprefix("data: "))["state"] == "done"
    assert "Open the audit" in browser.text(run)


def test_one_person_does_not_take_all_places_of_those_who_watch(
    server: tuple[subprocess.Popen[str], Browser], tmp_path: Path
) -> None:
    _, browser = server
    run = start(browser)
    streams = [browser.ask("GET", f"{run}/events") for _ in range(MOST_OF_ONE)]
    for stream in streams:
        assert stream.readline().startswith(b"data:")

    with browser.ask("GET", f"{run}/events") as refused:
        assert refused.status == 503
    for stream in streams:
        stream.close()
