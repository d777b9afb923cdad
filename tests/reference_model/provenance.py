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
    return named_version(run, dataset, "outputs") or own_id(run, dataset)


def own_id(run: Run, dataset: Name) -> str:
    """What a version is called that its run does not name."""
    own = bytes(a ^ b for a, b in zip(run_bytes(run.id), dataset_key(dataset), strict=True))
    return str(UUID(bytes=own))


def joined(edges: set[Edge]) -> set[Edge]:
    """One edge for all names by which a run read a version: the strongest that they say."""
    found: dict[tuple[str, Version, bool], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge.run, edge.version, edge.reads), []).append(edge)
    bases, kinds = ("explicit", "column", "inputs-outputs"), ("explicit", "inferred", "unconfirmed")
    return {
        Edge(
            *ends,
            min((edge.basis for edge in same), key=bases.index),
            min((edge.binding for edge in same), key=lambda kind: kinds.index(kind or "explicit")),
            any(edge.skew for edge in same),
        )
        for ends, same in found.items()
    }


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
        self.aliases = model.aliases
        self.runs = [run for run in model.runs.values() if run_begun(run, as_of)]
        self.writes = [
            (max(times), run_bytes(run.id), run, dataset)
            for run in self.runs
            for dataset, times in named_times(run, "outputs").items()
        ]

    def names(self, dataset: Name, at: int | None = None) -> set[Name]:
        """All names of a dataset then; of what nobody began to read, all that it has today."""
        return self.aliases(FOREVER if at is None else at).names(dataset)

    def confirmed_by(self, run: Run, instant: int) -> bool:
        """Whether a run had completed."""
        done = run.state(FOREVER) == "COMPLETED"
        return done and run.ended is not None and run.ended <= min(instant, self.as_of)

    def bound(
        self, reader: str | None, dataset: Name, at: int | None, said: str | None = None
    ) -> tuple[Version, str]:
        """The latest write by another that had completed, else that had begun, else of `said` any.

        Under any name of the dataset; the version is one of the name that it was written under.
        """
        names = self.names(dataset, at)
        others = [one for one in self.writes if one[3] in names and one[2].id != reader]
        if said is not None:
            others = [o for o in others if named_version(o[2], o[3], "outputs") == said]
        done = [o for o in others if at is not None and self.confirmed_by(o[2], at)]
        begun = [o for o in others if at is not None and o[2].created <= at]
        late = others if said is not None else []
        for found, kind in ((done, "inferred"), (begun, "unconfirmed"), (late, "")):
            if found:
                found.sort(key=lambda one: dataset_key(one[3]))
                _, _, run, name = max(found, key=lambda one: one[:2])
                return (name, written(run, name)), "explicit" if said is not None else kind
        return (dataset, said), "unconfirmed" if said is None else "explicit"

    def latest(self, dataset: Name) -> Version:
        """What a run that begins then would read."""
        return self.bound(None, dataset, self.as_of)[0]

    def asked(self, version: Version) -> Version | None:
        """The version of that name; else of the latest write of it under other names."""
        known = [w for w in self.writes if written(w[2], w[3]) == version[1]]
        if any(write[3] == version[0] for write in known) or self.named_by_reads(version):
            return version
        others = [write for write in known if write[3] in self.names(version[0], self.as_of)]
        others.sort(key=lambda write: dataset_key(write[3]))
        if others:
            return max(others, key=lambda write: write[:2])[3], version[1]
        return None

    def named_by_reads(self, version: Version) -> bool:
        """Whether a run that had begun says somewhere that it read this version."""
        return any(
            named_version(run, version[0], "inputs") == version[1]
            for run in self.runs
            if version[1] is not None
        )

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
        said = named_version(run, dataset, "inputs")
        version, kind = self.bound(run.id, dataset, start, said)
        until = min(max(at, (run.started or 0) + AFTER_START), self.as_of)
        skew = start is not None and any(
            self.confirmed_by(writer, until) and writer.ended is not None and writer.ended > start
            for _, _, writer, of in self.writes
            if of in self.names(dataset, start) and writer.id != run.id
            if version[1] is None
            or version[1] not in (named_version(writer, of, "outputs"), own_id(writer, version[0]))
        )
        return Edge(run.id, version, True, basis(run, dataset, "i"), kind, skew)

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
        return runs, versions, joined(edges)

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
        names = self.names(version[0], self.as_of)
        for run in self.runs:
            outputs = {output for output, source in pairs(run) if source in names}
            wrote = {of for _, _, one, of in self.writes if one is run}
            hops += [
                [edge] + [self.write(run, of) for of in outputs & wrote]
                for edge in self.reads(run).values()
                if edge.version == version
            ]
        return hops
