"""What is known of jobs, datasets and runs, for sets of them at once."""

from asyncio import gather
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from typing import Any

import asyncpg
import msgspec
from msgspec.structs import replace

from catchment.events.facets.slow import SLOW
from catchment.events.names import from_text
from catchment.lineage.resolve import Resolved, State, resolve
from catchment.lineage.versions import version_id
from catchment.postgres.asking import COUNTED_MAX, FOREVER_US, Asking, Total, total_of
from catchment.postgres.contents import Contents
from catchment.postgres.read.facets import Facets, Shown, lasting, of_owners, once, resolve_facets
from catchment.postgres.read.marks import MarkBook, Marks, of_all_names
from catchment.postgres.read.names import Names, Node

LATEST_RUNS_MAX = 10
# Writes that were named again after the instant asked about are seldom, and seldom far behind.
LATE_WRITES_MAX = 100
_ANCESTORS_MAX = 100

Edge = tuple[int, int, str]
"""job, dataset, "i" or "o"."""


class RunRow(msgspec.Struct, frozen=True):
    """A run by its columns; times in µs. `resolved` only where the whole run was asked for."""

    id: int
    uuid: bytes
    job: Node
    first_us: int
    last_us: int
    started_us: int | None
    ended_us: int | None
    nominal_start_us: int | None
    nominal_end_us: int | None
    state: int
    flags: int
    job_version: bytes | None
    parent: bytes | None = None
    root: bytes | None = None
    resolved: Resolved | None = None
    datasets: Mapping[bytes, Node] = {}


class DatasetRow(msgspec.Struct, frozen=True):
    """A dataset with the facets that hold, its current version (id as text), and its marks.

    `names`: all its names, its own among them; empty if it has no other. `change`: what last became
    of it as a whole; `dropped`: whether it is gone by that.
    """

    node: Node
    facets: Facets
    version: str | None
    marks: Marks = ()
    names: Sequence[Node] = ()
    change: str | None = None
    dropped: bool = False


class JobRow(msgspec.Struct, frozen=True):
    """A job with the facets that hold, what it reads and writes, and its newest runs.

    `version`: that of its newest run that has ended, where more than the newest run was asked for.
    """

    node: Node
    facets: Facets
    inputs: list[Node]
    outputs: list[Node]
    runs: list[RunRow]
    parent: Node | None
    version: bytes | None = None
    marks: Marks = ()


