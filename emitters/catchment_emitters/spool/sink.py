"""What ships events to one place promises, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

LATER = frozenset({401, 403, 407, 408, 425, 429})
"""Answers over HTTP to ask again after. 401, 403 and 407 are about who sends, not about what is
sent: mending the key mends them."""


@dataclass
class Answer:
    """What became of some events; those named in neither list were acknowledged.

    Positions count from 0 in what was handed over.
    """

    refused: list[tuple[int, str]] = field(default_factory=list)
    """Position and reason: the same event would be refused again."""
    retry: list[int] = field(default_factory=list)
    """To be sent again: the same event may pass later."""
    reason: str = ""
    """Why there is something to be sent again."""
    retry_after_seconds: float | None = None
    """How long the peer asks to be left alone."""


class Sink(Protocol):
    """Ships to one place. Used by one thread at a time."""

    def send(self, events: Sequence[bytes]) -> Answer:
        """Send them and wait for the peer's word, within the bounds of time. Does not raise."""

    def close(self) -> None:
        """Give back connections."""
