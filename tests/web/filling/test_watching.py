"""Open pages are told what others save, whoever writes it, and who is there; each event is small and comes once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ethicscheck.checklist.answering import answer_item, withdraw_answer
from ethicscheck.checklist.opening import open_journal
from ethicscheck.web.journals import LiveJournal
from ethicscheck.web.watching import MOST_WAITING, Watch, Watcher
from web_helpers import journal_in

AT = "2026-01-02T03:04:05Z"
PATIENCE = 60  # seconds that a busy machine may take for what takes none


@pytest.fixture
def live(tmp_path: Path) -> LiveJournal:
    (tmp_path / "small.yaml").write_text(
        "schema: ethicscheck/checklist/1\nid: small\nversion: '1'\ntitle: Small\nsections:\n  - id: one\n    title: One\n"
        "    items:\n      - {id: one.a, type: text, text: What?, help: Why.}\n"
        "      - {id: one.b, type: text, text: How?, help: Why.}\n"
    )
    return LiveJournal(journal_in(tmp_path, "small.yaml", "small.answers.jsonl"))


def answered(live: LiveJournal, item: str, value: str, by: str = "Ben") -> None:
    """Answer as a command line does: by another object over the same file."""
    answer_item(open_journal(live.path), item, value, by=by, role="product", at=AT)


async def next_event(stream: AsyncIterator[str]) -> tuple[str, object]:
    while True:
        text = await asyncio.wait_for(anext(stream), PATIENCE)
        if text.startswith("event:"):
            name, data = text.strip().split("\n")
            return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def page(watch: Watch, live: LiveJournal, who: str, since: int = 1) -> AsyncIterator[str]:
    return watch.events(live, "k", (who, "1"), who.lower(), who, since)


def test_what_is_written_elsewhere_is_told_to_every_open_page_once(live: LiveJournal) -> None:
    async def both() -> list[object]:
        watch = Watch(every=0.01)
        ana, eva = page(watch, live, "Ana"), page(watch, live, "Eva")
        await next_event(ana)  # who is here
        await next_event(eva)
        answered(live, "one.b", "So.")
        told = []
        for stream in (ana, eva):
            event = await next_event(stream)
            while event[0] == "here":
                event = await next_event(stream)
            told.append(event)
        withdraw_answer(open_journal(live.path), "one.b", by="Ben", role="product", at=AT)
        told.append(await next_event(ana))
        await ana.aclose()
        await eva.aclose()
        return told

    first = ("said", {"at": "q2", "by": "Ben", "did": "answer", "seq": 2})
    assert asyncio.run(both()) == [first, first, ("said", {"at": "q2", "by": "Ben", "did": "withdrawal", "seq": 3})]


def test_a_page_that_slept_is_told_the_last_thing_about_each_question_it_missed(live: LiveJournal) -> None:
    answered(live, "one.a", "Before the page was drawn.")
    answered(live, "one.b", "One.")
    answered(live, "one.b", "Two.")

    async def missed() -> tuple[str, object]:
        stream = page(Watch(), live, "Ana", since=2)
        found = await next_event(stream)
        await stream.aclose()
        return found

    assert asyncio.run(missed()) == ("said", {"at": "q2", "by": "Ben", "did": "answer", "seq": 4})


def test_people_see_who_else_is_there_and_not_themselves(live: LiveJournal) -> None:
    async def seen() -> list[object]:
        watch = Watch(every=0.01)
        ana = page(watch, live, "Ana")
        found = [await next_event(ana)]
        ben = page(watch, live, "Ben")
        await next_event(ben)
        found.append(await next_event(ana))
        watch.presence.move(("Ben", "1"), "k", "q2")
        found.append(await next_event(ana))
        await ben.aclose()
        found.append(await next_event(ana))
        await ana.aclose()
        return found

    assert asyncio.run(seen()) == [("here", []), ("here", [["Ben", ""]]), ("here", [["Ben", "q2"]]), ("here", [])]


def test_when_the_last_page_is_closed_nobody_looks_at_the_journal_any_more(live: LiveJournal) -> None:
    async def left() -> tuple[int, int]:
        watch = Watch(every=0.01)
        ana = page(watch, live, "Ana")
        await next_event(ana)
        during = len(asyncio.all_tasks())
        await ana.aclose()
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.01)
        return during, len(watch.presence.people("k"))

    assert asyncio.run(left()) == (2, 0)


def test_a_page_that_does_not_read_is_let_go_and_takes_no_memory() -> None:
    async def flooded() -> tuple[int, object]:
        watcher = Watcher("ana")
        for number in range(MOST_WAITING + 1):
            watcher.put(f"event: {number}")
        return watcher.waiting.qsize(), watcher.waiting.get_nowait()

    assert asyncio.run(flooded()) == (1, None)


def test_a_journal_that_breaks_meanwhile_ends_no_page(live: LiveJournal) -> None:
    async def broken() -> tuple[str, object]:
        watch = Watch(every=0.01)
        ana = page(watch, live, "Ana")
        await next_event(ana)
        whole = live.path.read_bytes()
        live.path.write_bytes(b"{not a line\n" + whole)
        await asyncio.sleep(0.1)
        live.path.write_bytes(whole)
        answered(live, "one.a", "After it was mended.")
        found = await next_event(ana)
        await ana.aclose()
        return found

    assert asyncio.run(broken())[0] == "said"


def test_when_the_server_ends_so_do_the_streams(live: LiveJournal) -> None:
    async def ended() -> bool:
        watch = Watch(every=0.01)
        ana = page(watch, live, "Ana")
        await next_event(ana)
        watch.close()
        async for _ in ana:
            pass
        return True

    assert asyncio.run(ended())


def test_a_page_has_one_stream_so_nobody_holds_many_open_under_one_key(live: LiveJournal) -> None:
    async def both() -> tuple[list[str], object]:
        watch = Watch(every=0.01)
        older = page(watch, live, "Eva")
        await next_event(older)
        newer = page(watch, live, "Eva")
        await next_event(newer)
        left = [event async for event in older]
        there = watch.presence.people("k")
        await newer.aclose()  # type: ignore[attr-defined]
        assert watch.presence.people("k") == ()
        return left, there

    left, there = asyncio.run(asyncio.wait_for(both(), PATIENCE))

    assert all(event.startswith("event: here") for event in left)
    assert there == (("eva", "Eva", ""),)
