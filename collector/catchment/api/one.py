"""One dataset, job or namespace: found, and as answers have it. For questions and for writes."""

from typing import Any

from catchment.api import shapes
from catchment.api.aliases import dataset_rows
from catchment.api.nodes import find_node
from catchment.api.sight import Sight
from catchment.errors import Unknown
from catchment.postgres.asking import FOREVER_US
from catchment.postgres.read import Questions
from catchment.postgres.read.names import NamespaceRow, Node

Json = dict[str, Any]


async def find_dataset(questions: Questions, sight: Sight, namespace: str, name: str) -> Node:
    """A dataset; `Unknown` if there is none."""
    names = questions.names
    return await find_node(names, None, "dataset", namespace, name, shows=sight.shows)


async def find_job(questions: Questions, sight: Sight, namespace: str, name: str) -> Node:
    """A job; `Unknown` if there is none."""
    return await find_node(questions.names, None, "job", namespace, name, shows=sight.shows)


async def find_namespace(questions: Questions, sight: Sight, name: str) -> NamespaceRow:
    """A namespace; `Unknown` if it was never named, or is not the caller's."""
    sight.require(name)
    rows = await questions.names.namespaces(name, 1, 0)
    if not rows:
        raise Unknown(f"The namespace {name!r} was never seen.")
    return rows[0]


async def dataset(
    questions: Questions, sight: Sight, node: Node, as_of_us: int = FOREVER_US
) -> Json:
    """A dataset, as it is or was."""
    nodes = await questions.names.nodes(False, [node.id])
    rows = await dataset_rows(questions, sight, nodes, as_of_us)
    return shapes.dataset(rows[node.id])


async def job(questions: Questions, sight: Sight, node: Node, as_of_us: int = FOREVER_US) -> Json:
    """A job, as it is or was."""
    nodes = await questions.names.nodes(True, [node.id])
    rows = await questions.details.jobs(nodes, as_of_us)
    return shapes.job(sight.job(rows[node.id]), as_of_us)
