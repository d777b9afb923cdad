"""Lineage graphs of the model: walks over names, then all names of a dataset made one node."""

from collections.abc import Iterable

from tests.reference_model.aliases import Aliases
from tests.reference_model.facts import Name, iso
from tests.reference_model.model import Edge, Model, node_id

Edges = dict[Name, dict[tuple[Name, str], Edge]]
Members = set[tuple[Name, tuple[Name, str] | None]]
"""Job and what it has there; None for a job that another one led to."""
Links = dict[tuple[Name, Name, str, Name | None], int]
Flows = set[tuple[Name, Name, Name | None]]
Straight = set[tuple[Name, Name]]
"""(output, source): edges from dataset to dataset."""
_BASES = ("explicit", "column", "inputs-outputs", "declared")


def lineage(
    model: Model, kind: str, focus: Name, direction: str | None, depth: int, as_of: int
) -> tuple[set[str], set[Edge]]:
    """Node ids and edges of the answer."""
    jobs, aliases = model.times("job"), model.aliases(as_of)
    edges = {job: model.edges_of(job, as_of) for job in jobs}
    links = model.links(as_of)
    flows = {link[:2] + link[3:] for link in links if link[2] == "flow"}
    derived = model.derivations(as_of)
    found: Members = set()
    straight: Straight = set()
    if direction is None:
        found, straight = _connected(aliases, kind, focus, depth, edges, flows, set(derived))
    for way in {"both": ("i", "o"), "downstream": ("i",), "upstream": ("o",)}.get(
        direction or "", ()
    ):
        pairs = {job: model.pairs_of(job, as_of) for job in jobs}
        more, ahead = _paths(aliases, kind, focus, way, depth, edges, pairs, flows, set(derived))
        found, straight = found | more, straight | ahead
    nodes, drawn = _shown(aliases, kind, focus, found, edges)
    made = _derived_shown(aliases, kind, focus, straight, derived)
    nodes |= {node for edge in made for node in (edge.origin, edge.destination)}
    return nodes, drawn | made | _links_among(nodes, links)


def _links_among(nodes: set[str], links: Links) -> set[Edge]:
    firsts: dict[tuple[str, str, str], int] = {}
    for (origin, destination, kind, _), time_us in links.items():
        key = (node_id("job", origin), node_id("job", destination), kind)
        if nodes.issuperset(key[:2]):
            firsts[key] = min(time_us, firsts.get(key, time_us))
    return {
        Edge(a, b, "control" if kind == "control" else "explicit", iso(time), None, False, True)
        for (a, b, kind), time in firsts.items()
    }


def _node(aliases: Aliases, kind: str, focus: Name, name: Name) -> Name:
    """The name that a dataset is shown under."""
    asked = kind == "dataset" and focus in aliases.names(name)
    return focus if asked else aliases.first(name)


def _derived_shown(
    aliases: Aliases,
    kind: str,
    focus: Name,
    straight: Straight,
    derived: dict[tuple[Name, Name], tuple[int, int]],
) -> set[Edge]:
    joined: dict[tuple[Name, Name], list[tuple[int, int]]] = {}
    for ends, times in derived.items():
        if ends in straight:
            output, source = (_node(aliases, kind, focus, name) for name in ends)
            joined.setdefault((source, output), []).append(times)
    return {
        Edge(
            node_id("dataset", source),
            node_id("dataset", output),
            "declared",
            iso(min(first for first, _ in times)),
            iso(max(last for _, last in times)),
            False,
            True,
        )
        for (source, output), times in joined.items()
        if source != output
    }


def _shown(
    aliases: Aliases, kind: str, focus: Name, found: Members, edges: Edges
) -> tuple[set[str], set[Edge]]:
    def shown(name: Name) -> Name:
        return _node(aliases, kind, focus, name)

    joined: dict[tuple[Name, Name, str], list[Edge]] = {}
    for job, member in found:
        if member is None:
            continue
        name, side = member
        joined.setdefault((job, shown(name), side), [])
    # An edge says what all edges say that became one with it, be they on the way or not.
    for job, held in edges.items():
        for (name, side), edge in held.items():
            if (job, shown(name), side) in joined:
                joined[job, shown(name), side].append(edge)
    nodes = {node_id(kind, focus)} | {node_id("job", job) for job, _ in found}
    nodes |= {node_id("dataset", name) for _, name, _ in joined}
    return nodes, {_joined(*key, said) for key, said in joined.items()}


