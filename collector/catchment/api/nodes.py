"""Node ids: `dataset:NS:NAME`, `job:NS:NAME`. Colons may stand anywhere in both."""

from catchment.api.sight import Shows
from catchment.errors import BadQuestion, Problem, Unknown
from catchment.postgres.read.names import Names, Node

_KINDS = {"dataset": False, "job": True}


async def find_node(
    names: Names,
    node_id: str | None,
    kind: str | None = None,
    namespace: str | None = None,
    name: str | None = None,
    *,
    shows: Shows,
) -> Node:
    """The one job or dataset that is meant.

    Every split of `node_id` at a colon is tried against known names; `kind`, `namespace` and `name`
    say it without doubt. What the caller is not shown (`Sight.shows`) is not there.

    Raises:
        BadQuestion: not a node id, or one that fits several nodes (they are listed).
        Unknown: nothing of that name was ever named.
    """
    if node_id is None:
        if kind not in _KINDS or namespace is None or name is None:
            raise _bad("say which node: nodeId=dataset:NAMESPACE:NAME, or kind, namespace and name")
        found = await names.find(_KINDS[kind], [(namespace, name)])
        return _only(found, shows, f"{kind} {name} in {namespace}")
    head, _, rest = node_id.partition(":")
    if head not in _KINDS or ":" not in rest:
        raise _bad("a node id is dataset:NAMESPACE:NAME or job:NAMESPACE:NAME")
    splits = [n for n, character in enumerate(rest) if character == ":"]
    pairs = [(rest[:n], rest[n + 1 :]) for n in splits if 0 < n < len(rest) - 1]
    return _only(await names.find(_KINDS[head], pairs), shows, node_id)


def _only(known: list[Node], shows: Shows, asked: str) -> Node:
    found = [node for node in known if shows(node)]
    if not found:
        raise Unknown(f"Nothing named {asked!r} was ever seen, or it is deleted.")
    if len(found) > 1:
        fits = "; ".join(
            f"namespace={node.namespace!r} name={node.name!r}"
            for node in sorted(found, key=lambda node: node.order)
        )
        raise _bad(f"the node id fits several nodes, use kind, namespace and name: {fits}")
    return found[0]


def _bad(reason: str) -> BadQuestion:
    return BadQuestion(reason[0].upper() + reason[1:] + ".", [Problem("/nodeId", reason)])
