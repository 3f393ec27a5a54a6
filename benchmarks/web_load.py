"""How does the web app stand 50 people saving at once, and being killed in the middle of it?

    python benchmarks/web_load.py [--people 50] [--seconds 120] [--every 2] [--limit-ms 150]

Starts `ethicscheck serve --team` over a fresh folder, invites everybody, and lets each of them save another answer every
two seconds, as the page does: the same form, the same headers, a stream of news held open. Then counts: the journal holds
every acknowledged save exactly once and in order, no answer was a 5xx, and how long a save took. Then the same with the
server killed (SIGKILL) half-way and started again; whoever got no answer sends the same again, as the page does. Ends
with 1 when something was lost, doubled or broken; what a save took is compared with --limit-ms, which ends it with 1 too
(0: not compared). Times on a shared machine are noisy: the load of the machine is printed beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

EXAMPLE = Path(__file__).parents[1] / "examples" / "compas"
CHECKLIST = "unintended-consequences"
TEXTS = (("effects", "uc.bystanders"), ("errors", "uc.wronged"))
CHOICES = (("errors", "uc.missed"), ("errors", "uc.false_alarm"), ("errors", "uc.favourable"))
ROLE = "engineer"  # answers all of these
AGAIN_AFTER = 0.5  # seconds until a save that got no answer is sent again


class BrokenError(Exception):
    """The server did not do what the benchmark rests on."""


@dataclass
class Reply:
    """An answer of the server."""

    status: int
    headers: dict[str, str]
    text: str


class Line:
    """One kept-alive connection to the server, opened again where it was lost."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookie = ""
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, target: str, form: dict[str, str] | None = None, *, parts: bool = False) -> Reply:
        """Send a request and return the answer; ConnectionError where none came."""
        try:
            if self._writer is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
            self._writer.write(self._request(target, form, parts))
            await self._writer.drain()
            return await self._answer()
        except (OSError, EOFError) as error:
            self.close()
            raise ConnectionError(str(error)) from None

    async def listen(self, target: str) -> None:
        """Hold a stream of news open and read what comes, until it ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self._request(target, None, False))
            while await reader.read(65536):
                pass
        finally:
            writer.close()

    def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    def _request(self, target: str, form: dict[str, str] | None, parts: bool) -> bytes:
        body = urlencode(form).encode() if form is not None else b""
        lines = [f"{'GET' if form is None else 'POST'} {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"Origin: http://127.0.0.1:{self.port}", "Sec-Fetch-Site: same-origin"]
        lines += [f"Cookie: {self.cookie}"] if self.cookie else []
        lines += ["HX-Request: true"] if parts else []
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def _answer(self) -> Reply:
        assert self._reader is not None
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:]) if name}
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].split(";")[0]
        return Reply(int(head[0].split()[1]), headers, body.decode("utf-8", "replace"))


@dataclass
class Counted:
    """What was seen of all saves."""

    took: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    resent: int = 0
    busy: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Someone:
    """A person with a page open, and what they saved, in order."""

    name: str
    line: Line
    number: int
    csrf: str = ""
    address: str = ""
    news: str = ""
    bases: dict[str, int] = field(default_factory=dict)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    saved: list[tuple[str, str]] = field(default_factory=list)

    async def come_in(self, link: str) -> None:
        """Open the invite and the pages."""
        target = urlsplit(link).path
        page = await self.line.ask(target)
        await self.line.ask(target, {"csrf": token_in(page)})
        home = await self.line.ask("/")
        found = re.search(rf'href="(/checklists/{CHECKLIST}-[0-9a-f]+)"', home.text)
        if found is None:
            raise BrokenError(f"{self.name} does not see the checklist: {home.status}")
        self.address = found[1]
        last = "0"
        for section in dict.fromkeys(section for section, _ in (*TEXTS, *CHOICES)):
            page = await self.line.ask(f"{self.address}/sections/{section}")
            self.csrf = token_in(page)
            last = (re.search(r'data-last="([0-9]+)"', page.text) or ["", "0"])[1]
            for part in page.text.split('<section class="question')[1:]:
                item = (re.search(r'data-item="([^"]+)"', part) or ["", ""])[1]
                self.bases[item] = base_in(part, item)
                self.values[item] = tuple(re.findall(r'type="radio" name="value" value="([^"]+)"', part))
        self.news = f"{self.address}/events?tab=p{self.number}&since={last}"
        self.line.close()  # the server closes what is idle for long, and others are still coming in

    async def watch(self) -> None:
        """Hold the stream of news open, as the page does, and open it again when it ends."""
        while True:
            with suppress(OSError):
                await self.line.listen(self.news)
            await asyncio.sleep(1)

    async def save_until(self, start: float, seconds: float, every: float, counted: Counted) -> None:
        """Save an answer every so often, each another one than before."""
        turn = 0
        while (due := start + turn * every) < start + seconds:
            await asyncio.sleep(max(0, due - time.perf_counter()))
            counted.late.append(time.perf_counter() - due)
            await self._save(turn, counted)
            turn += 1

    async def _save(self, turn: int, counted: Counted) -> None:
        asked = (*TEXTS, *CHOICES)
        item = asked[(turn + self.number) % len(asked)][1]
        offered = self.values.get(item, ())
        value = (
            offered[(turn // len(asked) + self.number) % len(offered)] if offered else f"{self.name} says {turn} on it"
        )
        form = {"csrf": self.csrf, "value": value, "na_reason": "", "link": ""}
        began = time.perf_counter()
        while True:
            try:
                sent = {**form, "base": str(self.bases[item])}
                reply = await self.line.ask(f"{self.address}/items/{quote(item)}", sent, parts=True)
            except ConnectionError:
                counted.resent += 1
                await asyncio.sleep(AGAIN_AFTER)
                began = time.perf_counter()
                continue
            if reply.status == 429:
                counted.busy += 1
                await asyncio.sleep(int(reply.headers.get("retry-after", "1")))
                began = time.perf_counter()
                continue
            break
        counted.took.append(time.perf_counter() - began)
        if reply.status != 200:
            counted.wrong.append(f"{reply.status} for {self.name} at {item}: {reply.text[:200]!r}")
            return
        self.saved.append((item, value))
        self.bases[item] = base_in(reply.text, item)


def token_in(reply: Reply) -> str:
    """Return the token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', reply.text)
    if found is None:
        raise BrokenError(f"a page without a form: {reply.status} {reply.text[:300]!r}")
    return unescape(found[1])


