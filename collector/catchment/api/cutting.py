"""Cut a graph to a bound so that whoever asks can go on: nearest first, no job without its ends.

Pure; knows ids and levels, no names. The walk may have stopped at the same bound before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catchment.postgres.read.lineage import Derived, WalkedEdge
from catchment.postgres.read.names import Node

_FAR = 2**31


@dataclass(frozen=True, slots=True)
class Bounds:
    """`nodes_max`: of the answer; one job may go over it, up to `whole_nodes_max`."""

    nodes_max: int
    whole_nodes_max: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What is kept, whether that is all, and the nodes to go on from.

    Those are kept datasets that lead on, but for the focus: there it is the jobs beyond, because
    asking for the focus again would show the same again.
    """

    kept: Mapping[int, Node]
    truncated: bool
    frontier: frozenset[int]


def levels_of(
    edges: Iterable[WalkedEdge],
    focus: int,
    jobs: Mapping[int, int],
    derived: Iterable[Derived] = (),
) -> dict[int, int]:
    """Node -> how many jobs from the start; the focus is 0, a job is as far as what it gives.

    `jobs`: those that another job led to. `derived`: edges without one, each a step as well.
    """
    levels = {**jobs, focus: 0}
    ends = [(edge.level, (edge.job, edge.dataset)) for edge in edges]
    ends += [(edge.level, (edge.output, edge.source)) for edge in derived]
    for level, both in ends:
        for row_id in both:
            if level < levels.get(row_id, _FAR):
                levels[row_id] = level
    return levels


def cut(
    edges: Sequence[WalkedEdge],
    levels: Mapping[int, int],
    seen: Mapping[int, Node],
    focus: int,
    bounds: Bounds,
    *,
    walked_whole: bool,
    derived: Iterable[tuple[int, int]] = (),
) -> Cut:
    """The part of a walked graph that an answer shows. `seen`: what the caller may see of it.

    `walked_whole`: the walk did not stop at the bound. `derived`: (output, source) of edges
    without a job; what such a one leads to is kept with all that led to it.
    """
    if walked_whole:
        return Cut(seen, truncated=False, frontier=frozenset())
    ends = _ends(edges, seen)
    _add_derived(ends, derived, levels, seen)
    kept = dict.fromkeys([focus])
    for job in _nearest_first(ends, levels, seen):
        more = [one for one in (job, *ends[job]) if one not in kept]
        # The first job is whole, or there would be no going on from a job with many datasets.
        bound = bounds.nodes_max if len(kept) > 1 else bounds.whole_nodes_max
        if len(kept) + len(more) > bound:
            if len(kept) == 1:
                kept.update(dict.fromkeys(more[: max(0, bound - 1)]))
            break
        kept.update(dict.fromkeys(more))
    for loose in _nearest_first(seen.keys() - _joined(ends), levels, seen):
        if len(kept) < bounds.nodes_max:
            kept[loose] = None
    frontier: set[int] = set()
    for job in ends.keys() - kept.keys():
        near = {one for one in ends[job] if one in kept and levels[one] < levels[job]}
        frontier |= {job} if near == {focus} else near
    deepest = max(levels.values())
    frontier |= {one for one in kept if levels[one] == deepest and not seen[one].is_job}
    return Cut(
        {row_id: seen[row_id] for row_id in kept},
        True,
        frozenset(frontier - {focus}),
    )


def _ends(edges: Iterable[WalkedEdge], seen: Mapping[int, Node]) -> dict[int, dict[int, None]]:
    """Job -> its datasets, of what the caller may see."""
    ends: dict[int, dict[int, None]] = {}
    for edge in edges:
        if edge.job in seen and edge.dataset in seen:
            ends.setdefault(edge.job, {})[edge.dataset] = None
    return ends


def _add_derived(
    ends: dict[int, dict[int, None]],
    derived: Iterable[tuple[int, int]],
    levels: Mapping[int, int],
    seen: Mapping[int, Node],
) -> None:
    """The farther end of an edge without a job, as a job with the nearer one."""
    for output, source in derived:
        if output in seen and source in seen and levels[output] != levels[source]:
            near, far = sorted((output, source), key=levels.__getitem__)
            ends.setdefault(far, {})[near] = None


def _joined(ends: Mapping[int, Iterable[int]]) -> set[int]:
    return {*ends, *[dataset for datasets in ends.values() for dataset in datasets]}


def _nearest_first(
    ids: Iterable[int], levels: Mapping[int, int], seen: Mapping[int, Node]
) -> list[int]:
    return sorted(ids, key=lambda row_id: (levels[row_id], seen[row_id].order))
