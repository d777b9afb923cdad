"""Which names are one dataset, and which of them stands for all."""

from catchment.lineage.aliases import CLAIMANTS_MAX, Renamed, representatives


def test_the_name_of_a_table_stands_before_others_then_the_smallest() -> None:
    names = {1: ("z", "table"), 2: ("a", "path"), 3: ("b", "emitted"), 4: ("a", "alone")}
    claims = [(3, 1, True), (3, 2, False)]
    assert representatives(names, claims) == {1: 1, 2: 1, 3: 1, 4: 4}
    assert representatives(names, [(3, 2, False)]) == {1: 1, 2: 3, 3: 3, 4: 4}
    assert representatives(names, [(2, 3, True), (4, 1, True), (4, 3, True)]) == {
        1: 3, 2: 3, 3: 3, 4: 3
    }  # fmt: skip


def test_a_place_that_too_many_claim_is_nobodys() -> None:
    tables = range(1, CLAIMANTS_MAX + 2)
    names = {0: ("s3", "bucket")} | {n: ("hive", f"t{n:03}") for n in tables}
    one_table = [(n, 1, True) for n in tables if n > 1]
    few = [(n, 0, False) for n in tables][:-1]
    assert representatives(names, one_table + few)[0] == 1
    assert representatives(names, one_table + [(n, 0, False) for n in tables])[0] == 0


def test_a_table_that_too_many_claim_is_none_of_them() -> None:
    claimants = range(1, CLAIMANTS_MAX + 2)
    names = {0: ("hive", "unknown")} | {n: ("db", f"t{n:03}") for n in claimants}
    claims = [(n, 0, True) for n in claimants]
    assert set(representatives(names, claims[:-1]).values()) == {0, claimants[-1]}
    assert representatives(names, claims) == {n: n for n in names}


def test_a_name_that_was_given_up_stands_last_until_it_is_taken_again() -> None:
    names = {1: ("db", "a"), 2: ("db", "b"), 3: ("db", "c")}
    renames = [Renamed(2, 1, 10), Renamed(3, 2, 20)]
    assert representatives(names, [], renames) == {1: 3, 2: 3, 3: 3}
    assert representatives(names, [], [*renames, Renamed(1, 3, 30)]) == {1: 1, 2: 1, 3: 1}
    # At one instant it is in use: nothing says that it was left later.
    assert representatives(names, [], [*renames, Renamed(1, 3, 10)])[3] == 1
