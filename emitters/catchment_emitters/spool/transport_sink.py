"""Anything but HTTP: through openlineage-python's own transports, in the shipping thread."""

import copy
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from openlineage.client.transport import get_default_factory
from openlineage.client.transport.kafka import KafkaTransport

from catchment_emitters.spool.limits import SpoolLimits
from catchment_emitters.spool.rebuild import rebuild
from catchment_emitters.spool.sink import LATER, Answer

_REASON_CHARS_MAX = 500
# librdkafka waits 5 minutes for a broker by default; no event is lost by asking again sooner.
_KAFKA_SECONDS_MAX = 30.0


class TransportSink:
    """Any transport of the client: one event after the other, done when `emit` returns."""

    def __init__(self, config: Mapping[str, Any], limits: SpoolLimits) -> None:
        """Raises what the transport raises if the configuration does not suit it."""
        del limits
        whole = copy.deepcopy(dict(config))
        self._kafka = whole.get("type") in ("kafka", "msk-iam")
        if self._kafka:
            # The client flushes after each event, for ever, and only logs what was not delivered.
            whole["flush"] = False
            settings = whole.setdefault("config", {})
            if "delivery.timeout.ms" not in settings:
                settings.setdefault("message.timeout.ms", int(_KAFKA_SECONDS_MAX * 1000))
        self._transport = get_default_factory().create(whole)
        self._acks: _Acks | None = None
        if isinstance(self._transport, KafkaTransport):
            self._acks = _Acks(self._transport.producer)
            self._transport.producer = self._acks

    def send(self, events: Sequence[bytes]) -> Answer:
        """In order; what follows a failure is left for the next time."""
        answer = Answer()
        for position, body in enumerate(events):
            try:
                event = rebuild(body)
            except Exception as error:
                reason = f"openlineage-python does not take it: {type(error).__name__}: {error}"
                answer.refused.append((position, reason[:_REASON_CHARS_MAX]))
                continue
            try:
                if self._acks is not None:
                    self._acks.next(position, body)
                self._transport.emit(event)
            except Exception as error:
                self._failed(error, position, len(events), answer)
                if answer.retry:
                    break
        if self._acks is not None:
            undelivered = self._acks.settle(_KAFKA_SECONDS_MAX)
            answer.retry = sorted({*answer.retry, *undelivered})
            answer.reason = next(iter(undelivered.values()), answer.reason)
        return answer

    @staticmethod
    def _failed(error: Exception, position: int, count: int, answer: Answer) -> None:
        reason = f"{type(error).__name__}: {error}"[:_REASON_CHARS_MAX]
        status = getattr(getattr(error, "response", None), "status_code", None)
        if isinstance(status, int) and 400 <= status < 500 and status not in LATER:
            answer.refused.append((position, reason))
            return
        answer.retry = list(range(position, count))
        answer.reason = reason

    def close(self) -> None:
        """Give back what the transport holds."""
        self._transport.close(1.0)


class _Acks:
    """Stands before a confluent producer: the bytes as they are, and who was delivered."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer
        self._position = 0
        self._body = b""
        self._waiting: dict[int, str] = {}

    def next(self, position: int, body: bytes) -> None:
        """What the next `produce` is about."""
        self._position, self._body = position, body

    def produce(self, *, topic: str, key: str | None, value: bytes, on_delivery: Any) -> None:
        """As the transport calls it; its own value is one serialised again, and is left out."""
        del value, on_delivery
        position = self._position
        self._waiting[position] = "no broker took it in time"
        self._producer.produce(
            topic=topic, key=key, value=self._body, on_delivery=self._report(position)
        )
        self._producer.poll(0)

    def _report(self, position: int) -> Callable[[Any, Any], None]:
        waiting = self._waiting

        def delivered(error: Any, _message: Any) -> None:
            if error is None:
                waiting.pop(position, None)
            else:
                waiting[position] = str(error)

        return delivered

    def settle(self, seconds: float) -> dict[int, str]:
        """Wait for the broker; positions and reasons of what was not delivered."""
        deadline = monotonic() + seconds
        while self._producer.flush(1.0) and monotonic() < deadline:
            pass
        undelivered, self._waiting = self._waiting, {}
        return undelivered

    def flush(self, timeout: float = -1) -> int:
        """For the transport's `close`."""
        left: int = self._producer.flush(timeout)
        return left