def _joined(job: Name, name: Name, side: str, said: list[Edge]) -> Edge:
    ends = (node_id("dataset", name), node_id("job", job))
    return Edge(
        *(ends if side == "i" else ends[::-1]),
        min((edge.basis for edge in said), key=_BASES.index),
        min(str(edge.first_seen) for edge in said),
        max(str(edge.last_seen) for edge in said),
        all(edge.stale for edge in said),
        any(edge.confirmed for edge in said),
    )


def _all_names(aliases: Aliases, names: Iterable[Name]) -> set[Name]:
    return {one for name in names for one in aliases.names(name)}


def _connected(
    aliases: Aliases,
    kind: str,
    focus: Name,
    depth: int,
    edges: Edges,
    flows: Flows,
    derived: Straight,
) -> tuple[Members, Straight]:
    if kind == "job" and depth == 0:
        return {(focus, member) for member in edges[focus]}, set()
    found: Members = set()
    straight: Straight = set()
    datasets = _all_names(aliases, {focus}) if kind == "dataset" else set()
    jobs = {focus} if kind == "job" else set()
    for step in range(depth):
        handed = {b if a in jobs else a for a, b, _ in flows if a in jobs or b in jobs}
        if step or kind == "dataset":
            near = {job for job, held in edges.items() if {name for name, _ in held} & datasets}
            jobs = jobs | near | handed
            straight |= {ends for ends in derived if set(ends) & datasets}
        found |= {(job, None) for job in jobs}
        found |= {(job, member) for job in jobs for member in edges[job]}
        beyond = {member[0] for job in jobs for member in edges[job]}
        datasets |= _all_names(aliases, beyond | {name for ends in straight for name in ends})
    return found, straight


def _paths(
    aliases: Aliases,
    kind: str,
    focus: Name,
    way: str,
    depth: int,
    edges: Edges,
    pairs: dict[Name, set[tuple[Name, Name]]],
    flows: Flows,
    derived: Straight,
) -> tuple[Members, Straight]:
    far = "o" if way == "i" else "i"
    near_at, far_at = (1, 0) if way == "i" else (0, 1)
    found: Members = set()
    frontier, steps = _all_names(aliases, {focus}) if kind == "dataset" else set(), depth
    handed: set[tuple[Name, Name | None]] = set()
    if kind == "job":
        found = {(focus, member) for member in edges[focus] if member[1] == far}
        frontier = _all_names(aliases, {member[0] for _, member in found if member})
        handed, steps = _handed(flows, {focus}, way, None), depth - 1
    met, met_handed = set(frontier), set(handed)
    straight: Straight = set()
    for _ in range(steps):
        jobs, beyond = set(), set()
        for job, held in edges.items():
            near = {name for name, direction in held if direction == way} & frontier
            jobs |= {job} if near else set()
            found |= {(job, (name, way)) for name in near}
            ahead = {pair[far_at] for pair in pairs[job] if pair[near_at] in near}
            found |= {(job, (name, far)) for name in ahead}
            beyond |= ahead
        made = {ends for ends in derived if ends[near_at] in frontier}
        straight, beyond = straight | made, beyond | {ends[far_at] for ends in made}
        for job, output in handed:
            whole = {m for m in edges[job] if m[1] == far and output in (None, m[0])}
            found |= {(job, None)} | {(job, member) for member in whole}
            beyond |= {member[0] for member in whole}
        others = {job for job, _ in handed}
        more = _handed(flows, jobs, way, frontier) | _handed(flows, others, way, None)
        handed, met_handed = more - met_handed, met_handed | more
        frontier = _all_names(aliases, beyond) - met
        met |= frontier
    return found, straight


def _handed(
    flows: Flows, jobs: set[Name], way: str, outputs: set[Name] | None
) -> set[tuple[Name, Name | None]]:
    """(job, output) that these jobs hand data to, or get it from: None for all outputs."""
    if way == "i":
        return {(b, output) for a, b, output in flows if a in jobs}
    asked = outputs if outputs is not None else {output for _, _, output in flows}
    return {(a, None) for a, b, output in flows if b in jobs and (not output or output in asked)}
