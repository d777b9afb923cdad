"""Which runs a process knows when there are more than it keeps, and what it keeps of them."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from catchment_emitters.core.active import ActiveRun
from catchment_emitters.core.events import Job
from catchment_emitters.core.policy import Allowed
from catchment_emitters.prefect import runs
from catchment_emitters.prefect.runs import Known, end, find, keep
from tests.emitters.prefect.conftest import Scripts, parent


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(runs, "RUNS_MAX", 3)
    yield
    runs._going.clear()
    runs._ended.clear()


def kept(outer: Known | None = None) -> Known:
    run = Known(ActiveRun(str(uuid4()), Job("prefect", "a")), Allowed(), outer)
    keep(run)
    return run


def known(*asked: Known) -> list[bool]:
    return [find(run.active.run_id) is run for run in asked]


def test_those_that_ended_first_are_forgotten() -> None:
    flow = kept()
    first, second = kept(flow), kept(flow)
    end(second)
    end(first)
    third = kept(flow)
    assert known(flow, first, second, third) == [True, True, False, True]


def test_if_none_has_ended_the_oldest_that_is_nobodys_caller() -> None:
    flow = kept()
    first, second = kept(flow), kept(flow)
    third = kept(flow)
    assert known(flow, first, second, third) == [True, False, True, True]
    end(second)
    end(third)
    # It calls nobody any more; but those that ended go first.
    others = [kept(), kept()]
    assert known(flow, second, third, *others) == [True, False, False, True, True]
    last = kept()
    assert known(flow, *others, last) == [False, True, True, True]


def test_a_flow_that_goes_on_is_known_to_its_end(scripts: Scripts) -> None:
    done = scripts.run("many.py")
    # Ten are kept, and of these nothing that was said of them.
    assert (done.code, done.stdout) == (0, "66\n10 0\n")
    assert len(done.of("many.one", "COMPLETE")) == 12
    start, complete = done.one("many", "START"), done.one("many", "COMPLETE")
    assert [one["name"] for one in complete["inputs"]] == ["all"]
    assert parent(start) == parent(complete) == done.one("above", "START")["run"]["runId"]
    assert done.one("above", "COMPLETE")
