"""A bounded cache that is read at a dict's speed. Knows nothing of what it holds."""

from itertools import islice
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Cache(dict[K, V]):
    """A dict that may grow beyond `entries_max` until its owner trims it.

    So whoever found an entry can rely on it until the owner says that nobody is at work.
    """

    __slots__ = ("_entries_max",)

    def __init__(self, entries_max: int) -> None:
        super().__init__()
        self._entries_max = entries_max

    def trim(self) -> None:
        """If there are too many entries, drop the oldest until half as many are left."""
        if len(self) > self._entries_max:
            for old in list(islice(self, len(self) - self._entries_max // 2)):
                del self[old]
