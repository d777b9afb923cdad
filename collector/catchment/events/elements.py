"""The elements of events (job, datasets), each distinct spelling of which is read once.

Knows the bounds on what it keeps; knows nothing of the envelope around an element.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from catchment.errors import Problem
from catchment.events import splitter
from catchment.events.facets.cache import FacetCache
from catchment.events.model import D, DatasetElement, Facet, J, JobElement
from catchment.events.names import NAME_CHARS_MAX, cut_password
from catchment.events.text import require_depth

T = TypeVar("T")
_KEPT_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of reading; each with its unit in its name."""

    depth_max: int = 128
    problems_max: int = 100
    facet_name_chars_max: int = 1_024
    facet_cache_bytes_max: int = 64 * 1024 * 1024
    element_cache_bytes_max: int = 64 * 1024 * 1024


class Built(NamedTuple, Generic[T]):
    """What the caller's builder made of an element, and what was wrong with the element."""

    value: T
    problems: tuple[Problem, ...]


class Elements(Generic[J, D]):
    """Reads elements through bounded caches."""

    def __init__(
        self,
        build_job: Callable[[JobElement], J],
        build_dataset: Callable[[DatasetElement, str], D],
        limits: Limits,
    ) -> None:
        self._build_job = build_job
        self._build_dataset = build_dataset
        self._limits = limits
        self._facets = FacetCache(limits.facet_cache_bytes_max)
        self._bags = _ByteCache[Built[tuple[Facet, ...]]](limits.element_cache_bytes_max // 4)
        self._jobs = _ByteCache[Built[J]](limits.element_cache_bytes_max // 8)
        self._datasets = {
            direction: _ByteCache[Built[D]](limits.element_cache_bytes_max // 8)
            for direction in ("in", "out", "about")
        }
        self._arrays = {
            direction: _ByteCache[Built[tuple[D, ...]]](limits.element_cache_bytes_max // 8)
            for direction in ("in", "out")
        }

    def job(self, raw: bytes) -> Built[J] | None:
        """What the `job` member says; None if it has no identity."""
        built = self._jobs.get(raw)
        if built is None:
            require_depth(raw, self._limits.depth_max - 1)
            problems: list[Problem] = []
            members = _members(raw)
            names = _names(members)
            if names is None:
                return None
            facets = self.facets(members.get("facets"), "/facets", problems)
            element = JobElement(*names, facets, tuple(problems))
            built = Built(self._build_job(element), element.problems)
            self._jobs.put(raw, built)
        return built

    def dataset(self, raw: bytes, direction: str) -> Built[D] | None:
        """What one dataset says in one direction; None if it has no identity."""
        cache = self._datasets[direction]
        built = cache.get(raw)
        if built is None:
            problems: list[Problem] = []
            members = _members(raw)
            names = _names(members)
            if names is None:
                return None
            facets = self.facets(members.get("facets"), "/facets", problems)
            bag = {"in": "inputFacets", "out": "outputFacets"}.get(direction, "")
            io_facets = self.facets(members.get(bag), f"/{bag}", problems)
            element = DatasetElement(*names, facets, io_facets, tuple(problems))
            built = Built(self._build_dataset(element, direction), element.problems)
            cache.put(raw, built)
        return built

    def datasets(self, raw: bytes, direction: str) -> Built[tuple[D, ...]]:
        """What the array of an event's inputs or outputs says; what is no dataset is left out."""
        cache = self._arrays[direction]
        built = cache.get(raw)
        if built is None:
            require_depth(raw, self._limits.depth_max - 1)
            problems: list[Problem] = []
            built = Built(self._read_datasets(raw, direction, problems), tuple(problems))
            cache.put(raw, built)
        return built

    def _read_datasets(self, raw: bytes, direction: str, problems: list[Problem]) -> tuple[D, ...]:
        if raw[:1] != b"[":
            problems.append(Problem("", "not an array; left out"))
            return ()
        found = []
        for n, element in enumerate(splitter.elements_fast(raw)):
            built = self.dataset(element, direction)
            if built is None:
                reason = "no readable namespace and name; left out of the graph"
                problems.append(Problem(f"/{n}", reason))
                continue
            found.append(built.value)
            problems.extend(Problem(f"/{n}{own.pointer}", own.reason) for own in built.problems)
        return tuple(found)

    def facets(self, raw: bytes | None, pointer: str, problems: list[Problem]) -> tuple[Facet, ...]:
        """The facets of one bag; what is no facet is a problem and left out."""
        if raw is None or raw == b"{}":
            return ()
        built = self._bags.get(raw)
        if built is None:
            noted: list[Problem] = []
            built = Built(self._read_facets(raw, noted), tuple(noted))
            self._bags.put(raw, built)
        problems.extend(Problem(pointer + own.pointer, own.reason) for own in built.problems)
        return built.value

    def _read_facets(self, raw: bytes, problems: list[Problem]) -> tuple[Facet, ...]:
        if raw[:1] != b"{":
            problems.append(Problem("", "not an object; left out"))
            return ()
        found = []
        for name, body in _members(raw).items():
            too_long = len(name) > self._limits.facet_name_chars_max
            facet = None if too_long else self._facets.read(name, body)
            if facet is None:
                reason = "the name is too long" if too_long else "not an object"
                problems.append(Problem(f"/{_escape(name)}", f"{reason}; left out"))
                continue
            _note_origin(facet, problems)
            found.append(facet)
        return tuple(found)


def _note_origin(facet: Facet, problems: list[Problem]) -> None:
    for key in ("_producer", "_schemaURL"):
        if f'"{key}":'.encode() not in facet.body:
            problems.append(Problem(f"/{_escape(facet.name)}/{key}", "missing"))


def _members(raw: bytes) -> dict[str, bytes]:
    return splitter.members_fast(raw) if raw[:1] == b"{" else {}


def _names(members: dict[str, bytes]) -> tuple[str, str] | None:
    namespace, name = (_text(members.get(key, b"")) for key in ("namespace", "name"))
    if not (0 < len(namespace) <= NAME_CHARS_MAX and 0 < len(name) <= NAME_CHARS_MAX):
        return None
    return cut_password(namespace), name


def _text(raw: bytes) -> str:
    return splitter.text(raw) if raw[:1] == b'"' else ""


def _escape(name: str) -> str:
    """A member's name in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")[:256]


class _ByteCache(Generic[T]):
    """Bytes -> what was made of them; two generations of at most half of `bytes_max` each."""

    def __init__(self, bytes_max: int) -> None:
        self._half_bytes = bytes_max // 2
        self._bytes = 0
        self._young: dict[bytes, T] = {}
        self._old: dict[bytes, T] = {}

    def get(self, raw: bytes) -> T | None:
        found = self._young.get(raw)
        if found is None:
            found = self._old.get(raw)
            if found is not None:
                self.put(raw, found)
        return found

    def put(self, raw: bytes, value: T) -> None:
        if len(raw) > _KEPT_BYTES_MAX:
            return
        if self._bytes > self._half_bytes:
            self._old, self._young, self._bytes = self._young, {}, 0
        self._young[raw] = value
        self._bytes += len(raw) + 1_000
