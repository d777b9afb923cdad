"""Trees of graphs in the terminal: from what was asked for along its edges, each node once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from catchment.cli.say import printable, remark

TITLES = {"upstream": "comes from", "downstream": "goes into"}
_LINE_CHARS_MAX = 100_000


class Branch(NamedTuple):
    """The other end of an edge, what is written there, and marks behind it."""

    end: str
    label: Text
    marks: Sequence[str]


def grow(
    label: Text, focus: str, direction: str, branches: Callable[[str], Iterable[Branch]]
) -> Tree:
    """The tree; what stands above already is not gone into again."""
    root = Tree(Text.assemble(label, (f"  {TITLES[direction]}", "dim")))
    drawn = {focus}
    # A stack instead of recursion: a graph may be deeper than Python's own.
    todo = [(root, focus)]
    while todo:
        tree, node_id = todo.pop()
        for branch in branches(node_id):
            again = branch.end in drawn
            for mark in (*branch.marks, *(("(see elsewhere)",) if again else ())):
                branch.label.append(f"  {mark}", "yellow")
            child = tree.add(branch.label)
            if not again:
                drawn.add(branch.end)
                todo.append((child, branch.end))
    if not root.children:
        root.add(Text("nothing that is known", "dim"))
    return root


def show(tree: Tree) -> None:
    """Print it, without cropping: names are never cut, terminals wrap lines."""
    Console(width=_LINE_CHARS_MAX, highlight=False).print(tree)


def say_if_cut(found: Mapping[str, Any]) -> None:
    """Where an answer was cut, say from where to go on."""
    if found["truncated"]:
        rest = ", ".join(printable(one) for one in found["frontier"][:3])
        remark(f"Cut at a bound of the server; go on from {rest} ...")
