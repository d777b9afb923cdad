"""The HTTP doors: an event, or a batch, per POST. Plain ASGI, because these are the hottest routes.

Maps verdicts to answers: 201 stored, 200 a repeat, 4xx what would fail again, 503 what may not.
Knows headers and bodies, and nothing of what an event means.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from catchment.access.grants import grant_of
from catchment.access.problem import send_error, send_problem, status_of
from catchment.errors import (
    CatchmentError,
    Invalid,
    NoIdentity,
    NotJson,
    Permanent,
    Problem,
    Unsupported,
)
from catchment.lineage.ports import EventEntry, Outcome, Source
from catchment.pipeline import Pipeline
from catchment.receivers.answers import send_outcome
from catchment.receivers.batch import BatchDoor
from catchment.receivers.body import BodyReader, Disconnected, InFlight, Lease, SlowBody
from catchment.receivers.intake import Intake, count_dead
from catchment.receivers.negotiate import Media, Plan, read_plan
from catchment.receivers.validate import ValidateDoor
from catchment.telemetry import metrics
from catchment.telemetry.logs import logger

SINGLE_PATHS = ("/api/v1/lineage", "/lineage", "/")
BATCH_PATHS = ("/api/v1/lineage/batch", "/lineage/batch")
VALIDATE_PATHS = ("/api/v1/validate",)
_log = logger("receivers.http")


@dataclass(frozen=True, slots=True)
class Parts:
    """What both doors share."""

    pipeline: Pipeline
    intake: Intake
    bodies: BodyReader
    in_flight: InFlight


Answer = Callable[[Scope, Plan, bytes, Send], Awaitable[None]]


class Door:
    """Reads the body under its bounds and hands it on; refusals of all kinds are worded here."""

    def __init__(self, parts: Parts, answer: Answer, *, offers_events: bool = True) -> None:
        self._parts = parts
        self._answer = answer
        self._offers_events = offers_events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        lease = Lease(self._parts.in_flight)
        try:
            plan = read_plan(scope["headers"])
            body = await self._parts.bodies.read(receive, plan, lease)
            await self._answer(scope, plan, body, send)
        except CatchmentError as error:
            self._count(status_of(error))
            await send_error(send, error)
        except SlowBody:
            self._count(408)
            says = "The body did not arrive in time (body_seconds_max)."
            await send_problem(send, 408, says, headers={"connection": "close"})
        except Disconnected:
            return
        finally:
            lease.give_back()

    def _count(self, status: int) -> None:
        if self._offers_events:
            metrics.EVENTS_REFUSED.labels(status).inc()


class SingleDoor:
    """One event per request."""

    def __init__(self, parts: Parts) -> None:
        self._pipeline = parts.pipeline
        self._intake = parts.intake

    async def __call__(self, scope: Scope, plan: Plan, body: bytes, send: Send) -> None:
        """Store it and answer with its `seq`."""
        if plan.media is not Media.JSON:
            raise Unsupported(
                "One event is `application/json`; send NDJSON to /api/v1/lineage/batch."
            )
        grant = grant_of(scope)
        try:
            event = await self._intake.read(body, grant)
        except (NotJson, NoIdentity, Invalid) as error:
            await self._keep(body, error, grant.key_id)
            raise
        [verdict] = await self._pipeline.submit((EventEntry(event, Source.HTTP),))
        if isinstance(verdict, Outcome):
            await send_outcome(send, verdict)
        else:  # not raised: the error is shared by all that waited with this one
            await _refuse(send, verdict)

    async def _keep(self, body: bytes, error: Permanent, key_id: str | None) -> None:
        """A dead letter, if there is room: the sender hears of it anyway."""
        if not body.strip():
            return
        dead = self._intake.dead(body, error, {"apiKey": key_id}, bounded=True)
        try:
            [verdict] = await self._pipeline.submit((dead,))
        except CatchmentError as refusal:
            verdict = refusal
        if isinstance(verdict, Outcome) and verdict.seq is not None:
            count_dead(error)
        else:
            _log.warning("a dead letter was not kept", why=str(verdict))


async def _refuse(send: Send, error: CatchmentError) -> None:
    metrics.EVENTS_REFUSED.labels(status_of(error)).inc()
    await send_error(send, error)


def routes(parts: Parts, *, batch_events_max: int, failed_events_max: int) -> list[Route]:
    """The routes of ingest, to be mounted before all others."""
    batch = BatchDoor(
        parts.pipeline,
        parts.intake,
        batch_events_max=batch_events_max,
        failed_events_max=failed_events_max,
    )
    validate = ValidateDoor(parts.intake, events_max=batch_events_max)
    doors: list[tuple[tuple[str, ...], ASGIApp]] = [
        (SINGLE_PATHS, Door(parts, SingleDoor(parts))),
        (BATCH_PATHS, Door(parts, batch)),
        (VALIDATE_PATHS, Door(parts, validate, offers_events=False)),
    ]
    routes = [Route(path, door, methods=["POST"]) for paths, door in doors for path in paths]
    return routes + [Route(f"{path}/", _Beside(path)) for path in _paths() if path != "/"]


def _paths() -> tuple[str, ...]:
    return (*SINGLE_PATHS, *BATCH_PATHS, *VALIDATE_PATHS)


class _Beside:
    """A path with a slash too many: nothing is there, and a redirect would send a body twice."""

    def __init__(self, meant: str) -> None:
        self._meant = meant

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        says = f"Nothing is here; {self._meant} is meant, without a slash at its end."
        await send_problem(send, 404, says, [Problem("", says)])
