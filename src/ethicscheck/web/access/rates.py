"""How often somebody may ask: token buckets, so many that they fit in a little memory whoever asks."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KEYS = 4096


class Buckets:
    """One bucket a key: it holds `burst` requests and fills again by `rate` a second.

    The keys not asked about for longest are forgotten first, so the memory stays bounded.
    """

    def __init__(
        self, rate: float, burst: float, most: int = MOST_KEYS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one request out; return 0 when there was one, else the seconds until there is."""
        now = self._clock()
        level, at = self._levels.pop(key, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        wait = 0.0 if level >= 1 else (1 - level) / self._rate
        self._levels[key] = (level if wait else level - 1, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return wait

    def __len__(self) -> int:
        return len(self._levels)


def address_key(client: str) -> str:
    """Return what is counted together: an IPv4 address; of IPv6 the network, for each guest gets many addresses."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


__all__ = ["Buckets", "address_key"]
