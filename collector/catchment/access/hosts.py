"""Under which names this service may be asked, and by which other pages. Against DNS rebinding.

A page of an attacker can make a browser send requests to us under a name of the attacker's; it
cannot make it leave that name out of `Host`. Addresses are no names, so they are always fine.
"""

import ipaddress
import socket
from collections.abc import Iterable

from catchment.access.grants import matches

_SEEN_MAX = 1_000


class Hosts:
    """The names of `Host`, and the origins of `Origin`."""

    def __init__(self, host: str, hosts_allowed: Iterable[str], origins: Iterable[str]) -> None:
        own = {"localhost", host, socket.gethostname(), socket.getfqdn()}
        self._names = {name.lower().strip("[]") for name in own}
        self._globs = tuple(name.lower() for name in hosts_allowed)
        self._origins = tuple(origins)
        # Values are few; whoever sends many different ones only empties the memory of them.
        self._seen: dict[bytes, bool] = {}

    def knows(self, value: bytes) -> bool:
        """Whether a `Host` header names this service."""
        known = self._seen.get(value)
        if known is None:
            if len(self._seen) >= _SEEN_MAX:
                self._seen.clear()
            known = self._seen[value] = self._check(value.decode("latin-1").lower())
        return known

    def _check(self, value: str) -> bool:
        name = _without_port(value)
        if name in self._names or _is_address(name):
            return True
        return any(matches(glob, name) for glob in self._globs)

    def admits(self, origin: bytes) -> bool:
        """Whether another page's scripts may read (the setting `origins_allowed`)."""
        text = origin.decode("latin-1")
        return any(matches(glob, text) for glob in self._origins)


def is_own(origin: bytes, host: bytes) -> bool:
    """Whether a page that we served ourselves is asking."""
    return bool(host) and origin in (b"http://" + host, b"https://" + host)


def _without_port(value: str) -> str:
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.rpartition(":")[0] if value.count(":") == 1 else value


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
