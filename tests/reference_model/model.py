"""Questions to the model, answered by looking at all events again."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.reference_model.aliases import Aliases
from tests.reference_model.facts import (
    FOREVER,
    SLOW,
    Json,
    Name,
    datasets_named,
    declared_lineage,
    derivations_of_event,
    edges_of_event,
    facet_hash,
    iso,
    jobs_named,
    links_of_event,
    name_of,
    parents,
    run_bytes,
    sources_named,
    time_of,
)
from tests.reference_model.runs import (
    Facets,
    IoSet,
    Run,
    add_columns,
    add_explicit,
    facets_of_newest,
    latest_run,
    winners,
)


@dataclass(frozen=True)
class Edge:
    """An edge with everything that answers say of it."""

    origin: str
    destination: str
    basis: str
    first_seen: str | None
    last_seen: str | None
    stale: bool
    confirmed: bool


class Model:
    """All events, and the questions."""

    def __init__(self, events: list[Json]) -> None:
        self.events = events
        ids = {event["run"]["runId"] for event in events if "run" in event}
        ids |= {run for event in events for run, _ in parents(event)}
        self.runs = {run_id: Run(run_id, events) for run_id in ids}
        self._aliases: dict[int, Aliases] = {}

    def aliases(self, as_of: int) -> Aliases:
        """Which names were one dataset then."""
        if as_of not in self._aliases:
            self._aliases[as_of] = Aliases(self.events, self.runs.values(), as_of)
        return self._aliases[as_of]

    # ── names ──────────────────────────────────────────────────────────────────────────────────

    def times(self, kind: str) -> dict[Name, tuple[int, int]]:
        """Job or dataset -> earliest and latest eventTime that names it."""
        named = jobs_named if kind == "job" else datasets_named
        seen: dict[Name, list[int]] = {}
        for event in self.events:
            for name in named(event):
                seen.setdefault(name, []).append(time_of(event))
        return {name: (min(times), max(times)) for name, times in seen.items()}

    def namespaces(self) -> dict[str, tuple[int, int]]:
        """Namespace -> earliest and latest eventTime that names it."""
        found: dict[str, tuple[int, int]] = {}
        for kind in ("job", "dataset"):
            for (namespace, _), (first, last) in self.times(kind).items():
                known = found.get(namespace, (first, last))
                found[namespace] = (min(first, known[0]), max(last, known[1]))
        return found

    def sources(self) -> dict[str, tuple[int, int, str]]:
        """Source -> earliest and latest eventTime that names it, and its latest URI."""
        said = [
            (name, time_of(event), uri)
            for event in self.events
            for name, uri in sources_named(event)
        ]
        for space in {space for space, _ in self.times("dataset")}:
            said += [(space, time, "") for time in self.namespaces()[space]]
        found = {}
        for name in {name for name, _, _ in said}:
            times = [(time, uri) for other, time, uri in said if other == name]
            latest = max([one for one in times if one[1]], default=(0, ""))
            found[name] = (min(times)[0], max(times)[0], latest[1])
        return found

    # ── facets with history ────────────────────────────────────────────────────────────────────

    def dataset_facets(self, name: Name, as_of: int) -> Facets:
        """Those that hold for a dataset at an instant."""
        names = self.aliases(as_of).names(name)
        sightings = [
            (at, {"i": 0, "o": 1}[direction], facets)
            for run in self.runs.values()
            for dataset, direction, at, facets in run.sightings()
            if dataset in names
        ]
        said = [one for of in names for one in self._declared_facets(of, "dataset")]
        said += [one for of in names for one in facets_of_newest(self.runs.values(), of, as_of)]
        return held(sightings + said, as_of)

    def job_facets(self, name: Name, as_of: int) -> Facets:
        """Those that hold for a job at an instant; without history, those of its latest run."""
        sightings = [
            (run.created, 1, {k: v for k, v in run.job_facets(name).items() if k in SLOW})
            for run in self.runs.values()
            if name in run.jobs
        ]
        declared = self._declared_facets(name, "job")
        latest = self.runs_of(name, as_of)[:1]
        own = latest[0].job_facets(name) if latest else {}
        shown = held(sightings + declared, as_of)
        for key, facet in own.items():
            if key not in SLOW and not facet.get("_deleted"):
                shown[key] = facet
        return shown

    def _declared_facets(self, name: Name, kind: str) -> list[tuple[int, int, Facets]]:
        found = []
        for event in self.events:
            if "run" in event:
                continue
            elements: list[Json] = []
            if kind == "dataset":
                elements = [*event.get("inputs", []), *event.get("outputs", [])]
                elements += [event["dataset"]] if "job" not in event else []
            elif "job" in event:
                elements = [event["job"]]
            found += [
                (time_of(event), 2, element.get("facets", {}))
                for element in elements
                if name_of(element) == name
            ]
        return found

    # ── runs ───────────────────────────────────────────────────────────────────────────────────

    def runs_of(self, job: Name, as_of: int = FOREVER) -> list[Run]:
        """The runs shown under a job, newest start first."""
        found = [run for run in self.runs.values() if run.job == job and run.created <= as_of]
        return sorted(
            found,
            key=lambda run: (
                run.started is not None,
                run.started if run.started is not None else 0,
                run_bytes(run.id),
            ),
            reverse=True,
        )

    # ── edges ──────────────────────────────────────────────────────────────────────────────────

    def first_sights(self, as_of: int) -> dict[tuple[Name, Name, str, str], int]:
        """(job, dataset, direction, basis) -> earliest event that gives it, up to then."""
        found: dict[tuple[Name, Name, str, str], int] = {}
        for event in self.events:
            time_us = time_of(event)
            for edge in edges_of_event(event):
                if time_us <= as_of:
                    found[edge] = min(time_us, found.get(edge, time_us))
        return found

    def links(self, as_of: int) -> dict[tuple[Name, Name, str, Name | None], int]:
        """(origin, destination, kind, output) -> earliest event that links the jobs, up to then.

        What runs showed, and what is declared then, each since it was said first.
        """
        found: dict[tuple[Name, Name, str, Name | None], int] = {}
        held = self._lineage_held("job", as_of)
        for event in self.events:
            time_us = time_of(event)
            for link in links_of_event(event) if time_us <= as_of else ():
                if "run" in event or link in links_of_event(held[name_of(event["job"])]):
                    found[link] = min(time_us, found.get(link, time_us))
        return found

    def derivations(self, as_of: int) -> dict[tuple[Name, Name], tuple[int, int]]:
        """(output, source) -> first and last declaration that says so, of what is said then."""
        found: dict[tuple[Name, Name], tuple[int, int]] = {}
        for held in self._lineage_held("dataset", as_of).values():
            for edge in derivations_of_event(held):
                times = [
                    time_of(event)
                    for event in self.events
                    if time_of(event) <= as_of and edge in derivations_of_event(event)
                ]
                found[edge] = (min(times), max(times))
        return found

    def derivations_held(self, as_of: int) -> list[Json]:
        """The DatasetEvents whose lineage facet holds then."""
        return list(self._lineage_held("dataset", as_of).values())

    def _lineage_held(self, kind: str, as_of: int) -> dict[Name, Json]:
        """Job or dataset -> the event whose lineage facet is the latest declared of it."""
        best: dict[Name, tuple[tuple[int, bool, bytes], Json]] = {}
        for event in self.events:
            declared = declared_lineage(event)
            if declared is None or ("job" in event) != (kind == "job") or time_of(event) > as_of:
                continue
            name, facet = declared
            order = (time_of(event), not facet.get("_deleted"), facet_hash(facet))
            if name not in best or order > best[name][0]:
                best[name] = (order, event)
        return {name: event for name, (_, event) in best.items()}

    def root_of(self, run: Run) -> str | None:
        """The declared root, else that of the parent, else the topmost; a cycle ends the walk."""
        met = [run.id]
        while True:
            parent = self.runs[met[-1]].facets().get("parent", {}) if met[-1] in self.runs else {}
            if "root" in parent:
                root: str = parent["root"]["run"]["runId"]
                return root
            above = parent.get("run", {}).get("runId")
            if above is None or above in met:
                return met[-1] if len(met) > 1 else None
            met.append(above)

    def io_sets(self, job: Name, as_of: int) -> list[tuple[Run, IoSet]]:
        """The runs that take part in a job's edges then, with what they read and wrote under it."""
        return [
            (run, run.io_set(job))
            for run in self.runs.values()
            if job in run.jobs and run.created <= as_of
        ]

    def declaration(self, job: Name, as_of: int) -> tuple[IoSet, IoSet]:
        """The io-sets of the latest JobEvents that fill inputs and outputs."""
        best: dict[str, tuple[int, IoSet]] = {}
        for event in self.events:
            if "run" in event or "job" not in event or name_of(event["job"]) != job:
                continue
            io_set, time_us = declared_set(event), time_of(event)
            for direction in {direction for _, direction in io_set.members()}:
                if time_us <= as_of and (direction not in best or time_us > best[direction][0]):
                    best[direction] = (time_us, io_set)
        nothing = (0, IoSet())
        return best.get("i", nothing)[1], best.get("o", nothing)[1]

    def edges_of(self, job: Name, as_of: int) -> dict[tuple[Name, str], Edge]:
        """(dataset, direction) -> edge, of one job."""
        sights = self.first_sights(as_of)
        runs = self.io_sets(job, as_of)
        reads, writes = self.declaration(job, as_of)
        declared = {m for m in reads.members() if m[1] == "i"}
        declared |= {m for m in writes.members() if m[1] == "o"}
        visible = {
            (dataset, direction)
            for of, dataset, direction, basis in sights
            if of == job and basis != "declared"
        }
        observed = {m for _, io_set in runs for m in io_set.members()} & visible
        return {
            member: self._edge(job, member, sights, runs, member in declared, as_of)
            for member in observed | declared
        }

    def _edge(
        self,
        job: Name,
        member: tuple[Name, str],
        sights: dict[tuple[Name, Name, str, str], int],
        runs: list[tuple[Run, IoSet]],
        declared: bool,
        as_of: int,
    ) -> Edge:
        dataset, direction = member
        side = 1 if direction == "i" else 0
        first = {
            basis: sights[job, dataset, direction, basis]
            for basis in ("explicit", "column", "named", "declared")
            if (job, dataset, direction, basis) in sights
        }
        observed = first.keys() - {"declared"}
        having = [run for run, io_set in runs if member in io_set.members()] if observed else []
        holds = {
            "explicit": "explicit" in first,
            "column": any(pair[side] == dataset for _, s in runs for pair in s.by_column),
            "named": bool(observed)
            and any(dataset in (s.inputs if side else s.outputs) for _, s in runs),
            "declared": declared,
        }
        firsts = [time for basis, time in first.items() if holds[basis]]
        first_seen = min(firsts or [first[basis] for basis in observed])
        lasts = [run.created for run in having]
        if declared:
            lasts += self._declared_at(job, member, as_of)
        basis = next((basis for basis, true in holds.items() if true), "named")
        ends = (node_id("dataset", dataset), node_id("job", job))
        return Edge(
            *(ends if direction == "i" else ends[::-1]),
            basis="inputs-outputs" if basis == "named" else basis,
            first_seen=iso(first_seen),
            last_seen=iso(max([*lasts, first_seen])),
            stale=not declared and self._stale(job, member, runs, as_of),
            confirmed=declared
            or any(run.state(as_of) not in ("FAILED", "ABORTED") for run in having),
        )

    def _declared_at(self, job: Name, member: tuple[Name, str], as_of: int) -> list[int]:
        return [
            time_of(event)
            for event in self.events
            if "run" not in event and "job" in event and name_of(event["job"]) == job
            if time_of(event) <= as_of and member in declared_set(event).members()
        ]

    def _stale(
        self, job: Name, member: tuple[Name, str], runs: list[tuple[Run, IoSet]], as_of: int
    ) -> bool:
        latest = latest_run(job, [run for run, _ in runs], as_of)
        if latest is None:
            return False
        snapshot = latest.snapshot(job)
        shown = snapshot is None or member in snapshot[1]
        return not (shown and member in dict(runs)[latest].members())

    def pairs_of(self, job: Name, as_of: int) -> set[tuple[Name, Name]]:
        """(output, input) that data flows along through a job then."""
        edges = self.edges_of(job, as_of)
        observed = {pair for _, io_set in self.io_sets(job, as_of) for pair in io_set.pairs()}
        sights = self.first_sights(as_of)
        visible = {
            (dataset, direction)
            for of, dataset, direction, b in sights
            if of == job and b != "declared"
        }
        found = {(o, i) for o, i in observed if (o, "o") in visible and (i, "i") in visible}
        reads, writes = self.declaration(job, as_of)
        ins = {name for name, direction in reads.members() if direction == "i"}
        outs = {name for name, direction in writes.members() if direction == "o"}
        stated = reads.stated | reads.by_column | writes.stated | writes.by_column
        for output in outs:
            for source in ins:
                product = (
                    not (reads.explicit or writes.explicit)
                    and source in reads.inputs
                    and output in writes.outputs
                )
                if product or (output, source) in stated:
                    found.add((output, source))
        assert all((o, "o") in edges and (i, "i") in edges for o, i in found)
        return found


def declared_set(event: Json) -> IoSet:
    """The io-set of one JobEvent."""
    io_set = IoSet()
    io_set.inputs = {name_of(element) for element in event.get("inputs", [])}
    io_set.outputs = {name_of(element) for element in event.get("outputs", [])}
    add_explicit(io_set, event)
    for output in event.get("outputs", []):
        add_columns(io_set, name_of(output), winners([(0, 0, output.get("facets", {}))]))
    return io_set


def held(sightings: Iterable[tuple[int, int, Facets]], as_of: int) -> Facets:
    """(at, rank, facets) -> for each name the latest up to then; tombstones hide."""
    best: dict[str, tuple[tuple[int, int, bool, bytes], Json]] = {}
    for at, rank, facets in sightings:
        for name, facet in facets.items():
            order = (at, rank, not facet.get("_deleted"), facet_hash(facet))
            if at <= as_of and (name not in best or order > best[name][0]):
                best[name] = (order, facet)
    return {name: facet for name, (_, facet) in best.items() if not facet.get("_deleted")}


def node_id(kind: str, name: Name) -> str:
    """As the API writes it."""
    return f"{kind}:{name[0]}:{name[1]}"
