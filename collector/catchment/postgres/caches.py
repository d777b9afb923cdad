"""Bounded caches: two generations of a dict, so that what is used stays and the rest goes at once.

Knows nothing of what it holds.
"""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Cache(Generic[K, V]):
    """A dict of at most `entries_max` entries; old ones go half of it at a time."""

    __slots__ = ("_half", "_old", "_young")

    def __init__(self, entries_max: int) -> None:
        self._half = max(1, entries_max // 2)
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """The value, or None."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: K, value: V) -> None:
        """Keep a value."""
        if len(self._young) >= self._half and key not in self._young:
            self._old, self._young = self._young, {}
        self._young[key] = value

    def clear(self) -> None:
        """Forget everything."""
        self._young, self._old = {}, {}


class Staged(Generic[K, V]):
    """What one transaction learned, over a cache: kept when it commits, forgotten otherwise.

    A cache may hold only what is committed, because a write is skipped on its word.
    """

    __slots__ = ("_base", "_new")

    def __init__(self, base: Cache[K, V]) -> None:
        self._base = base
        self._new: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """The value, as this transaction sees it."""
        found = self._new.get(key)
        return self._base.get(key) if found is None else found

    def put(self, key: K, value: V) -> None:
        """Learn a value."""
        self._new[key] = value

    def __getitem__(self, key: K) -> V:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def keep(self) -> None:
        """The transaction committed."""
        for key, value in self._new.items():
            self._base.put(key, value)
