"""`catchment search` prints node ids that `catchment lineage` takes."""

import json

from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import StartCollector, event


def test_what_is_found_can_be_asked_about(start: StartCollector) -> None:
    server = start()
    dataset = {"namespace": "s3://lake", "name": "orders daily"}
    server.post(event(job={"namespace": "etl", "name": "load orders"}, outputs=[dataset]))
    node = "dataset:s3://lake:orders daily"
    found = says(catchment("search", "DAILY", "ord", url=server.url), 0)
    assert found.splitlines() == [node]
    both = says(catchment("search", "orders", url=server.url), 0).splitlines()
    assert sorted(both) == [node, "job:etl:load orders"]
    jobs = says(catchment("search", "orders", "--kind", "job", "--json", url=server.url), 0)
    assert [one["nodeId"] for one in json.loads(jobs)["results"]] == ["job:etl:load orders"]
    assert "orders daily" in says(catchment("lineage", found.strip(), url=server.url), 0)


def test_nothing_found_is_said_and_a_wrong_kind_is_named(start: StartCollector) -> None:
    server = start()
    nothing = catchment("search", "nothing like it", url=server.url)
    assert says(nothing, 0).startswith("Nothing")
    assert nothing.stdout == b""
    wrong = catchment("search", "x", "--kind", "table", url=server.url)
    assert says(wrong, 1).startswith("--kind is not")
