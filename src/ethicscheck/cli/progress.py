"""A progress bar for data that take longer than a second or two; Ctrl-C stops the engine at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from ethicscheck.auditing.watching import watched

PATIENCE = 1.5


class Progress:
    """Runs engine calls on a thread of their own while this one watches, draws and listens for Ctrl-C."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self._display: Any = None
        self._started = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._display is not None:
            self._display.stop()

    def run(self, work: Callable[[], Any], connection: Any) -> Any:
        """Run one engine call.

        Raises
        ------
        KeyboardInterrupt
            After the engine's query was stopped.
        """
        return watched(work, connection, self._draw)

    def _draw(self, connection: Any) -> None:
        if self.quiet or time.monotonic() - self._started < PATIENCE:
            return
        if self._display is None:
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            console = Console(stderr=True)
            if not console.is_terminal:
                self.quiet = True
                return
            self._display = Bar(
                TextColumn("reading the data"),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f} %"),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
                console=console,
                transient=True,
            )
            self._display.add_task("read", total=100)
            self._display.start()
        done = connection.query_progress()
        task = self._display.tasks[0]
        self._display.update(task.id, completed=max(done, task.completed) if done >= 0 else task.completed)
