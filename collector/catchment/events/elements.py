"""The elements of events (run, job, datasets), each distinct spelling of which is read once.

Knows the bounds on what it keeps; knows nothing of the envelope around an element. What differs
with every event (statistics of a read or write) is split off first, so that the rest is found.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import msgspec

from catchment.errors import Problem
from catchment.events import splitter
from catchment.events.facets.cache import FacetCache
from catchment.events.facets.problems import FacetProblems
from catchment.events.kept import Kept
from catchment.events.limits import Limits
from catchment.events.model import D, DatasetElement, Entity, Facet, J, JobElement, R
from catchment.events.names import NAME_CHARS_MAX, cut_password
from catchment.events.text import require_depth

T = TypeVar("T")
Raw = msgspec.Raw
_ABSENT = Raw()
_IO_FACETS: dict[str, tuple[str, Entity]] = {
    "in": ("inputFacets", "input"),
    "out": ("outputFacets", "output"),
}


@dataclass(frozen=True, slots=True)
class Builders(Generic[R, J, D]):
    """What the caller makes of elements, once for each distinct spelling.

    `run` is given the facets of a run; `dataset` is told the direction: "in", "out", or "about"
    (the subject of a DatasetEvent); `io` adds the inputFacets or outputFacets to a dataset, each
    time anew.
    """

    run: Callable[[tuple[Facet, ...]], R]
    job: Callable[[JobElement], J]
    dataset: Callable[[DatasetElement, str], D]
    io: Callable[[D, tuple[Facet, ...]], D]


class Built(NamedTuple, Generic[T]):
    """What the caller's builder made of an element, and what was wrong with the element."""

    value: T
    problems: tuple[Problem, ...]


class _Dataset(msgspec.Struct):
    """The members of a dataset that say anything, as bytes."""

    namespace: Raw = _ABSENT
    name: Raw = _ABSENT
    facets: Raw = _ABSENT
    inputFacets: Raw = _ABSENT  # noqa: N815 (the spec's name)
    outputFacets: Raw = _ABSENT  # noqa: N815 (the spec's name)


_DATASET_MEMBERS = _Dataset.__struct_fields__
_datasets = msgspec.json.Decoder(list[_Dataset])


