"""Cut walked columns to a number of edges, and say where to go on. Pure.

Nodes are cut while they are met (`column_walk.py`); where those that were kept have too many edges
among them, the farthest go too, so that every node that is shown has all its edges to other ones.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from catchment.api.column_walk import Column, EdgeKey


def too_far(
    levels: Mapping[Column, int],
    edges: Iterable[EdgeKey],
    edges_max: int,
    order: Callable[[Column], Any],
) -> list[Column]:
    """The farthest columns, without which the edges among the others are at most `edges_max`.

    Never all of them: an answer without any column leads nowhere.
    """
    shown = [key for key in edges if key[0] in levels and key[1] in levels]
    if len(shown) <= edges_max:
        return []
    columns = sorted(levels, key=lambda column: (levels[column], order(column)))
    place = {column: n for n, column in enumerate(columns)}
    # An edge comes with the later of its ends.
    coming = [0] * len(columns)
    for output, source, _ in shown:
        coming[max(place[output], place[source])] += 1
    kept, held = 0, 0
    while kept < len(columns) and held + coming[kept] <= edges_max:
        held += coming[kept]
        kept += 1
    return columns[max(1, kept) :]


def frontier(
    levels: Mapping[Column, int],
    edges: Iterable[EdgeKey],
    dropped: Mapping[Column, int],
    halted: Collection[Column],
) -> Collection[Column]:
    """Columns that were left out at or next to a start, and shown ones that lead to other ones."""
    found = {column for column, level in dropped.items() if level == 0}
    found |= {column for column in halted if column in levels}
    if dropped:
        for key in edges:
            found |= _lead_on(key, levels, dropped)
    return found or dropped.keys()


def _lead_on(
    key: EdgeKey, levels: Mapping[Column, int], dropped: Mapping[Column, int]
) -> set[Column]:
    for near, far in (key[:2], key[1::-1]):
        if near in levels and far in dropped:
            # Asking for a start again would show the same again.
            return {near} if levels[near] else {far}
    return set()
