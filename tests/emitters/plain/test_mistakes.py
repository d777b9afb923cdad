"""What people write by mistake costs no lineage, and never the pipeline."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from catchment_emitters import lineage
from catchment_emitters.core import active
from catchment_emitters.core.active import ActiveRun
from catchment_emitters.core.events import Job
from catchment_emitters.core.ids import new_run_id
from catchment_emitters.core.policy import Policy
from tests.emitters.plain.conftest import Telling, Told


def test_a_generator_that_is_called_wrongly_leaves_no_run_open(told: Told) -> None:
    @lineage.job
    def numbers(_until: int) -> Iterator[int]:
        yield 1

    @lineage.job
    async def later(_until: int) -> AsyncIterator[int]:
        yield 1

    async def read(called: Any) -> None:
        async for _ in called():
            pass

    wrong: Any = numbers
    with pytest.raises(TypeError, match="_until"):
        list(wrong())
    with pytest.raises(TypeError, match="_until"):
        asyncio.run(read(later))
    assert told.events() == []


def test_one_dataset_and_one_owner_need_no_list(told: Told, tmp_path: Path) -> None:
    place = str(tmp_path / "orders.csv")

    @lineage.job(inputs=place, outputs=lambda: str(tmp_path / "out.csv"), owners="team")
    def work() -> None: ...

    work()
    last = told.last()
    assert [one["name"] for one in last["inputs"]] == [place]
    assert [one["name"] for one in last["outputs"]] == [str(tmp_path / "out.csv")]
    assert last["job"]["facets"]["ownership"]["owners"] == [{"name": "team"}]


def test_nobody_owns_it(told: Told) -> None:
    nobody: Any = None

    @lineage.job(owners=nobody, inputs=nobody)
    def work() -> None: ...

    work()
    assert told.kinds() == ["START", "COMPLETE"]
    assert "ownership" not in told.last()["job"]["facets"]


def test_a_frame_without_columns_is_a_dataset_all_the_same(told: Told) -> None:
    series = type("Series", (), {"__module__": "pandas.core.series", "dtypes": 1, "shape": (3,)})

    @lineage.job
    def work() -> None:
        lineage.output(("db", "t"), series())

    work()
    assert [one["name"] for one in told.last()["outputs"]] == ["t"]


def test_a_hidden_run_of_an_orchestrator_is_no_parent(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = telling(policy=Policy((("hidden", "emit", False),)))
    outer = {name: ActiveRun(new_run_id(), Job("etl", name)) for name in ("hidden", "shown")}
    going = outer["hidden"]
    monkeypatch.setattr(active, "_providers", [lambda: going])

    @lineage.job
    def work() -> None: ...

    work()
    assert "parent" not in told.last()["run"]["facets"]
    going = outer["shown"]
    work()
    assert told.last()["run"]["facets"]["parent"]["job"]["name"] == "shown"