class Elements(Generic[R, J, D]):
    """Reads elements through bounded caches."""

    def __init__(self, builders: Builders[R, J, D], limits: Limits) -> None:
        self._builders = builders
        self._limits = limits
        self._facets = FacetCache(limits.facet_cache_bytes_max)
        self._problems = FacetProblems(limits.facet_cache_bytes_max // 16)
        share = limits.element_cache_bytes_max // 8
        self._runs = Kept[bytes, Built[R]](share)
        self._jobs = Kept[bytes, Built[J]](share)
        self._arrays = {side: Kept[bytes, Built[tuple[D, ...]]](share) for side in _IO_FACETS}
        self._datasets = {
            side: Kept[tuple[bytes, bytes, bytes], Built[D]](share)
            for side in (*_IO_FACETS, "about")
        }

    def run(self, raw: bytes) -> Built[R]:
        """What the facets of a run say."""
        built = self._runs.get(raw)
        if built is None:
            require_depth(raw, self._limits.depth_max - 2)
            problems: list[Problem] = []
            facets = _parent_alias(self._read_facets("run", raw, "/facets", problems))
            built = Built(self._builders.run(facets), tuple(problems))
            self._runs.put(raw, built, len(raw))
        return built

    def job(self, raw: bytes) -> Built[J] | None:
        """What the `job` member says; None if it has no identity."""
        built = self._jobs.get(raw)
        if built is None:
            require_depth(raw, self._limits.depth_max - 1)
            members = splitter.members_of(raw)
            names = _names(members.get("namespace", b""), members.get("name", b""))
            if names is None:
                return None
            problems: list[Problem] = []
            facets = self._read_facets("job", members.get("facets", b""), "/facets", problems)
            built = Built(self._builders.job(JobElement(*names, facets)), tuple(problems))
            self._jobs.put(raw, built, len(raw))
        return built

    def about(self, raw: bytes) -> Built[D] | None:
        """What the subject of a DatasetEvent says; None if it has no identity."""
        return self._dataset(_taken_apart(raw), "about")

    def datasets(self, raw: bytes, direction: str) -> Built[tuple[D, ...]]:
        """What the array of an event's inputs or outputs says; what is no dataset is left out."""
        cache = self._arrays[direction]
        built = cache.get(raw)
        if built is None:
            if raw[:1] != b"[":
                return Built((), (Problem("", "not an array; left out"),))
            elements = _elements(raw)
            self._require_depth(raw, elements)
            problems: list[Problem] = []
            found = tuple(self._each(elements, direction, problems))
            built = Built(found, tuple(problems))
            if not any(_volatile(element, direction) for element in elements):
                cache.put(raw, built, len(raw))
        return built

    def _require_depth(self, raw: bytes, elements: list[_Dataset]) -> None:
        """Facets are checked when they are new; here is all the rest of an array."""
        rest_bytes = len(raw)
        for element in elements:
            for member in _DATASET_MEMBERS:
                value = bytes(getattr(element, member))
                if value[:1] in (b'"', b"{"):
                    rest_bytes -= len(value) + len(member) + 3
        # What has two brackets a level, and fewer bytes than that, cannot nest too deeply.
        if rest_bytes >= 2 * self._limits.depth_max:
            require_depth(raw, self._limits.depth_max - 1)

    def _each(
        self, elements: Iterable[_Dataset], direction: str, problems: list[Problem]
    ) -> Iterator[D]:
        for n, element in enumerate(elements):
            built = self._dataset(element, direction)
            if built is None:
                reason = "no readable namespace and name; left out of the graph"
                problems.append(Problem(f"/{n}", reason))
                continue
            yield built.value
            problems.extend(Problem(f"/{n}{own.pointer}", own.reason) for own in built.problems)

    def _dataset(self, element: _Dataset, direction: str) -> Built[D] | None:
        """One dataset; what lasts of it is looked up, its facets of one read or write are not."""
        namespace, name, facets = map(bytes, (element.namespace, element.name, element.facets))
        cache = self._datasets[direction]
        built = cache.get((namespace, name, facets))
        if built is None:
            names = _names(namespace, name)
            if names is None:
                return None
            problems: list[Problem] = []
            self._require_shallow(facets)
            lasting = DatasetElement(
                *names, self._read_facets("dataset", facets, "/facets", problems)
            )
            built = Built(self._builders.dataset(lasting, direction), tuple(problems))
            cache.put((namespace, name, facets), built, len(facets))
        return self._with_io(element, direction, built) if _volatile(element, direction) else built

    def _with_io(self, element: _Dataset, direction: str, built: Built[D]) -> Built[D]:
        member, entity = _IO_FACETS[direction]
        raw = bytes(getattr(element, member))
        self._require_shallow(raw)
        problems = list(built.problems)
        facets = self._read_facets(entity, raw, f"/{member}", problems)
        return Built(self._builders.io(built.value, facets), tuple(problems))

    def _require_shallow(self, facets: bytes) -> None:
        if len(facets) >= 2 * self._limits.depth_max:
            require_depth(facets, self._limits.depth_max - 3)

    def _read_facets(
        self, entity: Entity, raw: bytes, pointer: str, problems: list[Problem]
    ) -> tuple[Facet, ...]:
        """The facets of one bag; what is no facet is a problem and left out."""
        if raw in (b"", b"{}"):
            return ()
        if raw[:1] != b"{":
            problems.append(Problem(pointer, "not an object; left out"))
            return ()
        found = []
        for name, body in splitter.members_of(raw).items():
            too_long = len(name) > self._limits.facet_name_chars_max
            facet = None if too_long else self._facets.read(name, body)
            if facet is None:
                reason = "the name is too long" if too_long else "not an object"
                problems.append(Problem(f"{pointer}/{_escape(name)}", f"{reason}; left out"))
                continue
            wrong = self._problems.of(entity, facet)
            if wrong:
                here = f"{pointer}/{_escape(name)}"
                problems.extend(Problem(here + below, reason) for below, reason in wrong)
            found.append(facet)
        return tuple(found)


def _elements(raw: bytes) -> list[_Dataset]:
    try:
        return _datasets.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return [_taken_apart(element) for element in splitter.elements(raw)]


def _taken_apart(raw: bytes) -> _Dataset:
    """The members of one dataset; none if it is no object."""
    members = splitter.members_of(raw)
    return _Dataset(**{name: Raw(members[name]) for name in _DATASET_MEMBERS if name in members})


def _volatile(element: _Dataset, direction: str) -> bool:
    """Whether it has facets of one read or write only."""
    if direction == "out":
        return bytes(element.outputFacets) not in (b"", b"{}")
    return direction == "in" and bytes(element.inputFacets) not in (b"", b"{}")


def _parent_alias(facets: tuple[Facet, ...]) -> tuple[Facet, ...]:
    """`parentRun` is read as `parent` where `parent` is absent."""
    names = [facet.name for facet in facets]
    if "parentRun" not in names or "parent" in names:
        return facets
    alias = facets[names.index("parentRun")]
    return (*facets, Facet("parent", alias.hash, alias.body, alias.deleted))


def _names(namespace: bytes, name: bytes) -> tuple[str, str] | None:
    texts = splitter.text_of(namespace), splitter.text_of(name)
    if not all(0 < len(text) <= NAME_CHARS_MAX for text in texts):
        return None
    return cut_password(texts[0]), texts[1]


def _escape(name: str) -> str:
    """A member's name in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")[:256]
