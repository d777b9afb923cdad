"""The core without a database: folds merge in any order, any grouping, any number of times."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from catchment.events.decode import Reader
from catchment.lineage.assertion import BUILDERS
from catchment.lineage.fold import RunFold, fold_of, fold_of_naming, merge
from catchment.lineage.keys import job_name
from catchment.lineage.resolve import resolve
from tests.property.strategies import JOBS, Json, event_sets

reader = Reader(BUILDERS)


def folds(events: list[Json]) -> list[RunFold]:
    """One fold an event, as if all were of one run; and one that only names it."""
    read = [reader.read(json.dumps(event).encode()) for event in events if "run" in event]
    named = [fold_of_naming(event.time_us, job_name(*JOBS[0]).key) for event in read[:1]]
    return [fold_of(event) for event in read] + named


def merged(found: list[RunFold]) -> RunFold:
    whole = RunFold()
    for fold in found:
        whole = merge(whole, fold)
    return whole


@settings(deadline=None)
@given(event_sets(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(events: list[Json], rng: random.Random) -> None:
    found = folds(events)
    shuffled = found * 3
    rng.shuffle(shuffled)
    assert merged(shuffled) == merged(found)
    if found:
        assert resolve(merged(shuffled)) == resolve(merged(found))


@settings(deadline=None)
@given(event_sets(), st.integers(0, 14))
def test_batching_does_not_matter(events: list[Json], at: int) -> None:
    found = folds(events)
    assert merge(merged(found[:at]), merged(found[at:])) == merged(found)
    assert merge(merged(found[at:]), merged(found[:at])) == merged(found)


@settings(deadline=None)
@given(event_sets())
def test_nothing_is_its_neutral_element(events: list[Json]) -> None:
    whole = merged(folds(events))
    assert merge(whole, RunFold()) == whole == merge(RunFold(), whole) == merge(whole, whole)
