"""A served folder and the people who open it in a real browser: what the browser tests share."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 60_000  # milliseconds; a busy machine is slow, and nothing here is about time
STARTED = re.compile(r"Serving .* at (http://[0-9.]+:([0-9]+))/\?token=\S+")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


def find_chromium() -> str | None:
    """Return the browser's program, None where there is none."""
    named = [os.environ.get(name, "") for name in ("PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH", "CHROME_PATH")]
    found = (shutil.which(name) for name in (*named, "chromium", "chromium-browser", "google-chrome") if name)
    return next((program for program in found if program), None)


class Served:
    """`ethicscheck serve` over a folder, as a process of its own that can be stopped, killed and started again."""

    def __init__(self, folder: Path, log: Path, *words: str) -> None:
        self.folder = folder
        self.words = words
        self.log = log
        self.url = ""
        self.link = ""
        self.process: subprocess.Popen[str] | None = None
        self.start(0)

    @property
    def port(self) -> int:
        """The port it listened at last."""
        return urlsplit(self.url).port or 0

    def start(self, port: int) -> None:
        """Start it; return when it answers."""
        command = [sys.executable, "-m", "ethicscheck", "serve", str(self.folder), "--no-browser", "--port", str(port)]
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*command, *self.words], stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = STARTED.search(line)
        assert found is not None, f"it did not start: {line!r} {self.said()}"
        self.url, self.link = found[1], found[0].split(" at ")[-1]

    def kill(self) -> None:
        """End it without a word of warning."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as Ctrl-C does; where it does not go, without a word."""
        self._end(signal.SIGINT)

    def restart(self) -> None:
        """Start it again at the same port."""
        self.stop()
        self.start(self.port)

    def said(self) -> str:
        """Return what it wrote to its terminal's error stream."""
        return self.log.read_text(encoding="utf-8")

    def journal(self, use: str = "transparency") -> list[dict[str, Any]]:
        """Return the lines of a journal of the folder."""
        path = next(self.folder.rglob(f"{use}.answers.jsonl"))
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def answers(self, item: str, by: str | None = None) -> list[dict[str, Any]]:
        """Return a question's answers in the journal of Transparency, in order."""
        return [
            line
            for line in self.journal()
            if line.get("item") == item and "value" in line and by in (None, line.get("by"))
        ]

    def _end(self, how: int) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=PATIENCE / 1000)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None


class Browsing:
    """People with a browser each; what goes wrong in any of their pages is kept in `faults`."""

    def __init__(self, browser: Any, served: Served) -> None:
        self.browser = browser
        self.served = served
        self.faults: list[str] = []
        self._contexts: list[Any] = []

    def page(self, *, state: Any = None, **options: Any) -> Any:
        """Return an empty page of a new browser."""
        context = self.browser.new_context(**{"viewport": DESK, **options}, storage_state=state)
        context.set_default_timeout(PATIENCE)
        context.on("page", self._watch)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self._contexts.append(context)
        return context.new_page()

    def owner(self, name: str = "Ana Ruiz", role: str = "product", **options: Any) -> Any:
        """Return the page of whoever opened the printed link and said who they are; the link works once."""
        page = self.page(**options)
        page.goto(self.served.link)
        say_who(page, name, role)
        return page

    def same(self, page: Any, **options: Any) -> Any:
        """Return a page of the same person in another kind of browser (a phone, a dark one, one without scripts)."""
        return self.page(state=page.context.storage_state(), **options)

    def invited(self, owner: Any, name: str, role: str, access: str, **options: Any) -> Any:
        """Return the page of somebody whom the owner invites and who opens the link."""
        owner.goto(f"{self.served.url}/people")
        owner.locator("form[action$='/people/invite'] [name=name]").fill(name)
        owner.locator("form[action$='/people/invite'] [name=role]").fill(role)
        owner.locator("form[action$='/people/invite'] [name=access]").select_option(access)
        owner.get_by_role("button", name="Make the link").click()
        link = owner.get_by_label(f"Link for {name}").input_value()
        page = self.page(**options)
        page.goto(link)
        page.get_by_role("button", name=f"Come in as {name}").click()
        page.wait_for_url(lambda address: "/invite/" not in address)
        return page

    def close(self) -> None:
        """Close every browser."""
        for context in self._contexts:
            context.close()

    def _watch(self, page: Any) -> None:
        def console(message: Any) -> None:
            # A status from 400 on, and a network that is away, are said on the console too: tests look at those themselves.
            if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
                self.faults.append(f"{page.url}: console: {message.text}")

        def asked(request: Any) -> None:
            if not request.url.startswith((f"{self.served.url}/", "data:", "blob:", "about:", "chrome-error:")):
                self.faults.append(f"{page.url}: left the origin: {request.url}")

        def answered(response: Any) -> None:
            if response.status >= 500:
                self.faults.append(f"{page.url}: {response.status} at {response.url}")

        page.on("console", console)
        page.on("request", asked)
        page.on("response", answered)


def say_who(page: Any, name: str, role: str) -> None:
    """Fill in the page that asks who one is."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your role", exact=True).fill(role)
    page.locator("main form button").click()
    page.wait_for_url(lambda address: "/who" not in address)


def checklist(served: Served, title: str, page: Any) -> str:
    """Return the address of a checklist's page, found by its title on the first page."""
    page.goto(f"{served.url}/")
    path = page.get_by_role("link", name=title, exact=True).first.get_attribute("href")
    return f"{served.url}{path}"


def question(page: Any, item: str) -> Any:
    """Return a question of a section's page."""
    return page.locator(f".question[data-item='{item}']")


def settled(read: Callable[[], Any], wanted: Callable[[Any], bool], page: Any) -> Any:
    """Return what `read` returns once it is as wanted; for what no page shows, such as a file that is written."""
    for _ in range(PATIENCE // 50):
        value = read()
        if wanted(value):
            return value
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came to that: {read()}")


__all__ = [
    "DESK",
    "FLAGS",
    "PATIENCE",
    "PHONE",
    "Browsing",
    "Served",
    "checklist",
    "find_chromium",
    "question",
    "say_who",
    "settled",
]
