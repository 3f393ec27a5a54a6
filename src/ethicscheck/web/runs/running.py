"""Audits that people start in the app: each in a process of its own, watched, stopped, and its documents put in place.

The documents of an audit are written into a hidden folder; once all of them are there, that folder is renamed to
`ethicscheck-out/YYYYMMDD-HHMMSS/` beside the config. So there is a whole audit or none, and never in the place of another.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from anyio import to_thread

from ethicscheck.errors import EthicscheckError, UsageError
from ethicscheck.web.access import Person

from .facts import Run, end_facts, read_runs
from .log import RunLog
from .places import Place

AT_ONCE = 2
KEPT = 200  # audits that ended and can still be looked at
LONGEST_LINE = 1 << 18
GRACE = 15.0  # seconds that an audit has to let go by itself
LONGEST = 4 * 3600.0
GONE = "The server ended before the audit did. Nothing was written."


@dataclass
class _Going:
    """What belongs to an audit that is being made."""

    place: Place
    process: asyncio.subprocess.Process | None = None
    task: asyncio.Task[None] | None = None
    stop: bool = False


class Runs:
    """The audits of one project; everything here is called from the app's event loop.

    Parameters
    ----------
    folder : the project's folder.
    at_once : how many audits may be made at a time.
    memory : bytes that one audit may take; None for an equal part of most of the machine's.
    made : called when documents were put in place.
    """

    def __init__(
        self, folder: Path, at_once: int = AT_ONCE, memory: int | None = None, made: Callable[[], None] = lambda: None
    ) -> None:
        self.folder = folder.resolve()
        self.log = RunLog(self.folder)
        self.at_once = at_once
        self.memory = _share(at_once) if memory is None else memory
        self._runs: dict[str, Run] = {}
        self._going: dict[str, _Going] = {}
        self._changed: dict[str, asyncio.Event] = {}
        self._closed = False
        self._made = made

    def get(self, run: str) -> Run | None:
        """Return an audit by its name, None where there is none, or it is long past."""
        return self._runs.get(run)

    def all(self) -> tuple[Run, ...]:
        """Return the audits, the newest first."""
        return tuple(reversed(self._runs.values()))

    def running(self, key: str) -> Run | None:
        """Return the audit of a config that is being made."""
        return next((run for run in self._runs.values() if run.key == key and not run.ended), None)

    async def remember(self) -> None:
        """Read what was started before the server was; what it left unfinished is cleared away."""
        for run in await to_thread.run_sync(lambda: read_runs(self.log.lines())):
            place = Place(self.folder, run.config, run.id)
            if run.ended:
                self._runs.setdefault(run.id, run)
            elif run.id not in self._runs and not await to_thread.run_sync(place.is_alive):
                self._runs[run.id] = gone = replace(run, state="failed", problems=(GONE,))
                await to_thread.run_sync(place.clear)
                await self._log_end(gone)
        self._forget()

    async def start(self, key: str, config: Path, person: Person) -> Run:
        """Start the audit of a config; where one is being made already, return that.

        Raises
        ------
        UsageError
            When too many are being made, or nothing can be written there.
        """
        if (other := self.running(key)) is not None:
            return other
        if self._closed:
            raise UsageError("the server is being ended", "", "start the audit once it is there again")
        if len(self._going) >= self.at_once:
            many = "An audit is" if self.at_once == 1 else f"{self.at_once} audits are"
            raise UsageError(f"{many} being made already", "", "wait until one is done, or stop it")
        name = config.relative_to(self.folder).as_posix()
        run = Run(secrets.token_urlsafe(12), key, name, person.name, "")
        going = self._going[run.id] = _Going(Place(self.folder, name, run.id))
        self._keep(run)  # from here on a second start finds it
        try:
            await to_thread.run_sync(going.place.prepare)
            at = await to_thread.run_sync(self._log_start, run, person)
        except BaseException as error:
            await to_thread.run_sync(going.place.clear)
            said = tuple(map(str, error.problems)) if isinstance(error, EthicscheckError) else ("It was not started.",)
            del self._going[run.id]
            self._keep(replace(run, state="failed", problems=said))
            raise
        self._keep(replace(self._runs[run.id], at=at))
        going.task = asyncio.create_task(self._make(run.id))
        return self._runs[run.id]

    async def stop(self, run: str, by: str) -> None:
        """Have an audit let go; what became of it is seen by watching it."""
        going, known = self._going.get(run), self._runs.get(run)
        if going is None or known is None or known.ended or going.stop:
            return
        going.stop = True
        self._keep(replace(known, state="stopping", ended_by=by))
        _let_go(going)

    async def changed(self, known: Run) -> None:
        """Wait until an audit is no longer as it was known."""
        if self._runs.get(known.id) is known and not known.ended:
            await self._changed.setdefault(known.id, asyncio.Event()).wait()

    async def watch(self, run: str) -> AsyncIterator[Run]:
        """Yield an audit as it is, and whenever it changed; ends when the audit has."""
        while (known := self._runs.get(run)) is not None:
            yield known
            if known.ended:
                return
            await self.changed(known)

    async def close(self) -> None:
        """Stop every audit and wait until each has let go."""
        self._closed = True
        while self._going:
            for run in list(self._going):
                await self.stop(run, "")
            tasks = [going.task for going in self._going.values() if going.task is not None]
            await asyncio.wait([*tasks, asyncio.create_task(asyncio.sleep(0.05))], return_when="FIRST_COMPLETED")

    # What becomes of one audit

    async def _make(self, run: str) -> None:
        going = self._going[run]
        said: dict[str, Any] = {}
        try:
            async with asyncio.timeout(LONGEST):
                code = await self._follow(run, going, said)
            ended = await to_thread.run_sync(self._judge, self._runs[run], going, code, said)
        except TimeoutError:
            ended = self._failed(run, "It took more than four hours and was stopped.")
        except EthicscheckError as error:
            ended = self._failed(run, *map(str, error.problems))
        except Exception as error:  # noqa: BLE001  # whatever it was, whoever waits for this audit must hear of it
            ended = self._failed(run, f"It could not be made: {error}")
        finally:
            await _end(going)
            await to_thread.run_sync(going.place.clear)
        if ended.folder is not None:
            self._made()
        await self._log_end(ended)
        del self._going[run]
        self._keep(ended)
        self._forget()

    def _failed(self, run: str, *problems: str) -> Run:
        return replace(self._runs[run], state="failed", problems=problems)

    async def _follow(self, run: str, going: _Going, said: dict[str, Any]) -> int:
        """Run the process and keep up with what it says."""
        known = self._runs[run]
        config = self.folder / known.config
        words = (config.name, str(going.place.documents), str(self.memory))
        going.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # nothing that lies in the project is taken for a package of ours
            "-m",
            "ethicscheck.web.runs.child",
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=config.parent,
            limit=LONGEST_LINE,
            start_new_session=True,
        )
        if going.stop:
            _let_go(going)
        assert going.process.stdout is not None
        async for line in going.process.stdout:
            self._hear(run, line, said)
        return await going.process.wait()

    def _hear(self, run: str, line: bytes, said: dict[str, Any]) -> None:
        try:
            part = json.loads(line)
        except ValueError:
            return
        if "phase" in part:
            self._keep(replace(self._runs[run], phase=part["phase"], fraction=part["fraction"]))
        else:
            said |= part

    def _judge(self, run: Run, going: _Going, code: int, said: dict[str, Any]) -> Run:
        """Say what became of an audit, and put its documents in place where there are any."""
        if code == 0 and "done" in said:
            folder = going.place.put(run.at)
            done = said["done"]
            return replace(run, state="done", verdict=done["verdict"], rows=done["rows"], folder=folder, ended_by="")
        if going.stop:
            return replace(run, state="stopped")
        if "problems" in said:
            return replace(run, state="failed", problems=tuple(said["problems"]))
        ended = f"by the system with signal {-code}" if code < 0 else f"with code {code}"
        hint = "most likely for want of memory: give the machine more, or audit fewer columns at once"
        return replace(run, state="failed", problems=(f"the audit's process was ended {ended} — {hint}",))

    # The log

    def _log_start(self, run: Run, person: Person) -> str:
        by = {"id": person.id, "name": person.name, "role": person.role}
        return self.log.add("started", run.id, key=run.key, config=run.config, by=by)

    async def _log_end(self, run: Run) -> None:
        with contextlib.suppress(UsageError):  # the documents are there, or not, whatever the log takes
            await to_thread.run_sync(lambda: self.log.add("ended", run.id, **end_facts(run)))

    # What is known

    def _keep(self, run: Run) -> None:
        self._runs[run.id] = run
        if (changed := self._changed.pop(run.id, None)) is not None:
            changed.set()

    def _forget(self) -> None:
        ended = [run.id for run in self._runs.values() if run.ended]
        for run in ended[: max(0, len(ended) - KEPT)]:
            del self._runs[run]


def _let_go(going: _Going) -> None:
    """Close the process's input, which stops it; if it does not end in time it is killed."""
    process = going.process
    if process is None or process.returncode is not None:
        return
    assert process.stdin is not None
    process.stdin.close()
    asyncio.get_running_loop().call_later(GRACE, _kill, process)


async def _end(going: _Going) -> None:
    """See to it that nothing of the process is left."""
    process = going.process
    if process is not None and process.returncode is None:
        _kill(process)
        await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, 9)
            else:
                process.kill()


def _share(at_once: int) -> int:
    """Return the memory that one of several audits may take: together four fifths of the machine's; 0 if not known."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 4 // 5 // at_once
    except (AttributeError, ValueError, OSError):
        return 0


__all__ = ["Run", "Runs"]
