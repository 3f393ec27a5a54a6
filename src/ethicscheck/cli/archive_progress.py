"""A bar for work on many bytes, at a terminal only, and only when it takes longer than a moment."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

PATIENCE = 1.5
STEP = 0.1


class Bar:
    """Shows how far it is."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._display: Any = None
        self._quiet = False
        self._next = time.monotonic() + PATIENCE

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._display is not None:
            self._display.stop()

    def step(self, done: int, total: int) -> None:
        """Hear of `done` of `total` bytes."""
        now = time.monotonic()
        if self._quiet or now < self._next:
            return
        self._next = now + STEP
        if self._display is None:
            self._start(total)
        if self._display is not None:
            self._display.update(self._display.tasks[0].id, completed=done)

    def _start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        if not console.is_terminal:
            self._quiet = True
            return
        columns = (TextColumn(self.what), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._display = Progress(*columns, console=console, transient=True)
        self._display.add_task(self.what, total=total)
        self._display.start()
