"""From a body to an event: the envelope is typed, facets stay bytes, elements are looked up.

Lenient: what has a readable identity and time is an event; everything else that is wrong is noted
as a problem and left out. Bounded caches map the bytes of an element to what was made of them, so
that in steady state nothing but the run's own part is parsed.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Generic, NamedTuple
from urllib.parse import urlsplit

import msgspec

from catchment.errors import NoIdentity, NotJson, Problem
from catchment.events import splitter, text
from catchment.events.elements import Builders, Elements
from catchment.events.facets.problems import distinct
from catchment.events.limits import Limits
from catchment.events.model import D, Event, EventType, J, R
from catchment.events.runids import RunId, read_run_id
from catchment.events.strict import bounded
from catchment.events.times import Time, read_time

Raw = msgspec.Raw
_TYPES = {f'"{kind.value}"'.encode(): kind for kind in EventType}
_ABSENT = Raw()
_FACETS = re.compile(r"/(?:f|inputF|outputF)acets/")


class _Members(msgspec.Struct):
    """The members of an event that say anything."""

    eventTime: Raw = _ABSENT  # noqa: N815 (the spec's name)
    eventType: Raw = _ABSENT  # noqa: N815 (the spec's name)
    producer: Raw = _ABSENT
    schemaURL: Raw = _ABSENT  # noqa: N815 (the spec's name)
    run: Raw = _ABSENT
    job: Raw = _ABSENT
    dataset: Raw = _ABSENT
    inputs: Raw = _ABSENT
    outputs: Raw = _ABSENT


class Envelope(NamedTuple):
    """The same as bytes, in the same order; what is absent is empty."""

    event_time: bytes
    event_type: bytes
    producer: bytes
    schema_url: bytes
    run: bytes
    job: bytes
    dataset: bytes
    inputs: bytes
    outputs: bytes


_members = msgspec.json.Decoder(_Members)
_NAMES = _Members.__struct_fields__


class Reader(Generic[R, J, D]):
    """Reads events; `builders` make what the caller keeps of each element.

    One reader serves one thread.
    """

    def __init__(self, builders: Builders[R, J, D], limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._elements = Elements(builders, self._limits)

    def read(self, body: bytes) -> Event[R, J, D]:
        """One event from one JSON value (outer white space and a BOM are cut off).

        Raises:
            NotJson: not UTF-8, not JSON, or not an object.
            TooLarge: nested deeper than `depth_max`.
            NoIdentity: nothing says which run and job, job, or dataset it is about, or when.
        """
        body = text.strip(body)
        text.require_utf8(body)
        envelope, tolerated = _read_envelope(body)
        self._require_depth(body, envelope)
        problems: list[Problem] = []
        if tolerated and splitter.unusual(body):
            problems.append(Problem("", "not strict JSON (NaN, Infinity or a lone surrogate)"))
        time = self._time(envelope.event_time)
        if time.oddity:
            problems.append(Problem("/eventTime", time.oddity))
        event = self._by_shape(body, envelope, time.us, problems)
        _check_uri(problems, "/producer", envelope.producer)
        _check_uri(problems, "/schemaURL", envelope.schema_url)
        event.producer = splitter.text_of(envelope.producer) or None
        event.problems = self._bounded(problems)
        return event

    def _require_depth(self, body: bytes, envelope: Envelope) -> None:
        """Elements are checked when they are new (`Elements`); here is all the rest."""
        known_bytes = sum([len(raw) for raw in envelope[:4] if raw[:1] == b'"'])
        if _given(envelope.run) or _given(envelope.job):
            checked = (envelope.run, envelope.job, envelope.inputs, envelope.outputs)
            known_bytes += sum(map(len, checked))
        # What has two brackets a level, and fewer bytes than that, cannot nest too deeply.
        if len(body) - known_bytes >= 2 * self._limits.depth_max:
            text.require_depth(body, self._limits.depth_max)

    def _by_shape(
        self, body: bytes, envelope: Envelope, time_us: int, problems: list[Problem]
    ) -> Event[R, J, D]:
        event: Event[R, J, D] = Event(
            body, sha256(body).digest(), time_us, None, None, None, None, None, (), (), None, None
        )
        if _given(envelope.run):
            self._read_run(event, envelope.run, problems)
            event.type = _type(envelope.event_type, problems)
        if _given(envelope.run) or _given(envelope.job):
            event.job = self._job(envelope.job, problems)
            event.inputs = self._datasets(envelope.inputs, "in", "/inputs", problems)
            event.outputs = self._datasets(envelope.outputs, "out", "/outputs", problems)
        elif _given(envelope.dataset):
            event.dataset = self._dataset(envelope.dataset, problems)
        else:
            raise _no_identity("", "neither run, job nor dataset")
        return event

    def _time(self, raw: bytes) -> Time:
        time = read_time(splitter.text_of(raw))
        if time is None:
            reason = "no readable eventTime (RFC 3339, with `T`, of the years 1 to 9999 in UTC)"
            raise _no_identity("/eventTime", reason)
        return time

    def _read_run(self, event: Event[R, J, D], raw: bytes, problems: list[Problem]) -> None:
        members = splitter.members_of(raw)
        facets = members.get("facets", b"")
        if len(raw) - len(facets) >= 2 * self._limits.depth_max:
            text.require_depth(raw, self._limits.depth_max - 1)
        run_id = read_run_id(splitter.text_of(members.get("runId", b"")))
        if run_id is None:
            raise _no_identity("/run/runId", "no readable run id")
        event.run_id, event.external_run_id = run_id
        _note_run_id(run_id, problems)
        built = self._elements.run(facets)
        problems.extend(_under("/run", built.problems))
        event.run = built.value

    def _job(self, raw: bytes, problems: list[Problem]) -> J:
        built = self._elements.job(raw)
        if built is None:
            raise _no_identity("/job", "no readable namespace and name of the job")
        problems.extend(_under("/job", built.problems))
        return built.value

    def _dataset(self, raw: bytes, problems: list[Problem]) -> D:
        built = self._elements.about(raw)
        if built is None:
            raise _no_identity("/dataset", "no readable namespace and name of the dataset")
        problems.extend(_under("/dataset", built.problems))
        return built.value

    def _datasets(
        self, raw: bytes, direction: str, pointer: str, problems: list[Problem]
    ) -> tuple[D, ...]:
        if not raw or raw == b"[]":
            return ()
        built = self._elements.datasets(raw, direction)
        problems.extend(_under(pointer, built.problems))
        return built.value

    def _bounded(self, problems: list[Problem]) -> tuple[Problem, ...]:
        if not problems:
            return ()
        of_facets = [problem for problem in problems if _FACETS.search(problem.pointer)]
        others = [problem for problem in problems if not _FACETS.search(problem.pointer)]
        return bounded((*others, *distinct(of_facets)), self._limits)


def _read_envelope(body: bytes) -> tuple[Envelope, bool]:
    """The members, and whether only the tolerant way could read them."""
    if body[:1] != b"{":
        raise NotJson("The body is not a JSON object.", [Problem("", "not a JSON object")])
    try:
        return Envelope(*map(bytes, msgspec.structs.astuple(_members.decode(body)))), False
    except (msgspec.DecodeError, RecursionError):
        members = splitter.members(body)
        return Envelope(*[members.get(name, b"") for name in _NAMES]), True


def _given(raw: bytes) -> bool:
    return raw not in (b"", b"null")


def _type(raw: bytes, problems: list[Problem]) -> EventType:
    kind = _TYPES.get(raw)
    if kind is None:
        if raw:
            problems.append(Problem("/eventType", "not an event type; taken as OTHER"))
        return EventType.OTHER
    return kind


def _note_run_id(run_id: RunId, problems: list[Problem]) -> None:
    if run_id.external is not None:
        problems.append(Problem("/run/runId", "not a UUID; mapped to one"))


@lru_cache(maxsize=1_024)
def _uri_problem(raw: bytes) -> str | None:
    value = splitter.text_of(raw)
    try:
        good = bool(value) and bool(urlsplit(value).scheme)
    except ValueError:
        good = False
    return None if good else "not a URI" if raw else "missing"


def _check_uri(problems: list[Problem], pointer: str, raw: bytes) -> None:
    reason = _uri_problem(raw)
    if reason is not None:
        problems.append(Problem(pointer, reason))


def _under(pointer: str, problems: tuple[Problem, ...]) -> Iterator[Problem]:
    return (Problem(pointer + problem.pointer, problem.reason) for problem in problems)


def _no_identity(pointer: str, reason: str) -> NoIdentity:
    return NoIdentity(f"The event has {reason}.", [Problem(pointer, reason)])
