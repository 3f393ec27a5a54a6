"""One audit in a process of its own, started by `running`: `python -P -m ethicscheck.web.runs.child CONFIG FOLDER MEMORY`.

It writes the documents that the config asks for into FOLDER and says how far it is: one JSON object a line on standard
output. It stops when its standard input ends, so it never outlives the server that started it.
"""

from __future__ import annotations

import _thread
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STOPPED = 130
CANNOT = 2
OFTEN = 0.25  # seconds between two lines about the same step
MOST_PROBLEMS, LONGEST = 20, 2_000


class Teller:
    """Says how far the audit is, on a stream of its own; what else is printed goes to standard error."""

    def __init__(self) -> None:
        self._stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._phase = ""
        self._told = 0.0

    def phase(self, name: str, fraction: float | None = None) -> None:
        """Say what is being done, and how much of it is done where that is known."""
        now = time.monotonic()
        if name == self._phase and now - self._told < OFTEN:
            return
        self._phase, self._told = name, now
        self.tell({"phase": name, "fraction": fraction})

    def tell(self, part: dict[str, Any]) -> None:
        """Write one line."""
        try:
            self._stream.write(json.dumps(part) + "\n")
            self._stream.flush()
        except OSError:
            raise KeyboardInterrupt from None  # nobody listens any more


class Stopping:
    """Stops the audit when the server lets go of it; once the documents are being put in place it is too late."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._over = False

    def listen(self) -> None:
        """Wait for the end of standard input, on a thread of its own."""
        threading.Thread(target=self._wait, name="stop", daemon=True).start()

    def over(self) -> None:
        """From here on nothing is stopped any more."""
        with self._lock:
            self._over = True

    def _wait(self) -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        while True:  # an interrupt can get lost in foreign code that swallows it
            with self._lock:
                if self._over:
                    return
                _thread.interrupt_main()
            time.sleep(1)


def main(words: list[str]) -> int:
    """Audit and return the exit code: 0 done, 2 could not, 130 stopped."""
    config, folder, memory = Path(words[0]), Path(words[1]), int(words[2])
    teller, stopping = Teller(), Stopping()
    stopping.listen()
    try:
        limit_memory(memory)
        _audit(config, folder, memory, teller)
        stopping.over()
        return 0
    except KeyboardInterrupt:
        stopping.over()
        return STOPPED
    except BaseException as error:  # noqa: BLE001  # told in a line; the server has nobody else to ask
        stopping.over()
        with contextlib.suppress(KeyboardInterrupt):
            teller.tell({"problems": problems_of(error, config)})
        return CANNOT


def _audit(config: Path, folder: Path, memory: int, teller: Teller) -> None:
    from ethicscheck.api import AuditResult
    from ethicscheck.auditing import load_config, make_record
    from ethicscheck.auditing.watching import watched
    from ethicscheck.exports import check_formats
    from ethicscheck.model.profile_use import names_of

    teller.phase("config")
    loaded = load_config(config)
    check_formats(loaded.config.outputs, names_of(loaded.config.policy.profiles))
    known: set[int] = set()

    def run(work: Callable[[], Any], connection: Any) -> Any:
        if id(connection) not in known:
            known.add(id(connection))
            _limit_engine(connection, folder, memory)
        try:
            return watched(work, connection, lambda engine: teller.phase("data", _fraction(engine)))
        finally:
            teller.phase("numbers")

    teller.phase("data")
    record = make_record(loaded, run=run)
    teller.phase("documents")
    AuditResult(record, loaded.config.outputs, loaded.template).save(folder)
    teller.tell({"done": {"verdict": record.verdict, "rows": record.data.rows}})


def _fraction(connection: Any) -> float | None:
    """Return how much of the engine's call is done, None where it doesn't know."""
    done = float(connection.query_progress())
    return min(done, 100.0) / 100 if done >= 0 else None


def _limit_engine(connection: Any, folder: Path, memory: int) -> None:
    """Give the engine most of the memory; what it can't hold it puts beside the documents, where it is cleared away."""
    if memory:
        connection.execute(f"SET memory_limit = '{memory * 7 // 10} B'")
    beside = str(folder.parent / "engine").replace("'", "''")
    connection.execute(f"SET temp_directory = '{beside}'")


def limit_memory(memory: int) -> None:
    """Let the system refuse this process more memory than that, where it can; 0 is no limit."""
    if memory:
        with contextlib.suppress(ImportError, OSError, ValueError):
            import resource

            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def problems_of(error: BaseException, config: Path) -> list[str]:
    """Return what went wrong, in the words that the command line prints."""
    from ethicscheck.errors import EthicscheckError
    from ethicscheck.model.wording import visible

    if isinstance(error, EthicscheckError):
        said = [str(problem) for problem in error.problems]
    elif isinstance(error, MemoryError):
        said = ["out of memory — give the machine more, or audit fewer columns at once"]
    else:
        how = f"`ethicscheck --debug audit {config}` shows where, please report it"
        said = [f"unexpected {type(error).__name__}: {error} — a bug of ours; {how}"]
    shown = [visible(" ".join(text.split()))[:LONGEST] for text in said[:MOST_PROBLEMS]]
    more = len(said) - MOST_PROBLEMS
    return [*shown, f"and {more} more"] if more > 0 else shown


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)  # an engine that has not let go yet would abort the process on Python's way out
