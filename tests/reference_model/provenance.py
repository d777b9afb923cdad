"""Provenance as docs/reference/meaning.md has it: every run looked at for every question."""

from dataclasses import dataclass
from uuid import UUID

from tests.reference_model.facts import FOREVER, Name, dataset_key, run_bytes, time_of
from tests.reference_model.model import Model
from tests.reference_model.runs import IoSet, Run

Version = tuple[Name, str | None]
AFTER_START = 5_000_000


@dataclass(frozen=True)
class Edge:
    """A run reads a version, or (without a binding) writes it."""

    run: str
    version: Version
    reads: bool
    basis: str
    binding: str | None = None
    skew: bool = False


def run_begun(run: Run, as_of: int) -> bool:
    """Whether it takes part then."""
    return bool(run.own) and run.created <= as_of


def io_sets(run: Run) -> list[IoSet]:
    """One for each job that the run was seen under."""
    return [run.io_set(job) for job in run.jobs]


def pairs(run: Run) -> set[tuple[Name, Name]]:
    """(output, input)."""
    return {pair for one in io_sets(run) for pair in one.pairs()}


def named_times(run: Run, side: str) -> dict[Name, list[int]]:
    """Dataset -> when the run's events named it on this side."""
    found: dict[Name, list[int]] = {}
    for event in run.own:
        for one in event.get(side, []):
            found.setdefault((one["namespace"], one["name"]), []).append(time_of(event))
    return found


def named_version(run: Run, dataset: Name, side: str) -> str | None:
    """What the winning version facet says."""
    facet = run.sight(dataset, side).get("version", {})
    return None if facet.get("_deleted") else facet.get("datasetVersion")


def written(run: Run, dataset: Name) -> str:
    """The version that a run writes."""
    own = bytes(a ^ b for a, b in zip(run_bytes(run.id), dataset_key(dataset), strict=True))
    return named_version(run, dataset, "outputs") or str(UUID(bytes=own))


def basis(run: Run, dataset: Name, direction: str) -> str:
    """The strongest evidence on this side."""
    side = 1 if direction == "i" else 0
    for one in io_sets(run):
        stated = {pair[side] for pair in one.stated}
        if dataset in stated or (dataset, direction) in one.boundary:
            return "explicit"
    if any(pair[side] == dataset for one in io_sets(run) for pair in one.by_column):
        return "column"
    return "inputs-outputs"


class Provenance:
    """The questions, at one instant."""

    def __init__(self, model: Model, as_of: int = FOREVER) -> None:
        self.as_of = as_of
        self.runs = [run for run in model.runs.values() if run_begun(run, as_of)]
        self.writes = [
            (max(times), run_bytes(run.id), run, dataset)
            for run in self.runs
            for dataset, times in named_times(run, "outputs").items()
        ]

    def confirmed_by(self, run: Run, instant: int) -> bool:
        """Whether a run had completed."""
        done = run.state(FOREVER) == "COMPLETED"
        return done and run.ended is not None and run.ended <= min(instant, self.as_of)

    def bound(self, reader: str | None, dataset: Name, at: int | None) -> tuple[str | None, str]:
        """The latest write by another that had completed, else that had begun."""
        if at is None:
            return None, "unconfirmed"
        others = [one for one in self.writes if one[3] == dataset and one[2].id != reader]
        done = [one for one in others if self.confirmed_by(one[2], at)]
        begun = [one for one in others if one[2].created <= at]
        for found, kind in ((done, "inferred"), (begun, "unconfirmed")):
            if found:
                return written(max(found, key=lambda one: one[:2])[2], dataset), kind
        return None, "unconfirmed"

    def latest(self, dataset: Name) -> Version:
        """What a run that begins then would read."""
        return dataset, self.bound(None, dataset, self.as_of)[0]

    def reads(self, run: Run) -> dict[Name, Edge]:
        """All that a run was seen to read by then."""
        named = named_times(run, "inputs")
        by_facets = {
            n for one in io_sets(run) for n, direction in one.members() if direction == "i"
        }
        found = {}
        for dataset in by_facets | named.keys():
            at = min(named.get(dataset, [run.created]))
            if at <= self.as_of:
                found[dataset] = self._read(run, dataset, at)
        return found

    def _read(self, run: Run, dataset: Name, at: int) -> Edge:
        start = None if run.started is None else min(run.started, self.as_of)
        version, kind = self.bound(run.id, dataset, start)
        said = named_version(run, dataset, "inputs")
        if said is not None:
            version, kind = said, "explicit"
        until = min(max(at, (run.started or 0) + AFTER_START), self.as_of)
        skew = start is not None and any(
            self.confirmed_by(writer, until) and writer.ended is not None and writer.ended > start
            for _, _, writer, of in self.writes
            if of == dataset and writer.id != run.id and written(writer, dataset) != version
        )
        return Edge(run.id, (dataset, version), True, basis(run, dataset, "i"), kind, skew)

    def write(self, run: Run, dataset: Name) -> Edge:
        """A run's write."""
        return Edge(run.id, (dataset, written(run, dataset)), False, basis(run, dataset, "o"))

    def confirmed(self, version: Version) -> bool:
        """Whether one of its writers had completed."""
        return any(self.confirmed_by(run, self.as_of) for run in self.writers(version))

    def writers(self, version: Version) -> list[Run]:
        """All runs that wrote it."""
        dataset, text = version
        return [r for _, _, r, of in self.writes if of == dataset and written(r, of) == text]

    def closure(
        self, start: Run | Version, up: bool, depth: int
    ) -> tuple[set[str], set[Version], set[Edge]]:
        """Runs, versions and edges within so many runs."""
        runs: set[str] = set()
        edges: set[Edge] = set()
        level: set[Version] = set()
        if isinstance(start, Run):
            runs.add(start.id)
            outputs = {of for _, _, run, of in self.writes if run is start}
            first = self.reads(start).values() if up else [self.write(start, of) for of in outputs]
            edges |= set(first)
            level = {edge.version for edge in first}
        else:
            level = {start}
        versions = set(level)
        for _ in range(depth):
            beyond: set[Version] = set()
            for version in level:
                for hop in self._up(version) if up else self._down(version):
                    runs.add(hop[0].run)
                    edges |= set(hop)
                    beyond |= {edge.version for edge in hop[1:]}
            level = beyond - versions
            versions |= beyond
        return runs, versions, edges

    def _up(self, version: Version) -> list[list[Edge]]:
        hops = []
        for run in self.writers(version):
            reads = self.reads(run)
            paired = {source for output, source in pairs(run) if output == version[0]}
            hops.append(
                [self.write(run, version[0])] + [reads[one] for one in paired if one in reads]
            )
        return hops

    def _down(self, version: Version) -> list[list[Edge]]:
        hops = []
        for run in self.runs:
            edge = self.reads(run).get(version[0])
            if edge is None or edge.version != version:
                continue
            outputs = {output for output, source in pairs(run) if source == version[0]}
            wrote = {of for _, _, one, of in self.writes if one is run}
            hops.append([edge] + [self.write(run, of) for of in outputs & wrote])
        return hops