class Details(Asking):
    """Answers for sets of nodes: one round trip a level of detail."""

    def __init__(self, pool: asyncpg.Pool, contents: Contents) -> None:
        super().__init__(pool)
        self._contents = contents
        self._names = Names(pool)
        self._marks = MarkBook(pool)

    async def datasets(
        self,
        nodes: Mapping[int, Node],
        as_of_us: int,
        *,
        versions: bool = True,
        names: Mapping[int, Collection[Node]] | None = None,
    ) -> dict[int, DatasetRow]:
        """Datasets by id, as they were then.

        Without `versions`, as graphs have them: that of each is None, and of facets there are only
        those with history. `names`: all names of those that have several; what is said of one is
        said of the dataset.
        """
        names = names or {}
        all_names = {row_id: names.get(row_id) or (node,) for row_id, node in nodes.items()}
        keys = {row_id: [one.key for one in named] for row_id, named in all_names.items()}
        facets, written, marks, changes = await gather(
            self.facets_by_names(all_names, as_of_us, whole=versions),
            self._written(all_names, as_of_us) if versions else _nothing(),
            self._marks.of(list({key for named in keys.values() for key in named}), as_of_us),
            self._became(all_names, as_of_us),
        )
        return {
            row_id: DatasetRow(
                node,
                facets.get(row_id, {}),
                written.get(row_id),
                of_all_names(marks, keys[row_id]),
                tuple(names.get(row_id, ())),
                *changes.get(row_id, (None, False)),
            )
            for row_id, node in nodes.items()
        }

    async def facets_by_names(
        self, names: Mapping[int, Collection[Node]], as_of_us: int, *, whole: bool = False
    ) -> dict[int, Facets]:
        """Of datasets, each with all its names, the facets with history; `whole`: all facets."""
        owners: dict[int, list[int]] = {}
        for row_id, named in names.items():
            for name in named:
                owners.setdefault(name.id, []).append(row_id)
        ids = list(owners)
        shown = await (
            self._all_shown(ids, as_of_us)
            if whole
            else self._lasting("bags_of_datasets", ids, as_of_us)
        )
        return resolve_facets(of_owners(shown, owners))

    async def _written(
        self, names: Mapping[int, Collection[Node]], as_of_us: int
    ) -> dict[int, str]:
        """Dataset -> its version, of the latest write under any of its names."""
        keys = {name.id: name.key for named in names.values() for name in named}
        rows = await self.ask("written_versions", list(keys), as_of_us, LATE_WRITES_MAX)
        wrote = {row["entity"]: row for row in rows}
        found = {}
        for row_id, named in names.items():
            writes = [(wrote[one.id], one.key) for one in named if one.id in wrote]
            if writes:
                row, key = min(writes, key=_latest_first)
                said = from_text(row["version"]) if row["version"] else None
                found[row_id] = version_text(said, row["uuid"], key)
        return found

    async def _became(
        self, names: Mapping[int, Collection[Node]], as_of_us: int
    ) -> dict[int, tuple[str, bool]]:
        """Dataset -> what last became of it under any of its names, and whether it is dropped."""
        several = {row_id: named for row_id, named in names.items() if len(named) > 1}
        rows = await self.ask("lifecycles", list(names.keys() - several.keys()), as_of_us)
        if several:
            # Arrays of arrays must be of one length, so that these are written as text.
            said = [
                "{" + ",".join(str(one.id) for one in named) + "}" for named in several.values()
            ]
            rows = [*rows, *await self.ask("lifecycles_of_names", list(several), said, as_of_us)]
        return {row["dataset"]: (row["change"], row["dropped"]) for row in rows}

    async def jobs(
        self,
        nodes: Mapping[int, Node],
        as_of_us: int,
        *,
        runs_max: int = LATEST_RUNS_MAX,
        edges: Awaitable[Iterable[Edge]] | None = None,
        known: Mapping[int, Node] | None = None,
    ) -> dict[int, JobRow]:
        """Jobs by id, as they were then, with their newest runs.

        `edges` are theirs, and `known` the names of datasets, if somebody asks for them anyway.
        """
        ids = list(nodes)
        facets, ends, (runs, own, parents), current, marks = await gather(
            self._facets("bags_of_jobs", ids, as_of_us),
            self._ends(ids, as_of_us, edges, known or {}),
            self._latest_runs(nodes, as_of_us, runs_max),
            self._current_versions(ids if runs_max > 1 else [], as_of_us),
            self._marks.of([node.key for node in nodes.values()], as_of_us),
        )
        return {
            row_id: JobRow(
                node,
                # Facets without history are those of the latest run, before any that was declared.
                {**facets.get(row_id, {}), **own.get(row_id, {})},
                ends.get((row_id, "i"), []),
                ends.get((row_id, "o"), []),
                runs.get(row_id, []),
                parents.get(row_id),
                current.get(row_id),
                marks.get(node.key, ()),
            )
            for row_id, node in nodes.items()
        }

    async def _current_versions(self, jobs: list[int], as_of_us: int) -> dict[int, bytes]:
        rows = await self.ask("current_versions_of_jobs", jobs, as_of_us) if jobs else []
        return {row["job"]: row["hash"] for row in rows}

    async def _ends(
        self,
        jobs: list[int],
        as_of_us: int,
        edges: Awaitable[Iterable[Edge]] | None,
        known: Mapping[int, Node],
    ) -> dict[tuple[int, str], list[Node]]:
        """(job, "i" or "o") -> the datasets there, in their order."""
        found = await (self._edges(jobs, as_of_us) if edges is None else edges)
        nodes = dict(known)
        missing = {dataset for _, dataset, _ in found} - nodes.keys()
        if missing:
            nodes |= await self._names.nodes(False, list(missing))
        ends: dict[tuple[int, str], list[Node]] = {}
        for job, dataset, direction in found:
            ends.setdefault((job, direction), []).append(nodes[dataset])
        for side in ends.values():
            side.sort(key=lambda node: node.order)
        return ends

    async def _edges(self, jobs: list[int], as_of_us: int) -> Iterable[Edge]:
        rows = await self.ask("edges_of_some_jobs", jobs, as_of_us)
        return [(job, dataset, side) for job, dataset, side in rows]

    async def facets_of_datasets(self, names: Mapping[int, Collection[Node]]) -> dict[int, Facets]:
        """The facets with history that datasets have today, each with all its names."""
        return await self.facets_by_names(names, FOREVER_US) if names else {}

    async def facets_of_jobs(self, ids: list[int]) -> dict[int, Facets]:
        """The facets with history that jobs have today."""
        return await self._facets("bags_of_jobs", ids, FOREVER_US) if ids else {}

    async def _facets(self, query: str, ids: list[int], as_of_us: int) -> dict[int, Facets]:
        return resolve_facets(await self._lasting(query, ids, as_of_us))

    async def _lasting(self, query: str, ids: list[int], as_of_us: int) -> list[Shown]:
        rows = await self.ask(query, ids, as_of_us)
        return list(lasting(rows, await self._contents.bags(row["bag"] for row in rows)))

    async def _all_shown(self, ids: list[int], as_of_us: int) -> list[Shown]:
        """All that is shown of datasets; without history, by their newest reads and write."""
        shown, rows = await gather(
            self._lasting("bags_of_datasets", ids, as_of_us),
            self.ask("latest_sightings", ids, as_of_us),
        )
        for row, (own, io) in zip(rows, await self._contents.once(rows), strict=True):
            shown.extend(once(row, own, io))
        return shown

    async def _latest_runs(
        self, nodes: Mapping[int, Node], as_of_us: int, runs_max: int
    ) -> tuple[dict[int, list[RunRow]], dict[int, Facets], dict[int, Node]]:
        """By job: its newest runs, newest first; of the first its facets and its parent's job."""
        runs: dict[int, list[RunRow]] = {}
        bags: dict[int, int] = {}
        parents: dict[int, int] = {}
        for row in await self.ask("latest_runs", list(nodes), as_of_us, runs_max):
            job = row["wanted"]
            if job not in runs:
                if row["job_bag"] is not None:
                    bags[job] = row["job_bag"]
                if row["parent"] is not None:
                    parents[job] = row["parent"]
            runs.setdefault(job, []).append(_run(row, nodes[job]))
        return runs, *await gather(self._own_facets(bags), self._parents(parents))

    async def _own_facets(self, wanted: Mapping[int, int]) -> dict[int, Facets]:
        """Job -> the facets without history of its bag."""
        bags = await self._contents.bags(wanted.values())
        return {
            job: {
                facet.name: facet
                for facet in bags[bag].facets
                if not facet.deleted and facet.name not in SLOW
            }
            for job, bag in wanted.items()
        }

    async def _parents(self, wanted: Mapping[int, int]) -> dict[int, Node]:
        """Job -> the job that its parent run belongs to."""
        if not wanted:
            return {}
        rows = await self.ask("runs_by_id", list(set(wanted.values())))
        owner = {row["id"]: row["job"] for row in rows}
        nodes = await self._names.nodes(True, list(set(owner.values())))
        return {job: nodes[owner[parent]] for job, parent in wanted.items() if parent in owner}

    async def jobs_in_states(self, ids: list[int], states: Collection[State]) -> list[int]:
        """Of these jobs, in their order, those whose newest run is in one of these states."""
        rows = await self.ask("jobs_in_states", ids, [int(state) for state in states])
        found = {row["job"] for row in rows}
        return [one for one in ids if one in found]

    async def runs_of_job(self, job: int, limit: int, offset: int) -> tuple[list[RunRow], Total]:
        """One page of a job's runs, newest first, and how many there are in all."""
        rows = await self.ask("runs_of_job", job, limit, offset)
        counted = await self.ask_one("count_runs_of_job", job, COUNTED_MAX)
        return await self._whole(rows), total_of(counted, offset, len(rows), limit)

    async def run(self, uuid: bytes) -> RunRow | None:
        """One run with everything that its fold says; None if it was never named."""
        rows = await self.runs_by_uuid([uuid])
        return rows[0] if rows else None

    async def runs_by_uuid(self, uuids: list[bytes]) -> list[RunRow]:
        """Those of these runs that were ever named, with everything that their folds say."""
        return await self._whole(await self.ask("runs_by_uuid", uuids))

    async def runs(self, ids: list[int]) -> dict[int, RunRow]:
        """Whole runs by id."""
        rows = await self._whole(await self.ask("whole_runs", ids)) if ids else []
        return {row.id: row for row in rows}

    async def _whole(self, rows: list[asyncpg.Record]) -> list[RunRow]:
        folds = await self._contents.folds({row["uuid"]: row["fold"] for row in rows})
        resolved = {uuid: resolve(fold) for uuid, fold in folds.items()}
        jobs = await self._names.nodes(True, [row["job"] for row in rows])
        roots = await self._roots(rows)
        keys = {key for run in resolved.values() for key in _datasets_of(run)}
        found = await self.ask("datasets_by_key", list(keys)) if keys else []
        nodes = await self._names.nodes(False, [row["id"] for row in found])
        datasets = {node.key: node for node in nodes.values()}
        return [
            replace(
                _run(row, jobs[row["job"]]),
                resolved=resolved[row["uuid"]],
                parent=_parent(resolved[row["uuid"]]),
                root=roots.get(row["id"]),
                datasets=datasets,
            )
            for row in rows
        ]

    async def _roots(self, rows: Iterable[asyncpg.Record]) -> dict[int, bytes]:
        """Run -> the root of the runs that it is part of; none for a run without a parent."""
        found = await self.ask("roots_of_runs", [row["id"] for row in rows], _ANCESTORS_MAX)
        return {row["start"]: row["root"] for row in found}


