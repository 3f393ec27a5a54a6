"""Runs an engine call on a thread of its own, so that whoever asked can look at it meanwhile and stop it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

STEP = 0.1


def watched(work: Callable[[], Any], connection: Any, look: Callable[[Any], None]) -> Any:
    """Run one engine call and return what it returns.

    Parameters
    ----------
    work : the call.
    connection : the engine's connection, which can be interrupted.
    look : is given the connection ten times a second while the call runs.

    Raises
    ------
    KeyboardInterrupt
        After the engine's query was stopped.
    """
    outcome: dict[str, Any] = {}
    done = threading.Event()

    def call() -> None:
        try:
            outcome["value"] = work()
        except BaseException as error:  # noqa: BLE001  # handed over to the waiting thread
            outcome["error"] = error
        finally:
            done.set()

    worker = threading.Thread(target=call, name="engine", daemon=True)
    try:
        worker.start()
        while not done.wait(STEP):
            look(connection)
    except KeyboardInterrupt:
        # The engine must have let go before Python ends, and it forgets a stop that comes before its query.
        while worker.is_alive():
            connection.interrupt()
            worker.join(STEP)
        raise
    worker.join()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


__all__ = ["watched"]
