"""Limits on how much one client, and all of them together, may use."""

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable

MAX_CLIENTS = 10_000
"""Clients remembered at once, so that many addresses cannot fill the memory."""

Clock = Callable[[], float]


class RateLimiter:
    """A token bucket for each client: a full minute's worth at once, then a steady rate."""

    def __init__(self, per_minute: int, clock: Clock = time.monotonic) -> None:
        self._size = float(per_minute)
        self._rate = per_minute / 60
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Counts one request. Returns 0.0 when it may pass, else the seconds until one may."""
        now = self._clock()
        level, since = self._buckets.pop(client, (self._size, now))
        level = min(self._size, level + (now - since) * self._rate)
        passes = level >= 1
        self._buckets[client] = (level - 1 if passes else level, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if passes else (1 - level) / self._rate


class TokenBudget:
    """How many model tokens the whole service may use in any hour: the bill has an upper end."""

    def __init__(self, per_hour: int, clock: Clock = time.monotonic) -> None:
        self._per_hour = per_hour
        self._clock = clock
        self._spent: deque[tuple[float, int]] = deque()
        self._total = 0

    def exhausted(self) -> bool:
        """Says whether the tokens of the last hour have reached the limit."""
        hour_ago = self._clock() - 3_600
        while self._spent and self._spent[0][0] <= hour_ago:
            self._total -= self._spent.popleft()[1]
        return self._total >= self._per_hour

    def spend(self, tokens: int) -> None:
        """Counts tokens that were used."""
        self._spent.append((self._clock(), tokens))
        self._total += tokens


def client_of(host: str | None) -> str:
    """Returns the name under which a client is counted.

    An IPv6 customer owns a whole /64 network, so all its addresses count as one client.
    """
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
