"""A real emitter that keeps what it is given, so that a test reads what would be sent."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catchment.events.strict import problems_of
from catchment_emitters.core import context, emitter
from catchment_emitters.core.emitter import Emitter
from catchment_emitters.core.settings import Settings


class Told:
    """All events of this process, each of which the strict reader takes."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []

    def append(self, body: bytes) -> None:
        self._bodies.append(body)

    def flush(self, timeout_seconds: float) -> bool:
        return timeout_seconds >= 0

    def events(self) -> list[dict[str, Any]]:
        for body in self._bodies:
            assert problems_of(body) == (), body
        return [json.loads(body) for body in self._bodies]

    def kinds(self) -> list[str]:
        return [one["eventType"] for one in self.events()]

    def last(self) -> dict[str, Any]:
        return self.events()[-1]


Telling = Callable[..., Told]


@pytest.fixture
def telling(monkeypatch: pytest.MonkeyPatch) -> Iterator[Telling]:
    """Emit by these settings."""
    for name in (context.CONTEXT, context.PARENT_ID, context.ROOT_PARENT_ID):
        monkeypatch.delenv(name, raising=False)

    def begin(**settings: Any) -> Told:
        told = Told()
        emitter.use(Emitter(Settings(**settings), told))
        return told

    yield begin
    emitter.use(None)


@pytest.fixture
def told(telling: Telling) -> Told:
    """What is emitted by the defaults."""
    return telling()
