"""What takes a while to draw, kept while it is asked for: documents of a record, comparisons, the facts of a page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import anyio
from anyio import to_thread

T = TypeVar("T")

AT_ONCE = 2  # drawings: the machine has other visitors


class Drawn(Generic[T]):
    """Keeps the things that were asked for last, up to a weight in all; each is made once, however many ask for it.

    Used from the app's event loop; what makes a thing runs in a thread.

    Parameters
    ----------
    most : the weight of all that is kept.
    weigh : the weight of one thing.
    """

    def __init__(self, most: int, weigh: Callable[[T], int]) -> None:
        self._most = most
        self._weigh = weigh
        self._weight = 0
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._locks: dict[Hashable, anyio.Lock] = {}
        self._limiter: anyio.CapacityLimiter | None = None

    async def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return a thing, made where it is not kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._limiter = self._limiter or anyio.CapacityLimiter(AT_ONCE)
        lock = self._locks.setdefault(key, anyio.Lock())
        try:
            async with lock:
                if key not in self._kept:
                    made = await to_thread.run_sync(make, limiter=self._limiter)
                    return self._keep(key, made)
                return self._kept[key]
        finally:
            if not lock.statistics().tasks_waiting:
                self._locks.pop(key, None)

    def _keep(self, key: Hashable, made: T) -> T:
        weight = self._weigh(made)
        if weight <= self._most // 2:
            self._kept[key] = made
            self._weight += weight
            while self._weight > self._most:
                self._weight -= self._weigh(self._kept.popitem(last=False)[1])
        return made


__all__ = ["Drawn"]
