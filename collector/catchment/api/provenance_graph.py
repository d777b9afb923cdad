"""A provenance graph as it grows: runs, versions, and edges between them, under a bound of nodes.

Pure; asks nothing. Which hops there are to take, the walk knows (`provenance_walk`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catchment.api.aliases import BASES
from catchment.api.cutting import Bounds
from catchment.postgres.read.details import RunRow, uuid_text
from catchment.postgres.read.names import Node
from catchment.postgres.read.provenance import VersionKey

# How a read is bound, the surest first; a write is not.
_KINDS = ("explicit", "inferred", "unconfirmed", None)


class Version(NamedTuple):
    """A version of a dataset; see `VersionKey` for its text."""

    dataset: Node
    text: str | None

    @property
    def key(self) -> VersionKey:
        """What it is known by inside."""
        return VersionKey(self.dataset.id, self.text)

    @property
    def node_id(self) -> str:
        """As the API writes it."""
        return version_node_id(self.dataset, self.text)

    @property
    def order(self) -> tuple[str, str, str]:
        """A natural order, the same whatever came first."""
        return (self.dataset.namespace, self.dataset.name, self.text or "")


class Edge(NamedTuple):
    """A run reads a version, or (`reads` false, no `binding`) writes it.

    `named`: the key of the name by which the run knows the dataset; of several the smallest.
    """

    run: RunRow
    version: Version
    reads: bool
    named: bytes
    basis: str
    binding: str | None = None
    skew: bool = False

    def joined(self, other: "Edge") -> "Edge":
        """One edge for two names by which a run read a version: the strongest that they say."""
        return self._replace(
            named=min(self.named, other.named),
            basis=min(self.basis, other.basis, key=BASES.index),
            binding=min(self.binding, other.binding, key=_KINDS.index),
            skew=self.skew or other.skew,
        )

    @property
    def ends(self) -> tuple[str, str]:
        """Origin and destination; data flows along."""
        run, version = run_node_id(self.run.uuid), self.version.node_id
        return (version, run) if self.reads else (run, version)


class Hop(NamedTuple):
    """A run that was come to from a version (from none: the walk begins there), and beyond it."""

    run: RunRow
    via: Edge | None
    beyond: Sequence[Edge]


@dataclass(slots=True)
class Graph:
    """What is in the answer so far. `frontier`: node ids to go on from, where it was cut."""

    bounds: Bounds
    focus: Version | None
    runs: dict[int, RunRow] = field(default_factory=dict)
    versions: dict[VersionKey, Version] = field(default_factory=dict)
    edges: dict[tuple[int, VersionKey, bool], Edge] = field(default_factory=dict)
    frontier: set[str] = field(default_factory=set)
    truncated: bool = False

    def room(self) -> int:
        """How many nodes may be added."""
        return max(0, self.bounds.nodes_max - len(self.runs) - len(self.versions))

    def take(self, hops: Sequence[Hop]) -> list[Version]:
        """Add hops in their order while there is room, each whole; the versions that are new.

        The first hop of all may go over the bound, up to that of the service: there would be no
        going on from it.
        """
        new: list[Version] = []
        for n, hop in enumerate(hops):
            edges = hop.beyond
            unmet = {edge.version.key for edge in edges} - self.versions.keys()
            more = len(unmet) + (hop.run.id not in self.runs)
            if more > self.room():
                if self.runs:
                    self.leave(hops[n:])
                    break
                edges = edges[: max(0, self.bounds.whole_nodes_max - len(self.versions) - 1)]
                self.truncated = self.truncated or len(edges) < len(hop.beyond)
            self.runs.setdefault(hop.run.id, hop.run)
            for edge in edges:
                if edge.version.key not in self.versions:
                    self.versions[edge.version.key] = edge.version
                    new.append(edge.version)
            for edge in (*([hop.via] if hop.via else []), *edges):
                ends = (edge.run.id, edge.version.key, edge.reads)
                known = self.edges.get(ends)
                self.edges[ends] = edge if known is None else known.joined(edge)
        return new

    def leave(self, hops: Sequence[Hop]) -> None:
        """These are left out: the answer says from where they can be found."""
        for hop in hops:
            self.leave_out(hop.run.uuid, hop.via.version if hop.via else None)

    def leave_out(self, run: bytes, via: Version | None) -> None:
        """A run is left out, to be found from a version; from the focus, by itself."""
        self.truncated = True
        known = via is None or (self.focus is not None and via.key == self.focus.key)
        self.frontier.add(run_node_id(run) if known or via is None else via.node_id)


def run_node_id(uuid: bytes) -> str:
    """As the API writes it."""
    return f"run:{uuid_text(uuid)}"


def version_node_id(dataset: Node, text: str | None) -> str:
    """As the API writes it."""
    return dataset.node_id if text is None else f"{dataset.node_id}#{text}"
