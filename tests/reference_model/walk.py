"""Lineage graphs of the model: walks over names, then all names of a dataset made one node."""

from tests.reference_model.facts import Name
from tests.reference_model.model import Edge, Model, node_id

Edges = dict[Name, dict[tuple[Name, str], Edge]]
Members = set[tuple[Name, tuple[Name, str]]]
_BASES = ("explicit", "column", "inputs-outputs", "declared")


def lineage(
    model: Model, kind: str, focus: Name, direction: str | None, depth: int, as_of: int
) -> tuple[set[str], set[Edge]]:
    """Node ids and edges of the answer."""
    jobs = model.times("job")
    edges = {job: model.edges_of(job, as_of) for job in jobs}
    found: Members = set()
    if direction is None:
        found = _connected(model, kind, focus, depth, edges)
    for way in {"both": ("i", "o"), "downstream": ("i",), "upstream": ("o",)}.get(
        direction or "", ()
    ):
        pairs = {job: model.pairs_of(job, as_of) for job in jobs}
        found |= _paths(model, kind, focus, way, depth, edges, pairs)
    return _shown(model, kind, focus, found, edges)


def _shown(
    model: Model, kind: str, focus: Name, found: Members, edges: Edges
) -> tuple[set[str], set[Edge]]:
    aliases = model.aliases

    def shown(name: Name) -> Name:
        asked = kind == "dataset" and focus in aliases.names(name)
        return focus if asked else aliases.first(name)

    joined: dict[tuple[Name, Name, str], list[Edge]] = {}
    for job, (name, side) in found:
        joined.setdefault((job, shown(name), side), [])
    # An edge says what all edges say that became one with it, be they on the way or not.
    for job, held in edges.items():
        for (name, side), edge in held.items():
            if (job, shown(name), side) in joined:
                joined[job, shown(name), side].append(edge)
    nodes = {node_id(kind, focus)} | {node_id("job", job) for job, _, _ in joined}
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


def _all_names(model: Model, names: set[Name]) -> set[Name]:
    return {one for name in names for one in model.aliases.names(name)}


def _connected(model: Model, kind: str, focus: Name, depth: int, edges: Edges) -> Members:
    found: Members = set()
    datasets = _all_names(model, {focus}) if kind == "dataset" else set()
    for step in range(depth):
        if step == 0 and kind == "job":
            jobs = {focus}
        else:
            jobs = {job for job, held in edges.items() if {name for name, _ in held} & datasets}
        found |= {(job, member) for job in jobs for member in edges[job]}
        datasets |= _all_names(model, {member[0] for job in jobs for member in edges[job]})
    if kind == "job" and depth == 0:
        found = {(focus, member) for member in edges[focus]}
    return found


def _paths(
    model: Model,
    kind: str,
    focus: Name,
    way: str,
    depth: int,
    edges: Edges,
    pairs: dict[Name, set[tuple[Name, Name]]],
) -> Members:
    far = "o" if way == "i" else "i"
    near_at, far_at = (1, 0) if way == "i" else (0, 1)
    found: Members = set()
    datasets = _all_names(model, {focus})
    steps = depth
    if kind == "job":
        found = {(focus, member) for member in edges[focus] if member[1] == far}
        datasets, steps = _all_names(model, {member[0] for _, member in found}), depth - 1
    for _ in range(steps):
        for job, held_edges in edges.items():
            near = {name for name, direction in held_edges if direction == way} & datasets
            found |= {(job, (name, way)) for name in near}
            beyond = {pair[far_at] for pair in pairs[job] if pair[near_at] in near}
            found |= {(job, (name, far)) for name in beyond}
        datasets |= _all_names(model, {member[0] for _, member in found if member[1] == far})
    return found
