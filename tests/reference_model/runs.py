"""One run: all its own events merged."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.reference_model.facts import (
    FOREVER,
    OF_DATA,
    RANK,
    SLOW,
    Json,
    Name,
    column_pairs,
    dataset_key,
    edges_of_event,
    explicit_pairs,
    facet_hash,
    job_key,
    job_reads,
    lineage_facet,
    name_of,
    parents,
    previous_names,
    run_bytes,
    time_of,
)

STATES = {4: "COMPLETED", 5: "ABORTED", 6: "FAILED"}

Facets = dict[str, Json]


@dataclass
class IoSet:
    """What a run read and wrote under one job."""

    inputs: set[Name] = field(default_factory=set)
    outputs: set[Name] = field(default_factory=set)
    explicit: bool = False
    stated: set[tuple[Name, Name]] = field(default_factory=set)
    by_column: set[tuple[Name, Name]] = field(default_factory=set)
    boundary: set[tuple[Name, str]] = field(default_factory=set)

    def members(self) -> set[tuple[Name, str]]:
        """(dataset, "i" or "o")."""
        pairs = self.stated | self.by_column
        named = {(name, "i") for name in self.inputs} | {(name, "o") for name in self.outputs}
        by_pairs = {(source, "i") for _, source in pairs} | {(target, "o") for target, _ in pairs}
        return named | by_pairs | self.boundary

    def pairs(self) -> set[tuple[Name, Name]]:
        """(output, input) that data flows along."""
        product = {(target, source) for target in self.outputs for source in self.inputs}
        return self.stated | self.by_column | (set() if self.explicit else product)


def winners(candidates: list[tuple[int, int, Facets]]) -> Facets:
    """(time, rank, facets) of several events -> for each name the one that wins."""
    best: dict[str, tuple[tuple[int, bool, int, bytes], Json]] = {}
    for time_us, rank, facets in candidates:
        for name, facet in facets.items():
            order = (time_us, not facet.get("_deleted"), rank, facet_hash(facet))
            if name not in best or order > best[name][0]:
                best[name] = (order, facet)
    return {name: facet for name, (_, facet) in best.items()}


class Run:
    """A run by its own events, and by those that only name it."""

    def __init__(self, run_id: str, events: list[Json]) -> None:
        self.id = run_id
        self.own = [event for event in events if event.get("run", {}).get("runId") == run_id]
        self.naming = [
            (time_of(event), job_key(job), job)
            for event in events
            for named, job in parents(event)
            if named == run_id
        ]
        self.times = [time_of(event) for event in self.own]

    @property
    def created(self) -> int:
        return min(self.times) if self.own else min(self.naming)[0]

    @property
    def updated(self) -> int:
        return max(self.times) if self.own else self.created

    @property
    def _ends(self) -> list[tuple[int, int]]:
        ranked = [(time_of(event), RANK[event["eventType"]]) for event in self.own]
        return [(time_us, rank) for time_us, rank in ranked if rank in STATES]

    @property
    def begun(self) -> bool:
        """Whether an event says so: one that only notes something does not, unless it is an end."""
        return any(
            RANK[event["eventType"]] in STATES
            or "catchment_note" not in event["run"].get("facets", {})
            for event in self.own
        )

    def state(self, as_of: int) -> str:
        if not self.begun:
            return "NEW"
        if not self._ends or max(self._ends)[0] > as_of:
            return "RUNNING"
        return STATES[max(self._ends)[1]]

    @property
    def ended(self) -> int | None:
        return max(self._ends)[0] if self._ends else None

    @property
    def starts(self) -> list[int]:
        return [time_of(event) for event in self.own if event["eventType"] == "START"]

    @property
    def started(self) -> int | None:
        if self.starts:
            return min(self.starts)
        return self.created if self.begun else None

    @property
    def conflict(self) -> bool:
        return len({rank for _, rank in self._ends}) > 1 or len(self.jobs) > 1

    @property
    def jobs(self) -> set[Name]:
        return {name_of(event["job"]) for event in self.own}

    @property
    def job(self) -> Name:
        if not self.own:
            return min(self.naming)[2]
        latest = max(
            self.own,
            key=lambda e: (time_of(e), RANK[e["eventType"]], job_key(name_of(e["job"]))),
        )
        return name_of(latest["job"])

    @property
    def streaming(self) -> bool:
        """Whether it is not meant to end, by the job that it is shown under."""
        kind = self.job_facets(self.job).get("jobType", {}) if self.own else {}
        said: str = kind.get("processingType", "")
        return said.upper() in ("STREAMING", "SERVICE") and not kind.get("_deleted")

    @property
    def versioned(self) -> int | None:
        """When it has a version of its job: from its end; streaming, from its start if it runs."""
        times = [self.ended, self.started if self.streaming and self.begun else None]
        return min([time for time in times if time is not None], default=None)

    def naming_times(self, dataset: Name, side: str) -> list[int]:
        """When its events named a dataset in `inputs` or `outputs`."""
        return [
            time_of(event)
            for event in self.own
            for element in event.get(side, [])
            if name_of(element) == dataset
        ]

    def snapshot(self, job: Name) -> tuple[int, set[tuple[Name, str]]] | None:
        """When an event under this job showed all that there is, and what that was."""
        found = []
        for event in self.own:
            kind = event["job"].get("facets", {}).get("jobType", {})
            mode = kind.get("emissionPattern", {}).get("eventContentMode")
            named = {(name, direction) for _, name, direction, _ in edges_of_event(event)}
            if mode == "COMPLETE_SNAPSHOT" and named and name_of(event["job"]) == job:
                keys = [sorted(dataset_key(n) for n, side in named if side == way) for way in "io"]
                found.append((time_of(event), RANK[event["eventType"]], keys, named))
        if not found:
            return None
        latest = max(found, key=lambda one: one[:3])
        return latest[0], latest[3]

    def facets(self) -> Facets:
        return winners(
            [(time_of(e), RANK[e["eventType"]], e["run"].get("facets", {})) for e in self.own]
        )

    def job_facets(self, job: Name) -> Facets:
        return winners(
            [
                (time_of(e), RANK[e["eventType"]], e["job"].get("facets", {}))
                for e in self.own
                if name_of(e["job"]) == job
            ]
        )

    def sight(self, dataset: Name, side: str, bag: str = "facets") -> Facets:
        """The winning facets of one dataset as read ("inputs") or written ("outputs")."""
        return winners(
            [
                (time_of(e), RANK[e["eventType"]], element.get(bag, {}))
                for e in self.own
                for element in e.get(side, [])
                if name_of(element) == dataset
            ]
        )

    def sightings(self) -> list[tuple[Name, str, int, Facets]]:
        """(dataset, "i" or "o", at, slow facets)."""
        found = []
        for side, direction, pick in (("inputs", "i", min), ("outputs", "o", max)):
            times: dict[Name, list[int]] = {}
            for event in self.own:
                for element in event.get(side, []):
                    times.setdefault(name_of(element), []).append(time_of(event))
            for dataset, seen in times.items():
                slow = {k: v for k, v in self.sight(dataset, side).items() if k in SLOW}
                found.append((dataset, direction, pick(seen), slow))
        return found

    def io_set(self, job: Name) -> IoSet:
        """What the run read and wrote under one job."""
        events = [event for event in self.own if name_of(event["job"]) == job]
        io_set = IoSet()
        for event in events:
            io_set.inputs |= {name_of(element) for element in event.get("inputs", [])}
            io_set.outputs |= {name_of(element) for element in event.get("outputs", [])}
            add_explicit(io_set, event)
        # A lineage facet anywhere in the run, under whichever job, suppresses products and columns.
        whole = IoSet()
        for event in self.own:
            add_explicit(whole, event)
        io_set.explicit = whole.explicit
        targets = {target for target, direction in whole.boundary if direction == "o"}
        # Which columnLineage facet holds is decided among the events under this job.
        for output in io_set.outputs:
            held = winners(
                [
                    (time_of(e), RANK[e["eventType"]], element.get("facets", {}))
                    for e in events
                    for element in e.get("outputs", [])
                    if name_of(element) == output
                ]
            )
            if output not in targets:
                add_columns(io_set, output, held)
        return io_set


def latest_run(job: Name, runs: list[Run], as_of: int) -> Run | None:
    """The run that says what still holds of a job: it completed last, or gave a snapshot last."""
    found = []
    for run in runs:
        times = [run.ended] if run.state(FOREVER) == "COMPLETED" else []
        snapshot = run.snapshot(job)
        times += [snapshot[0]] if snapshot else []
        found += [
            (time, run_bytes(run.id), run) for time in times if time is not None and time <= as_of
        ]
    return max(found, key=lambda one: one[:2])[2] if found else None


def add_explicit(io_set: IoSet, event: Json) -> None:
    """What the event's lineage facet states."""
    facet = lineage_facet(event)
    if facet is None:
        return
    io_set.explicit = True
    for target, source in explicit_pairs(facet):
        io_set.boundary.add((target, "o"))
        if source:
            io_set.stated.add((target, source))
    io_set.boundary |= {(source, "i") for source in job_reads(facet, name_of(event["job"]))}