def base_in(text: str, item: str) -> int:
    """Return what a question's form was drawn from."""
    found = re.search(rf'data-item="{re.escape(item)}" data-base="([0-9]+)"', text)
    if found is None:
        raise BrokenError(f"an answer that does not show {item}: {text[:300]!r}")
    return int(found[1])


class Server:
    """`ethicscheck serve --team`, which can be killed and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.link = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it; return when it answers."""
        command = [sys.executable, "-m", "ethicscheck", "serve", str(self.folder), "--team", "--no-browser"]
        self.process = subprocess.Popen([*command, "--port", str(self.port)], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            raise BrokenError(f"the server did not start: {line!r}")
        self.link = found[0]
        self.port = urlsplit(found[0]).port or 0

    def kill(self, how: int = signal.SIGKILL) -> None:
        """End it."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()
        self.process = None

    def cpu(self) -> float:
        """Return the seconds of processor time it used so far; 0 where that can't be read."""
        try:
            parts = Path(f"/proc/{self.process.pid if self.process else 0}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving() -> Iterator[Server]:
    """Serve a copy of the example with nothing answered."""
    with tempfile.TemporaryDirectory(prefix="ethicscheck-web-load-") as kept:
        folder = Path(kept) / "project"
        shutil.copytree(EXAMPLE, folder)
        shutil.rmtree(folder / "answers")
        command = [sys.executable, "-m", "ethicscheck", "audit", str(folder / "ethicscheck.yaml")]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        server = Server(folder)
        try:
            server.start()
            yield server
        finally:
            server.kill(signal.SIGINT)


async def invite(server: Server, people: int) -> list[Someone]:
    """Come in as the owner, begin the checklist, invite everybody; return them with their pages open."""
    owner = Line(server.port)
    parts = urlsplit(server.link)
    await owner.ask(f"{parts.path}?{parts.query}")
    csrf = token_in(await owner.ask("/who"))
    await owner.ask("/who", {"csrf": csrf, "name": "Owner", "role": "owner", "next": "/"})
    home = await owner.ask("/")
    found = re.search(rf'href="(/checklists/{CHECKLIST}-[0-9a-f]+)"', home.text)
    if found is None:
        raise BrokenError("the first page does not show the checklist")
    begun = await owner.ask(f"{found[1]}/begin", {"csrf": csrf})
    names = [f"Person {number + 1:02}" for number in range(people)]
    for name in names:
        form = {"csrf": csrf, "name": name, "role": ROLE, "access": "answerer", "days": "7"}
        while (reply := await owner.ask("/people/invite", form)).status == 429:
            await asyncio.sleep(1)
        if reply.status != 303:
            raise BrokenError(f"{name} can't be invited: {reply.status}; the checklist was begun with {begun.status}")
    page = await owner.ask("/people")
    owner.close()
    known = [Someone(name, Line(server.port), number) for number, name in enumerate(names)]
    for one in known:
        row = page.text.split(f">Link for {one.name}<", 1)[1]
        await one.come_in(unescape((re.search(r'value="(http[^"]+)"', row) or ["", ""])[1]))
    return known


async def run(server: Server, people: int, seconds: float, every: float, kill: bool) -> tuple[list[Someone], Counted]:
    """Let everybody save for a while."""
    known = await invite(server, people)
    counted = Counted()
    watching = [asyncio.create_task(one.watch()) for one in known]
    start = time.perf_counter() + 0.5
    saving = [
        asyncio.create_task(one.save_until(start + every * one.number / people, seconds, every, counted))
        for one in known
    ]
    if kill:
        await asyncio.sleep(0.5 + seconds / 2)
        server.kill()
        await asyncio.to_thread(server.start)
    await asyncio.gather(*saving)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    for one in known:
        one.line.close()
    return known, counted


def compare(folder: Path, known: list[Someone]) -> list[str]:
    """Return what the journal holds otherwise than it was acknowledged."""
    path = next(folder.rglob(f"{CHECKLIST}.answers.jsonl"))
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    numbers = [entry["seq"] for entry in entries]
    found = [] if numbers == sorted(set(numbers)) else ["the journal's numbers do not rise"]
    for one in known:
        mine = [(entry["item"], entry["value"]) for entry in entries if entry.get("by") == one.name]
        if mine != one.saved:
            lost = [part for part in one.saved if part not in mine]
            found.append(f"{one.name}: {len(one.saved)} acknowledged, {len(mine)} in the journal; lost: {lost[:3]}")
    return found


def share(times: list[float], part: float) -> float:
    """Return the time in milliseconds that a share of all stayed under."""
    return 1000 * sorted(times)[min(len(times) - 1, int(part * len(times)))] if times else 0.0


def main() -> int:
    """Run both and print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--every", type=float, default=2)
    options.add_argument("--limit-ms", type=float, default=150, help="the p95 it is held to; 0: none")
    asked = options.parse_args()
    bad = False
    print(f"{asked.people} people, a save every {asked.every:g} s each, {asked.seconds:g} s, {os.cpu_count()} cores")
    print(f"{'':8} {'saves':>6} {'p50':>7} {'p95':>7} {'p99':>7} {'most':>7} {'late':>7} {'server':>7} {'load':>5}")
    for name, kill in (("running", False), ("killed", True)):
        with serving() as server:
            known, counted = asyncio.run(run(server, asked.people, asked.seconds, asked.every, kill))
            cpu = server.cpu()
            wrong = [*counted.wrong, *compare(server.folder, known)]
        times = [share(counted.took, part) for part in (0.5, 0.95, 0.99, 1)]
        late = share(counted.late, 0.95)
        print(
            f"{name:8} {len(counted.took):6} "
            + " ".join(f"{one:4.0f} ms" for one in (*times, late))
            + f" {cpu:5.0f} s {os.getloadavg()[0]:5.1f}"
        )
        print(f"{'':8} sent again {counted.resent}, told to wait {counted.busy}, lost, doubled or broken {len(wrong)}")
        for line in wrong[:10]:
            print(f"{'':8} {line}")
        slow = not kill and 0 < asked.limit_ms < times[1]
        if slow:
            print(f"{'':8} p95 is above {asked.limit_ms:g} ms")
        bad = bad or bool(wrong) or slow or not counted.took
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
