"""What the emitters send is what OpenLineage's own classes make, and what a strict reader takes."""

from types import ModuleType
from typing import Any

import pytest
from openlineage.client import facet_v2

from catchment.events.strict import problems_of
from catchment_emitters.core import events, facets
from catchment_emitters.core.events import Dataset, Job, Parent, encode

JOB = Job("etl", "load", facets.bag(jobType=facets.job_type("PYTHON", "TASK")))
RUN = "0190a000-0000-7000-8000-000000000001"
OF_RUN = facets.bag(
    nominalTime=facets.nominal_time("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
    errorMessage=facets.error_message(ValueError("no"), "Traceback"),
    processing_engine=facets.processing_engine("python", "3.11"),
    executionParameters=facets.execution_parameters({"depth": "3"}),
    jobDependencies=facets.job_dependencies([facets.dependency("etl", "a", RUN, "DIRECT")]),
    tags=facets.tags("Run", [("team", "risk")], "TESTS"),
    catchment_links=facets.links({"run": "https://example.org/run/1"}),
    catchment_evaluation=facets.metrics({"auc": 0.9}, "RunFacet"),
)
OF_JOB = facets.bag(
    jobType=facets.job_type("PREFECT", "FLOW"),
    sourceCode=facets.source_code("def f(): ..."),
    documentation=facets.documentation("Job", "what it does"),
    ownership=facets.ownership("Job", ["team:risk"]),
    tags=facets.tags("Job", [("team", "risk")], "TESTS"),
    lineage=facets.lineage([facets.entry(("db", "out"), [("db", "in")])]),
)
OF_DATASET = facets.bag(
    schema=facets.schema([{"name": "x", "type": "int"}]),
    version=facets.version("7"),
    datasetType=facets.dataset_type("MODEL", "sklearn"),
    dataSource=facets.data_source("wh", "postgres://wh:5432"),
    symlinks=facets.symlinks([("hive", "sales.orders", "TABLE")]),
    columnLineage=facets.column_lineage({"x": [("db", "in", "y")]}),
    documentation=facets.documentation("Dataset", "what it holds"),
    ownership=facets.ownership("Dataset", ["team:risk"]),
    tags=facets.tags("Dataset", [("pii", "no")], "TESTS"),
)
OF_READ = facets.bag(
    inputStatistics=facets.input_statistics(3, 100),
    dataQualityAssertions=facets.assertions([{"assertion": "not_null", "success": True}]),
)
OF_WRITE = facets.bag(
    outputStatistics=facets.output_statistics(3),
    catchment_model=facets.metrics({"auc": 0.9}),
)


def complete() -> dict[str, Any]:
    """An event with every facet that can be built."""
    return events.run_event(
        events.COMPLETE,
        RUN,
        Job("etl", "load", OF_JOB),
        parent=Parent(RUN, JOB, RUN, JOB),
        run_facets=OF_RUN,
        inputs=[Dataset("db", "in", OF_DATASET, OF_READ)],
        outputs=[Dataset("db", "out", OF_DATASET, OF_WRITE)],
    )


def test_a_strict_reader_takes_every_facet() -> None:
    assert problems_of(encode(complete())) == ()
    assert problems_of(encode(events.dataset_event(Dataset("db", "x", OF_DATASET)))) == ()


def classes() -> dict[str, Any]:
    """The classes of OpenLineage's facets, by the address of their schema."""
    found = {}
    for module in vars(facet_v2).values():
        for one in vars(module).values() if isinstance(module, ModuleType) else ():
            get = getattr(one, "_get_schema", None)
            if isinstance(one, type) and get is not None:
                found[get()] = one
    return found


@pytest.mark.parametrize("bag", [OF_RUN, OF_JOB, OF_DATASET, OF_READ, OF_WRITE])
def test_each_facet_has_the_schema_and_members_of_openlineages_class(bag: facets.Bag) -> None:
    known = classes()
    for name, facet in bag.items():
        if name.startswith("catchment_"):
            continue
        made = known[facet["_schemaURL"]]
        members = {one.name for one in made.__attrs_attrs__}
        assert facet.keys() - {"_producer", "_schemaURL"} <= members, name


def test_what_says_nothing_is_left_out() -> None:
    empty = facets.bag(
        a=facets.schema([]),
        b=facets.version(None),
        c=facets.links({}),
        d=facets.execution_parameters({}),
        e=facets.output_statistics(None),
        f=facets.tags("Run", [], "TESTS"),
    )
    assert empty == {}


def test_events_are_encoded_whatever_is_in_them() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    odd = complete() | {"odd": [float("nan"), float("inf"), Rude(), {1: 2}]}
    assert problems_of(encode(odd)) == ()
    assert b'"(1, 2)":3' in encode(complete() | {"odd": {(1, 2): 3}})
    loop: list[Any] = []
    loop.append(loop)
    assert b"COMPLETE" in encode(complete() | {"odd": loop})


def test_a_count_of_another_library_is_a_number() -> None:
    class Int64:
        def __index__(self) -> int:
            return 7

    counted: Any = Int64()
    found = facets.output_statistics(counted)
    assert found is not None
    assert found["rowCount"] == 7


def test_an_error_is_told_whatever_its_text_does() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    assert facets.error_message(Silent())["message"] == "Silent"
    assert len(facets.error_message("x" * 10**6)["message"]) == facets.ERROR_CHARACTERS_MAX
