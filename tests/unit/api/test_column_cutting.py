"""A graph of columns that is cut has no more edges than it may, and says where to go on."""

from hypothesis import given
from hypothesis import strategies as st

from catchment.api.column_cutting import frontier, too_far
from catchment.api.column_walk import Column, EdgeKey

columns = st.tuples(st.integers(0, 3), st.sampled_from("abc"))
edges = st.lists(st.tuples(columns, columns, st.sampled_from(["DIRECT", "INDIRECT"])), unique=True)


def walk(found: list[EdgeKey], start: Column) -> dict[Column, int]:
    levels, front = {start: 0}, {start}
    while front:
        front = {source for output, source, _ in found if output in front} - levels.keys()
        levels |= dict.fromkeys(front, max(levels.values()) + 1)
    return levels


def among(found: list[EdgeKey], kept: set[Column]) -> int:
    return sum(output in kept and source in kept for output, source, _ in found)


@given(edges, columns, st.integers(0, 20))
def test_the_nearest_are_kept_as_long_as_there_is_room(
    found: list[EdgeKey], start: Column, edges_max: int
) -> None:
    levels = walk(found, start)
    dropped = too_far(levels, found, edges_max, tuple)
    kept = levels.keys() - set(dropped)
    assert start in kept
    assert among(found, kept) <= edges_max or kept == {start}
    assert max(levels[one] for one in kept) <= min([levels[one] for one in dropped], default=99)
    if dropped:
        assert among(found, kept | {dropped[0]}) > edges_max


@given(edges, columns, st.integers(0, 20))
def test_all_that_was_left_out_is_reached_from_the_frontier(
    found: list[EdgeKey], start: Column, edges_max: int
) -> None:
    levels = walk(found, start)
    dropped = {one: levels[one] for one in too_far(levels, found, edges_max, tuple)}
    kept = {one: level for one, level in levels.items() if one not in dropped}
    onward = set(frontier(kept, found, dropped, set()))
    assert bool(onward) == bool(dropped)
    reached = {one for near in onward for one in walk(found, near)}
    assert dropped.keys() <= reached
    assert start not in onward
