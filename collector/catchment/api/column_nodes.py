"""What a question about columns is about: a dataset, one of its columns, or a job; then or now."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations
from uuid import UUID

from catchment.api.nodes import find_node
from catchment.api.sight import Shows
from catchment.errors import BadQuestion, Problem, Unknown
from catchment.lineage.versions import version_id
from catchment.postgres.read import Questions
from catchment.postgres.read.names import Node

FIELD = "datasetField"
# Every two colons may be where a name ends.
_COLONS_MAX = 64


@dataclass(frozen=True, slots=True)
class Focus:
    """`field`: of that dataset. `version`: what the node id had behind its last `#`."""

    node: Node
    field: str | None = None
    version: str | None = None


class Finder:
    """Finds what is meant among known names, for one caller."""

    def __init__(self, questions: Questions, shows: Shows) -> None:
        self._questions = questions
        self._shows = shows

    async def by_id(self, node_id: str) -> Focus:
        """The node of this id, whole; or, where there is none, what stands before its version.

        Raises:
            BadQuestion: not a node id, or one that fits several nodes.
            Unknown: nothing of that name was ever named.
        """
        try:
            return await self._by_whole_id(node_id)
        except Unknown:
            head, mark, version = node_id.rpartition("#")
            if not mark:
                raise
            return replace(await self._by_whole_id(head), version=version)

    async def _by_whole_id(self, node_id: str) -> Focus:
        kind, _, rest = node_id.partition(":")
        if kind != FIELD:
            return Focus(await find_node(self._questions.names, node_id, shows=self._shows))
        colons = [n for n, character in enumerate(rest) if character == ":"]
        if not 2 <= len(colons) <= _COLONS_MAX:
            raise _bad(
                "the id of a column is datasetField:NAMESPACE:NAME:FIELD; with more than "
                f"{_COLONS_MAX} colons say kind, namespace, name and field"
            )
        splits = [(rest[:a], rest[a + 1 : b], rest[b + 1 :]) for a, b in combinations(colons, 2)]
        return await self._column([split for split in splits if all(split)], node_id)

    async def by_name(
        self, kind: str | None, namespace: str, name: str, field: str | None
    ) -> Focus:
        """The same, said without doubt."""
        if kind != FIELD:
            names = self._questions.names
            return Focus(await find_node(names, None, kind, namespace, name, shows=self._shows))
        if not field:
            raise _bad("a column needs kind, namespace, name and field")
        return await self._column([(namespace, name, field)], f"{field} of {name} in {namespace}")

    async def _column(self, splits: list[tuple[str, str, str]], asked: str) -> Focus:
        found = await self._questions.names.find(False, [split[:2] for split in splits])
        known = {(node.namespace, node.name): node for node in found if self._shows(node)}
        fits = [
            Focus(known[namespace, name], field)
            for namespace, name, field in splits
            if (namespace, name) in known
        ]
        if not fits:
            raise Unknown(f"Nothing named {asked!r} was ever seen.")
        if len(fits) > 1:
            raise _bad(f"the node id fits several columns, use kind and names: {_listed(fits)}")
        return fits[0]

    async def written_us(self, focus: Focus) -> int:
        """When the version of a dataset that is asked about was written.

        Raises:
            Unknown: nobody wrote it, or it is the version of a job.
        """
        node, version = focus.node, focus.version or ""
        runs = [] if node.is_job else await self._questions.columns.writers(node.id, version)
        with suppress(ValueError):  # versions that runs named themselves may be anything
            runs += [] if node.is_job else [version_id(UUID(version).bytes, node.key)]
        times = []
        for uuid in runs:
            run = await self._questions.details.run(uuid)
            if run and run.resolved and node.key in run.resolved.writes:
                times.append(run.resolved.writes[node.key].at_us)
        if not times:
            raise Unknown(f"No version {version!r} of {node.name!r} was ever written.")
        return max(times)


def _listed(fits: Iterable[Focus]) -> str:
    lines = [(fit.node.namespace, fit.node.name, fit.field) for fit in fits]
    return "; ".join(
        f"namespace={a!r} name={b!r} field={c!r}" for a, b, c in sorted(lines, key=str)
    )


def _bad(reason: str) -> BadQuestion:
    return BadQuestion(reason[0].upper() + reason[1:] + ".", [Problem("/nodeId", reason)])
