"""Which runs wrote versions, and which read them: for sets of versions, at an instant.

A version is named by its dataset and its text: the name that a run gave it, or the id of a write
that has none. Without a text it is what was read where nobody is known to have written anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from catchment.events.names import from_text
from catchment.events.times import FIRST_US
from catchment.lineage.versions import named_version_hash, version_id
from catchment.postgres.asking import Asking
from catchment.postgres.read.bindings import Binding, Read
from catchment.postgres.read.names import Node

SKEW_US = 5_000_000
"""So long after its start a run may still have opened what it reads."""
# Runs that named what they read or wrote long before or after the time that counts are seldom.
_FAR_MAX = 100
_SKEW_FAR_MAX = 20
_SKEW_NEAR_MAX = 100
_NOBODY = bytes(16)


class VersionKey(NamedTuple):
    """A version of a dataset (row id)."""

    dataset: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Wrote:
    """A run that wrote a version: when it named it last, whether it had completed by then."""

    id: int
    uuid: bytes
    at_us: int
    first_us: int
    confirmed: bool
    namespace: str


class Reader(NamedTuple):
    """A run that may have read a version."""

    id: int
    uuid: bytes


class Watched(NamedTuple):
    """A bound read, and until when its run may have opened what it reads."""

    read: Read
    until_us: int
    binding: Binding


class Provenance(Asking):
    """Asks from versions to runs."""

    async def writers(
        self, versions: Mapping[VersionKey, Node], as_of_us: int
    ) -> dict[VersionKey, list[Wrote]]:
        """Version -> who had begun to write it by then, latest first."""
        keys = [key for key in versions if key.text is not None]
        if not keys:
            return {}
        rows = await self.ask(
            "writers_at_an_instant",
            [key.dataset for key in keys],
            [named_version_hash(key.text or "") for key in keys],
            [_derived(key.text or "", versions[key]) for key in keys],
            as_of_us,
        )
        found: dict[VersionKey, list[Wrote]] = {}
        for row in rows:
            wrote = Wrote(
                row["id"],
                row["uuid"],
                row["at"],
                row["first_at"],
                row["confirmed"],
                from_text(row["namespace"]),
            )
            found.setdefault(keys[row["n"] - 1], []).append(wrote)
        for writers in found.values():
            writers.sort(key=lambda one: (one.at_us, one.uuid), reverse=True)
        return found

    async def readers(
        self,
        writers: Mapping[VersionKey, Sequence[Wrote]],
        as_of_us: int,
        readers_max: int,
    ) -> tuple[dict[VersionKey, set[Reader]], set[VersionKey]]:
        """Version -> runs that may have read it; and the versions of which there may be more."""
        found: dict[VersionKey, set[Reader]] = {key: set() for key in writers}
        cut: set[VersionKey] = set()
        named = [key for key in writers if key.text is not None]
        if named:
            hashes = [named_version_hash(key.text or "") for key in named]
            datasets = [key.dataset for key in named]
            rows = await self.ask("named_reads", datasets, hashes, as_of_us, readers_max)
            for row in rows:
                found[named[row["n"] - 1]].add(Reader(row["id"], row["uuid"]))
            cut = {key for key in named if len(found[key]) >= readers_max}
        writes = [
            (key, *write)
            for key, wrote in writers.items()
            for write in (
                [(one.first_us, one.at_us, one.uuid) for one in wrote]
                if key.text is not None
                else [(FIRST_US, FIRST_US, _NOBODY)]
            )
        ]
        for row in await self.ask(
            "reads_that_may_be_of_writes",
            [key.dataset for key, *_ in writes],
            *[[write[n] for write in writes] for n in (1, 2, 3)],
            as_of_us,
            _FAR_MAX,
            readers_max,
        ):
            key = writes[row["n"] - 1][0]
            found[key].add(Reader(row["id"], row["uuid"]))
            if row["cut"]:
                cut.add(key)
        return found, cut

    async def skewed(self, watched: Sequence[Watched]) -> set[int]:
        """Places of those in whose time another version was confirmed."""
        chosen = [
            n
            for n, (read, until_us, _) in enumerate(watched)
            if read.started_us is not None and until_us > read.started_us
        ]
        if not chosen:
            return set()
        reads = [watched[n].read for n in chosen]
        bindings = [watched[n].binding for n in chosen]
        rows = await self.ask(
            "skewed_reads",
            [read.dataset.id for read in reads],
            [read.run for read in reads],
            [read.started_us for read in reads],
            [watched[n].until_us for n in chosen],
            [one.version and named_version_hash(one.version) for one in bindings],
            [one.version and _derived(one.version, one.written) for one in bindings],
            _SKEW_FAR_MAX,
            _SKEW_NEAR_MAX,
        )
        return {chosen[row["n"] - 1] for row in rows}

    async def read_by_name(self, versions: Iterable[VersionKey], as_of_us: int) -> set[VersionKey]:
        """Those of these versions that a read names, whoever wrote them."""
        keys = list(versions)
        hashes = [named_version_hash(key.text or "") for key in keys]
        datasets = [key.dataset for key in keys]
        rows = await self.ask("known_versions", datasets, hashes, as_of_us)
        return {keys[row["n"] - 1] for row in rows}

    async def once_models(self, limit: int) -> list[int]:
        """Datasets that some event called a model, at most so many."""
        return [row["id"] for row in await self.ask("datasets_once_models", limit)]


def _derived(text: str, dataset: Node) -> bytes | None:
    """The run whose own version this would be."""
    try:
        return version_id(UUID(text).bytes, dataset.key)
    except ValueError:
        return None