def _datasets_of(run: Resolved) -> Iterable[bytes]:
    """All that a run reads and writes, be it that its facets alone say so."""
    stated = [key for share in run.shares for key, _ in share.io_set.members()]
    return (*run.reads, *run.writes, *stated)


def _parent(run: Resolved) -> bytes | None:
    return run.ancestry.parent.run_id if run.ancestry.parent else None


async def _nothing() -> dict[int, str]:
    return {}


def _latest_first(write: tuple[Mapping[str, Any], bytes]) -> tuple[int, int, bytes]:
    row, key = write
    return (-row["at"], -int.from_bytes(row["uuid"]), key)


def version_text(named: str | None, run: bytes, dataset: bytes) -> str:
    """What a run's write is called: as it named it, else by an id of its own. By natural keys."""
    return named or uuid_text(version_id(run, dataset))


def uuid_text(raw: bytes) -> str:
    """16 bytes as people write them; `uuid.UUID` takes five times as long."""
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _run(row: Any, job: Node) -> RunRow:
    return RunRow(
        id=row["id"],
        uuid=row["uuid"],
        job=job,
        first_us=row["first_at"],
        last_us=row["last_at"],
        started_us=row["started_at"],
        ended_us=row["ended_at"],
        nominal_start_us=row["nominal_start"],
        nominal_end_us=row["nominal_end"],
        state=row["state"],
        flags=row["flags"],
        job_version=row["version"],
    )
