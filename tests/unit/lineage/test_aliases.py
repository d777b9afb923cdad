"""Which names are one dataset, and which of them stands for all."""

from catchment.lineage.aliases import CLAIMS_OF_PLACE_MAX, representatives


def test_the_name_of_a_table_stands_before_others_then_the_smallest() -> None:
    names = {1: ("z", "table"), 2: ("a", "path"), 3: ("b", "emitted"), 4: ("a", "alone")}
    claims = [(3, 1, True), (3, 2, False)]
    assert representatives(names, claims) == {1: 1, 2: 1, 3: 1, 4: 4}
    assert representatives(names, [(3, 2, False)]) == {1: 1, 2: 3, 3: 3, 4: 4}
    assert representatives(names, [(2, 3, True), (4, 1, True), (4, 3, True)]) == {
        1: 3, 2: 3, 3: 3, 4: 3
    }  # fmt: skip


def test_a_place_that_too_many_claim_is_nobodys() -> None:
    tables = range(1, CLAIMS_OF_PLACE_MAX + 2)
    names = {0: ("s3", "bucket")} | {n: ("hive", f"t{n:03}") for n in tables}
    one_table = [(n, 1, True) for n in tables if n > 1]
    few = [(n, 0, False) for n in tables][:-1]
    assert representatives(names, one_table + few)[0] == 1
    assert representatives(names, one_table + [(n, 0, False) for n in tables])[0] == 0
