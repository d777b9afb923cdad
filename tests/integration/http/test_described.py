"""What is answered is what /openapi.json describes, field for field."""

from typing import Any
from urllib.parse import quote

import pytest
from pydantic import BaseModel

from catchment.api import column_models, models, stats, version_models
from tests.integration.http.conftest import Collector, event

FACETS = version_models.RunFacets
NAME = quote("job/with:all%kinds#of", safe="")


@pytest.fixture(scope="module")
def filled(server: Collector) -> Collector:
    facet = {"_producer": "https://example.org/p", "_schemaURL": "https://example.org/s"}
    fields = [{"name": "id", "type": "int", "fields": [{"name": "part"}]}]
    mapping = {"id": {"inputFields": [{"namespace": "db", "name": "a", "field": "key"}]}}
    described = {"schema": facet | {"fields": fields}, "columnLineage": facet | {"fields": mapping}}
    output = {"namespace": "db", "name": "b", "facets": described}
    output["facets"]["version"] = facet | {"datasetVersion": "v/1"}  # type: ignore[index]
    parent = {"run": {"runId": "p"}, "job": {"namespace": "tests", "name": "flow"}}
    whole = event(
        job={"namespace": "tests", "name": "job/with:all%kinds#of"},
        run={"runId": "0190a000-0000-7000-8000-000000000042", "facets": {"parent": facet | parent}},
        outputs=[output],
    )
    assert server.post(whole).status_code == 201
    assert server.post(b"{}").status_code == 422
    return server


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/lineage?nodeId=dataset:db:b", models.Graph),
        ("/lineage?nodeId=dataset:db:b&direction=both&limit=1", models.Graph),
        ("/column-lineage?nodeId=dataset:db:b", column_models.ColumnGraph),
        ("/namespaces", models.Namespaces),
        ("/namespaces/db", models.Namespace),
        ("/namespaces/db/datasets", models.Datasets),
        ("/namespaces/db/datasets/b", models.Dataset),
        ("/namespaces/tests/jobs", models.Jobs),
        (f"/namespaces/tests/jobs/{NAME}", models.Job),
        (f"/namespaces/tests/jobs/{NAME}/runs", models.Runs),
        ("/jobs", models.Jobs),
        ("/jobs/runs/0190a000-0000-7000-8000-000000000042", models.Run),
        ("/jobs/runs/p", models.Run),
        (
            "/runlineage/upstream?runId=0190a000-0000-7000-8000-000000000042",
            version_models.RunLineage,
        ),
        ("/events/lineage", version_models.RunEvents),
        ("/namespaces/db/datasets/b/versions", version_models.WrittenVersions),
        ("/namespaces/db/datasets/b/versions/v%2F1", version_models.WrittenVersion),
        (f"/namespaces/tests/jobs/{NAME}/versions", version_models.JobVersions),
        ("/jobs/runs/0190a000-0000-7000-8000-000000000042/facets?type=run", FACETS),
        ("/jobs/runs/0190a000-0000-7000-8000-000000000042/facets?type=job", FACETS),
        (
            "/jobs/runs/0190a000-0000-7000-8000-000000000042/facets?type=dataset",
            version_models.DatasetsOfRun,
        ),
    ],
)
def test_answers_fit_their_models(filled: Collector, path: str, model: type[BaseModel]) -> None:
    answer = filled.client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    found: Any = answer.json()
    read = model.model_validate(found, extra="forbid")
    assert read.model_dump(mode="json", by_alias=True).keys() == found.keys()


def test_what_cannot_be_asked_is_said(filled: Collector) -> None:
    run = "/api/v1/jobs/runs/0190a000-0000-7000-8000-000000000042/facets"
    bad = [f"/api/v1/events/lineage?{q}" for q in ("sortDirection=up", "before=now", "limit=-1")]
    bad.append("/api/v1/runlineage/upstream")
    for path in (run, f"{run}?type=x", *bad):
        answer = filled.client.get(path)
        assert answer.status_code == 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_log_fits_its_description(filled: Collector) -> None:
    described = filled.client.get("/openapi.json").json()
    assert {"/api/v1/lineage", "/api/v1/events"} <= set(described["paths"])
    [first, dead] = filled.entries()
    assert (first["kind"], dead["kind"]) == ("event", "dead-letter")
    body = filled.client.get("/api/v1/events/1")
    assert (body.content, body.headers["x-content-type-options"]) == (b"{}", "nosniff")
    assert "sandbox" in body.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("lineage-events", stats.EventCounts),
        ("jobs", stats.NameCount),
        ("datasets", stats.NameCount),
        ("sources", stats.NameCount),
    ],
)
def test_figures_fit_their_models(filled: Collector, path: str, model: type[BaseModel]) -> None:
    found = filled.client.get(f"/api/v1/stats/{path}?period=DAY").json()
    assert len(found) == 24
    for one in found:
        assert model.model_validate(one).model_dump(mode="json", by_alias=True) == one
