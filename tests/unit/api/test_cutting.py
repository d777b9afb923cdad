"""A graph that is cut can be gone on from: whoever follows each frontier has seen it whole."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from catchment.api.cutting import Bounds, Cut, cut, levels_of
from catchment.postgres.read.lineage import Derived, WalkedEdge
from catchment.postgres.read.names import Node

Jobs = Mapping[int, tuple[frozenset[int], frozenset[int]]]
"""Job -> what it reads and what it writes."""
WHOLE = 1_000
datasets = st.frozensets(st.integers(0, 11), max_size=4)
worlds = st.dictionaries(st.integers(100, 111), st.tuples(datasets, datasets), max_size=10)


# (output, source): those that say themselves what they were made of.
straight = st.frozensets(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=6).map(
    lambda pairs: frozenset(pair for pair in pairs if pair[0] != pair[1])
)
Straight = frozenset[tuple[int, int]]


def node(row_id: int) -> Node:
    return Node(row_id, bytes(16), row_id >= 100, "n", f"{row_id:03}")


def walk(
    jobs: Jobs, start: int, nodes_max: int, made: Straight = frozenset()
) -> tuple[list[WalkedEdge], list[Derived]]:
    """Downstream, level by level; like the walk in the database it ends the level it is in."""
    edges, met, front, level = [], {start}, {start}, 1
    derived: list[Derived] = []
    if start in jobs:
        edges = [WalkedEdge(start, one, "o", 1) for one in jobs[start][1]]
        met, front, level = {start, *jobs[start][1]}, set(jobs[start][1]), 2
    while front and len(met) <= nodes_max:
        beyond: set[int] = set()
        for job, (reads, writes) in jobs.items():
            if reads & front:
                edges += [WalkedEdge(job, one, "i", level) for one in reads & front]
                edges += [WalkedEdge(job, one, "o", level) for one in writes]
                met.add(job)
                beyond |= writes
        ahead = [Derived(*ends, level) for ends in made if ends[1] in front]
        derived += ahead
        beyond |= {one.output for one in ahead}
        front = beyond - met
        met |= beyond
        level += 1
    return edges, derived


def answer(
    jobs: Jobs, start: int, limit: int, whole: int = WHOLE, made: Straight = frozenset()
) -> Cut:
    edges, derived = walk(jobs, start, limit, made)
    levels = levels_of(edges, start, {}, derived)
    seen = {row_id: node(row_id) for row_id in levels}
    ends = {(one.output, one.source) for one in derived}
    walked_whole = len(levels) <= limit
    bounds = Bounds(limit, whole)
    return cut(edges, levels, seen, start, bounds, walked_whole=walked_whole, derived=ends)


@given(worlds, straight, st.integers(0, 11), st.integers(1, 8))
def test_following_every_frontier_shows_everything(
    jobs: Jobs, made: Straight, start: int, limit: int
) -> None:
    whole = answer(jobs, start, WHOLE, made=made)
    assert not whole.truncated
    assert not whole.frontier
    met: set[int] = set()
    asked: set[int] = set()
    todo = [start]
    while todo:
        at = todo.pop()
        if at not in asked:
            asked.add(at)
            part = answer(jobs, at, limit, made=made)
            met |= part.kept.keys()
            todo += part.frontier
            assert part.truncated or not part.frontier
    assert met == whole.kept.keys()


@given(worlds, st.integers(0, 11), st.integers(1, 8))
def test_what_is_kept_is_the_nearest_and_jobs_are_whole(jobs: Jobs, start: int, limit: int) -> None:
    part = answer(jobs, start, limit)
    first = [job for job in part.kept if job >= 100][:1]
    beyond = sum(len(jobs[job][1]) + 1 for job in first)
    assert len(part.kept) <= max(limit, 1 + beyond)
    for job in part.kept.keys() & jobs.keys():
        assert jobs[job][1] <= part.kept.keys()


def test_a_job_beyond_all_bounds_is_cut_all_the_same() -> None:
    jobs = {100: (frozenset([0]), frozenset(range(1, 50)))}
    part = answer(jobs, 0, 5, whole=20)
    assert len(part.kept) == 20
    assert part.truncated


def test_hidden_nodes_count_so_that_a_stopped_walk_is_said_to_be() -> None:
    jobs = {100: (frozenset([0]), frozenset(range(1, 10))), 101: (frozenset([9]), frozenset([50]))}
    edges, _ = walk(jobs, 0, 5)
    levels = levels_of(edges, 0, {})
    seen = {row_id: node(row_id) for row_id in (0, 100)}
    assert cut(edges, levels, seen, 0, Bounds(5, WHOLE), walked_whole=False).truncated
