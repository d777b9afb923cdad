"""What a question about provenance is about: a run, a version of a dataset, or its latest one."""

from typing import NamedTuple

from catchment.api.aliases import all_names
from catchment.api.known_at import MayMean
from catchment.api.nodes import find_node
from catchment.api.provenance_graph import Version
from catchment.api.runs import find_run
from catchment.api.sight import Sight
from catchment.errors import BadQuestion, Problem, Unknown
from catchment.postgres.read import Questions
from catchment.postgres.read.bindings import Read
from catchment.postgres.read.details import RunRow
from catchment.postgres.read.names import Node
from catchment.postgres.read.provenance import VersionKey

# More of one mark than this in a node id: say kind, namespace, name and version.
_MARKS_MAX = 64
_NO_RUN = 0


class Asked(NamedTuple):
    """The parameters by which a caller says a node."""

    node_id: str | None
    kind: str | None
    namespace: str | None
    name: str | None
    version: str | None


class Finder:
    """Finds what is meant among what is known, for one caller and instant."""

    def __init__(self, questions: Questions, sight: Sight, as_of_us: int) -> None:
        self._questions = questions
        self._sight = sight
        self._as_of_us = as_of_us

    async def find(self, asked: Asked) -> Version | RunRow:
        """The run or version.

        Raises:
            BadQuestion: not a node id, or one that fits several nodes (they are listed).
            Unknown: nothing of that name had been seen by then.
        """
        if asked.node_id is not None:
            kind, _, rest = asked.node_id.partition(":")
            if kind == "run" and rest:
                return await self._run(rest)
            if kind == "dataset" and ":" in rest:
                return await self._by_id(asked.node_id, rest)
            raise _bad("a node id is run:UUID, dataset:NAMESPACE:NAME#VERSION or dataset:NS:NAME")
        if asked.kind == "run" and asked.name is not None:
            return await self._run(asked.name)
        if asked.kind != "dataset" or asked.namespace is None or asked.name is None:
            raise _bad("say which node: nodeId=run:UUID, or kind, namespace, name and version")
        node = await find_node(
            self._questions.names,
            None,
            "dataset",
            asked.namespace,
            asked.name,
            shows=self._sight.shows,
        )
        if asked.version is None:
            return await self._latest(node)
        found = await self._known([Version(node, asked.version)])
        if not found:
            raise Unknown(f"No version {asked.version!r} of {asked.name!r} was ever seen.")
        return found[0]

    async def _run(self, run: str) -> RunRow:
        row = await find_run(self._questions.details, run, self._sight)
        whole = await self._questions.details.run(row.uuid)
        if whole is None or whole.first_us > self._as_of_us:
            raise Unknown(f"No run {run!r} had begun by then.")
        return whole

    async def _by_id(self, node_id: str, rest: str) -> Version | RunRow:
        """What fits of all that the id could mean."""
        splits = _splits(rest)
        names = {split[:2] for split in splits}
        nodes = await self._questions.names.find(False, sorted(names))
        known = {(one.namespace, one.name): one for one in nodes if self._sight.shows(one)}
        fits = [(known[split[:2]], split[2]) for split in splits if split[:2] in known]
        whole = [node for node, text in fits if text is None]
        found = await self._known([Version(node, text) for node, text in fits if text])
        if len(whole) + len(found) > 1:
            raise _several([*[Version(node, None) for node in whole], *found])
        if whole:
            return await self._latest(whole[0])
        if not found:
            raise Unknown(f"Nothing named {node_id!r} was ever seen, or it is deleted.")
        return found[0]

    async def _known(self, versions: list[Version]) -> list[Version]:
        """Those that somebody had begun to write, or read by name, by then."""
        if not versions:
            return []
        provenance = self._questions.provenance
        nodes = {one.key: one.dataset for one in versions}
        known: set[VersionKey] = set(await provenance.writers(nodes, self._as_of_us))
        rest = nodes.keys() - known
        known |= await provenance.read_by_name(rest, self._as_of_us) if rest else set()
        found = [one if one.key in known else await self._elsewhere(one) for one in versions]
        return [one for one in found if one is not None]

    async def _elsewhere(self, version: Version) -> Version | None:
        """A version that was written under another name of the dataset: there it is known."""
        names = await all_names(self._questions, self._sight, version.dataset, self._as_of_us)
        others = [Version(one, version.text) for one in names if one.id != version.dataset.id]
        nodes = {one.key: one.dataset for one in others}
        writers = await self._questions.provenance.writers(nodes, self._as_of_us)
        written = [
            (-writers[one.key][0].at_us, -int.from_bytes(writers[one.key][0].uuid), one)
            for one in others
            if one.key in writers
        ]
        latest = min(written, key=lambda one: (*one[:2], one[2].dataset.key), default=None)
        return latest and latest[2]

    async def _latest(self, node: Node) -> Version:
        """What a run that begins then would read: the current version, if there is one."""
        read = Read(_NO_RUN, self._as_of_us, node)
        [bound] = await self._questions.bindings.of_reads([read])
        known = bound.seen_by(self._sight.sees)
        return Version(known.written, known.version)


def may_mean(asked: Asked) -> MayMean:
    """The run that could be meant, and the datasets: all ways to read a node id.

    Raises:
        BadQuestion: a node id with too many marks.
    """
    kind, _, rest = (asked.node_id or "").partition(":")
    if asked.node_id is not None:
        names = {split[:2] for split in _splits(rest)} if kind == "dataset" else set()
        return MayMean(rest if kind == "run" else None, sorted(names))
    if asked.kind == "run":
        return MayMean(asked.name, [])
    name = asked.name
    return MayMean(None, [(asked.namespace or "", name)] if name is not None else [])


def _splits(rest: str) -> list[tuple[str, str, str | None]]:
    """Every way to read namespace, name and version: split at a colon, and at a `#` or none."""
    marks = [n for n, character in enumerate(rest) if character == "#"]
    colons = [n for n, character in enumerate(rest) if character == ":"]
    if max(len(marks), len(colons)) > _MARKS_MAX:
        raise _bad(f"more than {_MARKS_MAX} colons or #: say kind, namespace, name and version")
    return [
        (rest[:colon], rest[colon + 1 : mark], rest[mark + 1 :] if mark < len(rest) else None)
        for colon in colons
        for mark in (*marks, len(rest))
        if 0 < colon < mark - 1
    ]


def _several(found: list[Version]) -> BadQuestion:
    fits = "; ".join(
        f"namespace={one.dataset.namespace!r} name={one.dataset.name!r} version={one.text!r}"
        for one in sorted(found, key=lambda one: one.order)
    )
    return _bad(f"the node id fits several, use kind, namespace, name and version: {fits}")


def _bad(reason: str) -> BadQuestion:
    return BadQuestion(reason[0].upper() + reason[1:] + ".", [Problem("/nodeId", reason)])
