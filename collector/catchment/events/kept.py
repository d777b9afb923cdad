"""A bounded memory of what was made of bytes. Knows nothing of what it holds."""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
_KEPT_BYTES_MAX = 64 * 1024
_ENTRY_BYTES = 1_000


class Kept(Generic[K, V]):
    """Spellings and what was made of them: two generations of at most half of `bytes_max` each.

    An entry counts as the bytes it was read from and what Python needs around them; a large one,
    which is unlikely to come again, is not kept.
    """

    __slots__ = ("_bytes", "_half_bytes", "_old", "_young")

    def __init__(self, bytes_max: int) -> None:
        self._half_bytes = bytes_max // 2
        self._bytes = 0
        self._young: dict[K, tuple[V, int]] = {}
        self._old: dict[K, tuple[V, int]] = {}

    def get(self, key: K) -> V | None:
        """What was made of it; None if it is not remembered."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is None:
                return None
            self.put(key, *found)
        return found[0]

    def put(self, key: K, value: V, size_bytes: int) -> None:
        """Remember it, for a while."""
        if size_bytes > _KEPT_BYTES_MAX:
            return
        if self._bytes > self._half_bytes:
            self._old, self._young, self._bytes = self._young, {}, 0
        self._young[key] = (value, size_bytes)
        self._bytes += size_bytes + _ENTRY_BYTES
