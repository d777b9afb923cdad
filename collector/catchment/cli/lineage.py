"""`lineage`: what lies upstream and downstream of a node, drawn as trees."""

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from rich.text import Text
from rich.tree import Tree

from catchment.cli.asking import ask_json
from catchment.cli.say import answer_json, printable
from catchment.cli.trees import Branch, grow, say_if_cut, show

_DIRECTIONS = ("upstream", "downstream", "both")
_ENDS = {"upstream": ("inEdges", "origin"), "downstream": ("outEdges", "destination")}

Node = Mapping[str, Any]


def run_lineage(node: str, direction: str, depth: int, as_of: str | None, as_json: bool) -> None:
    """Ask and draw."""
    if direction not in _DIRECTIONS:
        raise typer.BadParameter(f"direction is one of {', '.join(_DIRECTIONS)}.")
    found = ask_json(
        "/api/v1/lineage",
        {"nodeId": node, "direction": direction, "depth": depth, "asOf": as_of},
    )
    if as_json:
        answer_json(found)
        return
    nodes = {one["id"]: one for one in found["graph"]}
    for way in _DIRECTIONS[:2] if direction == "both" else (direction,):
        show(draw(nodes, node, way))
    say_if_cut(found)


def draw(nodes: Mapping[str, Node], focus: str, way: str) -> Tree:
    """A tree of what lies on true paths.

    It has a job's inputs below each of its outputs: which of them made which, only the walk knows.
    """
    edges, end = _ENDS[way]

    def branches(node_id: str) -> Iterator[Branch]:
        for edge in nodes.get(node_id, {}).get(edges, ()):
            yield Branch(edge[end], _label(nodes.get(edge[end]), edge[end]), _marks(edge))

    return grow(_label(nodes.get(focus), focus), focus, way, branches)


def _marks(edge: Mapping[str, Any]) -> list[str]:
    marks = []
    if edge.get("stale"):
        marks.append("(stale)")
    if edge.get("confirmed") is False:
        marks.append("(unconfirmed)")
    return marks


def _label(node: Node | None, node_id: str) -> Text:
    kind, _, name = node_id.partition(":")
    if node is not None:
        name = f"{node['data']['namespace']}  {node['data']['name']}"
    style = "bold cyan" if kind == "job" else "bold green"
    return Text.assemble((kind, style), " ", printable(name))