def add_columns(io_set: IoSet, output: Name, facets: Facets) -> None:
    """The pairs of an output's winning columnLineage and RENAME, unless an entry targets it."""
    targets = {target for target, direction in io_set.boundary if direction == "o"}
    if output in targets:
        return
    io_set.by_column |= {(output, old) for old in previous_names(output, facets)}
    columns = facets.get("columnLineage", {"_deleted": True})
    io_set.by_column |= {(output, source) for _, source, _ in column_pairs(output, columns)}


def facets_of_newest(
    runs: Iterable[Run], dataset: Name, as_of: int
) -> list[tuple[int, int, Facets]]:
    """(at, rank, facets without history) of a dataset's five newest reads and newest write."""
    seen: dict[str, list[tuple[int, bytes, Run]]] = {"i": [], "o": []}
    for run in runs:
        for name, direction, at, _ in run.sightings():
            if name == dataset and at <= as_of:
                seen[direction].append((at, run_bytes(run.id), run))
    found: list[tuple[int, int, Facets]] = []
    for at, _, run in sorted(seen["i"], reverse=True)[:5]:
        tested = run.sight(dataset, "inputs", "inputFacets")
        found.append((at, -1, {name: tested[name] for name in tested if name in OF_DATA}))
        found.append((at, 0, _without_history(run.sight(dataset, "inputs"))))
    for at, _, run in sorted(seen["o"], reverse=True)[:1]:
        found.append((at, 1, _without_history(run.sight(dataset, "outputs"))))
    return found


def _without_history(facets: Facets) -> Facets:
    return {name: facet for name, facet in facets.items() if name not in SLOW}
