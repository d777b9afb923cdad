from typing import Any

from catchment.events.strict import problems_of
from tests.emitters.dagster.conftest import Told

SPACE = "dagster://local"


def io(event: dict[str, Any], side: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in event[side]}


def run_facet(event: dict[str, Any], name: str) -> Any:
    return event["run"]["facets"][name]


def test_all_events_are_strictly_valid(told: Told) -> None:
    bodies = told.bodies("whole")

    assert len(bodies) > 100
    assert [problems_of(body) for body in bodies] == [()] * len(bodies)


def test_assets_are_named_by_their_key_and_never_in_the_namespace_of_jobs(told: Told) -> None:
    events = [one for one in told.events("whole") if "job" in one]
    datasets = [one for event in events for side in ("inputs", "outputs") for one in event[side]]

    assert {event["job"]["namespace"] for event in events} == {"dagster"}
    assert {one["namespace"] for one in datasets} == {SPACE}
    assert {"raw/orders", "daily", "left"} <= {one["name"] for one in datasets}


def test_an_asset_is_one_job_whichever_launched_it(told: Told) -> None:
    alone = told.one("orders", "raw__orders", "COMPLETE")
    nightly = told.one("nightly", "raw__orders", "COMPLETE")

    assert run_facet(alone, "parent")["job"]["name"] == "__ASSET_JOB"
    assert run_facet(nightly, "parent")["job"]["name"] == "nightly"
    assert alone["job"]["facets"]["jobType"]["jobType"] == "ASSET"


def test_an_output_says_version_schema_rows_relation_and_code_version(told: Told) -> None:
    written = io(told.one("nightly", "raw__orders", "COMPLETE"), "outputs")["raw/orders"]
    fields = written["facets"]["schema"]["fields"]
    noted = written["outputFacets"]["dagster_materialization"]

    assert written["facets"]["version"]["datasetVersion"] == "orders-1"
    assert [(one["name"], one["type"]) for one in fields] == [("id", "int"), ("amount", "decimal")]
    assert written["outputFacets"]["outputStatistics"]["rowCount"] == 42
    assert written["facets"]["symlinks"]["identifiers"] == [
        {
            "namespace": "postgres://warehouse.example.org:5432",
            "name": "shop.public.orders",
            "type": "TABLE",
        }
    ]
    assert (noted["code_version"], noted["metadata"]) == ("7", {"note": "a full load"})


def test_an_input_says_the_exact_version_that_was_read(told: Told) -> None:
    read = io(told.one("nightly", "daily", "COMPLETE"), "inputs")["raw/orders"]

    assert read["facets"]["version"]["datasetVersion"] == "orders-1"
    assert read["inputFacets"]["dagster_input"]["event_pointer"].isdigit()


def test_column_lineage_names_assets(told: Told) -> None:
    written = io(told.one("nightly", "daily", "COMPLETE"), "outputs")["daily"]

    assert written["facets"]["columnLineage"]["fields"]["total"]["inputFields"] == [
        {"namespace": SPACE, "name": "raw/orders", "field": "amount"}
    ]


def test_a_multi_asset_says_which_inputs_went_into_which_outputs(told: Told) -> None:
    entries = told.one("nightly", "both", "COMPLETE")["job"]["facets"]["lineage"]["entries"]
    made_of = {one["name"]: [source["name"] for source in one["inputs"]] for one in entries}

    assert made_of == {"left": ["raw/orders"], "right": ["daily"]}


def test_a_subset_of_a_multi_asset_wrote_and_read_only_that(told: Told) -> None:
    event = told.one("subset", "both", "COMPLETE")
    declared = told.one("subset", "both", "OTHER")

    assert (set(io(event, "outputs")), set(io(event, "inputs"))) == ({"right"}, {"daily"})
    assert set(io(declared, "inputs")) == {"daily"}


def test_definitions_are_told_beside_the_log(told: Told) -> None:
    declared = next(one for one in told.events("orders") if "dataset" in one)["dataset"]
    facets = told.one("orders", "raw__orders", "OTHER")["job"]["facets"]
    tags = {one["key"] for one in declared["facets"]["tags"]["tags"]}
    owners = [one["name"] for one in declared["facets"]["ownership"]["owners"]]

    assert declared["facets"]["documentation"]["description"] == "Orders as the shop has them."
    assert owners == ["ada@example.org", "team:shop"]
    assert tags == {"tier", "group", "kind:duckdb", "kind:table"}
    assert declared["facets"]["datasetType"]["datasetType"] == "TABLE"
    assert facets["sourceCodeLocation"]["path"].startswith("tests/emitters/dagster/projects/")
    assert "#L" in facets["sourceCodeLocation"]["path"]


def test_steps_of_a_graph_wait_for_each_other(told: Told) -> None:
    first = told.one("nightly", "grown.load", "START")
    second = told.one("nightly", "grown.grow", "START")
    (upstream,) = run_facet(second, "jobDependencies")["upstream"]

    assert upstream["run"]["runId"] == first["run"]["runId"]
    assert set(io(told.one("nightly", "grown.grow", "COMPLETE"), "outputs")) == {"grown"}


