"""All names of a dataset as one, as one caller sees them: which is shown, and which others are."""

from collections.abc import Collection, Iterable, Mapping

from catchment.api.sight import Sight
from catchment.postgres.asking import FOREVER_US
from catchment.postgres.read import Questions
from catchment.postgres.read.columns import ColumnPair
from catchment.postgres.read.details import DatasetRow
from catchment.postgres.read.facets import Facets
from catchment.postgres.read.lineage import (
    Derived,
    DerivedFacts,
    EdgeFacts,
    Facts,
    WalkedEdge,
)
from catchment.postgres.read.names import Node, standing_for, stood

Groups = Mapping[int, Collection[Node]]
"""Dataset -> all its names, its own among them; only of those that have several."""

BASES = ("explicit", "column", "inputs-outputs", "declared")
"""How an edge is known, the strongest first."""


async def groups_of(
    questions: Questions,
    sight: Sight,
    datasets: Collection[int],
    as_of_us: int,
    *,
    deleted: bool = False,
) -> Groups:
    """The names of these, as far as this caller may know them; with `deleted` those, too."""
    others = await questions.names.others(datasets, as_of_us)
    if not others:
        return {}
    wanted = {*others}.union(*[one.names for one in others.values()])
    nodes = await questions.names.nodes(False, list(wanted))
    groups = {}
    for dataset, (names, canon) in others.items():
        found = [stood(nodes[one], canon) for one in (dataset, *names) if one in nodes]
        seen = list(filter(sight.knows, found)) if deleted else sight.nodes(found)
        if len(seen) > 1:
            groups[dataset] = sorted(seen, key=lambda node: node.order)
    return groups


async def groups_of_nodes(
    questions: Questions, sight: Sight, nodes: Iterable[Node], as_of_us: int = FOREVER_US
) -> Groups:
    """The same of nodes; nobody is asked where it is known that none has another name."""
    asked = [node.id for node in nodes if not node.alone]
    return await groups_of(questions, sight, asked, as_of_us) if asked else {}


async def all_names(
    questions: Questions, sight: Sight, node: Node, as_of_us: int = FOREVER_US
) -> Collection[Node]:
    """All names of a dataset that this caller may see, its own among them."""
    groups = await groups_of_nodes(questions, sight, [node], as_of_us)
    return groups.get(node.id, (node,))


async def dataset_rows(
    questions: Questions,
    sight: Sight,
    nodes: Mapping[int, Node],
    as_of_us: int,
    *,
    versions: bool = True,
    groups: Groups | None = None,
) -> dict[int, DatasetRow]:
    """Datasets by id, as this caller sees them: what is said of one name is said of all."""
    if groups is None:
        groups = await groups_of_nodes(questions, sight, nodes.values(), as_of_us)
    found = await questions.details.datasets(nodes, as_of_us, versions=versions, names=groups)
    return {row_id: sight.dataset(row) for row_id, row in found.items()}


async def dataset_facets(
    questions: Questions,
    sight: Sight,
    nodes: Mapping[int, Node],
    as_of_us: int,
    groups: Groups | None = None,
) -> dict[int, Facets]:
    """The same of their facets with history alone."""
    if groups is None:
        groups = await groups_of_nodes(questions, sight, nodes.values(), as_of_us)
    names = {row_id: groups.get(row_id) or (node,) for row_id, node in nodes.items()}
    found = await questions.details.facets_by_names(names, as_of_us)
    return {row_id: sight.facets(facets) for row_id, facets in found.items()}


class Joined:
    """One node for all names of a dataset in a graph: the one asked for, else that which stands."""

    def __init__(self, groups: Groups, focus: Node) -> None:
        self._focus = focus
        self._nodes: dict[int, Node] = {}
        self._names: dict[int, Collection[Node]] = {}
        self.add(groups)

    def add(self, groups: Groups) -> None:
        """More groups. All their names are of the node, not only those that were met."""
        for names in groups.values():
            asked = next((one for one in names if one.id == self._focus.id), None)
            node = asked or standing_for(names)
            self._names[node.id] = names
            self._nodes.update((one.id, node) for one in names)

    def shown(self, nodes: Mapping[int, Node]) -> dict[int, Node]:
        """The nodes of an answer, by id."""
        shown = [self._nodes.get(row_id, node) for row_id, node in nodes.items()]
        return {node.id: node for node in shown}

    def names(self, nodes: Iterable[int]) -> Groups:
        """The groups of nodes that are shown."""
        return {one: self._names[one] for one in nodes if one in self._names}

    def names_of(self, dataset: int) -> list[int]:
        """All names of a dataset that is shown, its own among them."""
        names = self._names.get(dataset)
        return [dataset] if names is None else [one.id for one in names]

    def pairs(self, pairs: list[ColumnPair]) -> list[ColumnPair]:
        """Pairs of what is shown."""
        if not self._nodes:
            return pairs
        shown = self._id
        return [p._replace(output=shown(p.output), input=shown(p.input)) for p in pairs]

    def edges(self, edges: list[WalkedEdge]) -> list[WalkedEdge]:
        """Edges between what is shown; of those that become one, the nearest."""
        if not self._nodes:
            return edges
        nearest: dict[tuple[int, int, str], WalkedEdge] = {}
        for edge in edges:
            key = (edge.job, self._id(edge.dataset), edge.dir)
            known = nearest.get(key)
            if known is None or edge.level < known.level:
                nearest[key] = WalkedEdge(*key, edge.level)
        return list(nearest.values())

    def derived(self, derived: Iterable[Derived]) -> set[tuple[int, int]]:
        """(output, source) of the edges without a job; between names of one dataset is none."""
        ends = {(self._id(one.output), self._id(one.source)) for one in derived}
        return {(output, source) for output, source in ends if output != source}

    def levels(self, levels: Mapping[int, int]) -> Mapping[int, int]:
        """How far what is shown is: as far as the nearest of its names."""
        if not self._nodes:
            return levels
        nearest: dict[int, int] = {}
        for row_id, level in levels.items():
            node = self._id(row_id)
            nearest[node] = min(level, nearest.get(node, level))
        return nearest

    def facts(self, facts: Facts) -> Facts:
        """What is said of edges; of those that become one, all that is said of either."""
        if not self._nodes:
            return facts
        joined: Facts = {}
        for (job, dataset, side), said in facts.items():
            key = (job, self._id(dataset), side)
            known = joined.get(key)
            joined[key] = said if known is None else _both(known, said)
        return joined

    def derived_facts(self, facts: DerivedFacts) -> DerivedFacts:
        """The same of edges without a job."""
        joined: DerivedFacts = {}
        for ends, said in facts.items():
            output, source = map(self._id, ends)
            known = joined.get((output, source))
            joined[output, source] = said if known is None else _both(known, said)
        return joined

    def _id(self, dataset: int) -> int:
        node = self._nodes.get(dataset)
        return dataset if node is None else node.id


def _both(a: EdgeFacts, b: EdgeFacts) -> EdgeFacts:
    return EdgeFacts(
        min(a.basis, b.basis, key=BASES.index),
        min(a.first_us, b.first_us),
        max(a.last_us, b.last_us),
        a.stale and b.stale,
        a.confirmed or b.confirmed,
    )
