"""`lineage`: what lies upstream and downstream of a node, drawn as trees."""

from collections.abc import Mapping
from typing import Any

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from catchment.cli.asking import ask_json
from catchment.cli.say import answer_json, printable, remark

_LINE_CHARS_MAX = 100_000
_DIRECTIONS = ("upstream", "downstream", "both")
_ENDS = {"upstream": ("inEdges", "origin"), "downstream": ("outEdges", "destination")}
_TITLES = {"upstream": "comes from", "downstream": "goes into"}

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
    # A tree is cropped to the width that it is given: names are never cut, terminals wrap lines.
    console = Console(width=_LINE_CHARS_MAX, highlight=False)
    for way in _DIRECTIONS[:2] if direction == "both" else (direction,):
        console.print(draw(nodes, node, way))
    if found.get("truncated"):
        rest = ", ".join(printable(one) for one in found.get("frontier", [])[:3])
        remark(f"Cut at a bound of the server; go on from {rest} ...")


def draw(nodes: Mapping[str, Node], focus: str, way: str) -> Tree:
    """A tree of what lies on true paths; what stands above already is not drawn again.

    It has a job's inputs below each of its outputs: which of them made which, only the walk knows.
    """
    edges, end = _ENDS[way]
    root = Tree(Text.assemble(_label(nodes.get(focus), focus), (f"  {_TITLES[way]}", "dim")))
    if not nodes.get(focus, {}).get(edges):
        root.add(Text("nothing that is known", "dim"))
    drawn = {focus}
    # A stack instead of recursion: a lineage may be deeper than Python's own.
    todo = [(root, focus)]
    while todo:
        branch, node_id = todo.pop()
        if node_id not in nodes:
            continue
        for edge in nodes[node_id][edges]:
            near = edge[end]
            again = near in drawn
            label = _label(nodes.get(near), near)
            for mark in _marks(edge, again):
                label.append(f"  {mark}", "yellow")
            child = branch.add(label)
            if not again:
                drawn.add(near)
                todo.append((child, near))
    return root


def _marks(edge: Mapping[str, Any], again: bool) -> list[str]:
    marks = []
    if edge.get("stale"):
        marks.append("(stale)")
    if edge.get("confirmed") is False:
        marks.append("(unconfirmed)")
    if again:
        marks.append("(see elsewhere)")
    return marks


def _label(node: Node | None, node_id: str) -> Text:
    kind, _, name = node_id.partition(":")
    if node is not None:
        name = f"{node['data']['namespace']}  {node['data']['name']}"
    style = "bold cyan" if kind == "job" else "bold green"
    return Text.assemble((kind, style), " ", printable(name))