def test_a_partition_is_a_subset_for_a_time_and_reads_the_version_of_its_own(told: Told) -> None:
    wrote = {
        io(one, "outputs")["events"]["outputFacets"]["subset"]["outputCondition"]["partitions"][0][
            "identifier"
        ]: io(one, "outputs")["events"]["facets"]["version"]["datasetVersion"]
        for one in told.of("days", "events", "COMPLETE")
    }
    reads = [
        io(one, "inputs")["events"]["facets"]["version"]["datasetVersion"]
        for one in told.of("days", "sessions", "COMPLETE")
    ]
    times = [run_facet(one, "nominalTime") for one in told.of("days", "events", "OTHER")]
    part = io(told.of("days", "sessions", "OTHER")[0], "inputs")["events"]["inputFacets"]

    assert list(wrote) == ["2025-03-01", "2025-03-02"]
    assert reads == list(wrote.values())
    assert times[0]["nominalStartTime"] == "2025-03-01T00:00:00Z"
    assert times[0]["nominalEndTime"] == "2025-03-02T00:00:00Z"
    assert part["subset"]["inputCondition"]["partitions"][0]["identifier"] == "2025-03-01"


def test_a_partition_of_two_dimensions_says_both(told: Told) -> None:
    written = io(told.one("matrix", "matrix", "COMPLETE"), "outputs")["matrix"]
    (partition,) = written["outputFacets"]["subset"]["outputCondition"]["partitions"]
    time = run_facet(told.one("matrix", "matrix", "OTHER"), "nominalTime")

    assert partition["dimensions"] == {"day": "2025-03-04", "region": "eu"}
    assert time["nominalStartTime"] == "2025-03-04T00:00:00Z"


def test_a_backfill_in_one_run_is_one_write_of_many_partitions(told: Told) -> None:
    event = told.one("ranged", "bulk", "COMPLETE")
    written, elsewhere = (io(event, "outputs")[name] for name in ("bulk", "elsewhere"))
    tags = {one["key"]: one["value"] for one in run_facet(
        told.one("ranged", "bulk", "START"), "tags")["tags"]}  # fmt: skip

    for one in (written, elsewhere):
        assert len(one["outputFacets"]["subset"]["outputCondition"]["partitions"]) == 70
    assert elsewhere["outputFacets"]["outputStatistics"]["rowCount"] == 140
    assert tags["dagster/backfill"] == "fill-1"


def test_a_check_of_what_the_step_wrote_is_a_run_that_reads_it(told: Told) -> None:
    event = told.one("counted", "counted.not_empty", "COMPLETE")
    read = io(event, "inputs")["counted"]
    (result,) = read["inputFacets"]["dataQualityAssertions"]["assertions"]

    assert read["facets"]["version"]["datasetVersion"] == "counted-1"
    assert (result["assertion"], result["success"], result["column"]) == ("not_empty", True, "id")
    assert io(told.one("counted", "counted", "COMPLETE"), "inputs") == {}


def test_a_run_of_checks_alone_reads_and_writes_nothing(told: Told) -> None:
    event = told.one("checks_only", "daily_adds_up", "COMPLETE")
    (result,) = io(event, "inputs")["daily"]["inputFacets"]["dataQualityAssertions"]["assertions"]
    (test,) = run_facet(event, "test")["tests"]

    assert event["outputs"] == []
    assert event["job"]["facets"]["jobType"]["jobType"] == "ASSET_CHECK"
    assert (result["success"], result["severity"], result["actual"]) == (False, "warn", "4")
    assert (test["name"], test["status"]) == ("daily.adds_up", "fail")


def test_an_observed_source_is_an_input_with_its_version(told: Told) -> None:
    observed = io(told.one("feed", "feed", "COMPLETE"), "inputs")["feed"]
    read = io(told.one("scorer", "scorer", "COMPLETE"), "inputs")["feed"]

    assert observed["facets"]["version"]["datasetVersion"] == "feed-9"
    assert read["facets"]["version"]["datasetVersion"] == "feed-9"


def test_a_model_is_told_by_its_kind_with_its_figures(told: Told) -> None:
    declared = next(one for one in told.events("scorer") if "dataset" in one)["dataset"]
    (figures,) = [one for one in told.of("scorer", "scorer", "OTHER") if one["outputs"]]

    assert declared["facets"]["datasetType"]["datasetType"] == "MODEL"
    assert io(figures, "outputs")["scorer"]["outputFacets"]["catchment_model"]["metrics"] == [
        {"name": "auc", "value": 0.91}
    ]


def test_dynamic_steps_are_runs_of_one_job(told: Told) -> None:
    starts = told.of("dynamic", "dynamic.work", "START")
    ends = told.of("dynamic", "dynamic.work", "COMPLETE")
    said = run_facet(starts[0], "executionParameters")["parameters"]
    read = io(ends[0], "inputs")["catalogue"]

    assert [run_facet(one, "dagster_step")["mapping_key"] for one in starts] == ["a", "b"]
    assert len({one["run"]["runId"] for one in starts}) == 2
    assert [set(io(one, "outputs")) for one in ends] == [{"parts/a"}, {"parts/b"}]
    assert {one["key"]: one["value"] for one in said} == {"times": "2", "api_token": "***"}
    assert read["facets"]["version"]["datasetVersion"] == "c-3"


def test_runs_have_tags_a_page_and_a_description(told: Told) -> None:
    start, declared = (told.one("dynamic", "dynamic", kind) for kind in ("START", "OTHER"))
    run_id = start["run"]["runId"]

    assert run_facet(start, "tags")["tags"] == [
        {"key": "team", "value": "shop", "source": "DAGSTER"}
    ]
    assert run_facet(start, "catchment_links")["links"] == [
        {"rel": "run", "href": f"http://ui/runs/{run_id}"}
    ]
    assert declared["job"]["facets"]["documentation"]["description"] == "Splits, works, gathers."
