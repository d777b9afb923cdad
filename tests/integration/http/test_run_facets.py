"""Facets of a run and of its job, as that run showed them."""

from typing import Any

from tests.integration.http.worlds import FACET, Json, asked, happened, run_id
from tests.property.service import Service


def located(url: str) -> Json:
    code = {"sourceCodeLocation": FACET | {"type": "git", "url": url}}
    return {"namespace": "tests", "name": "job", "facets": code}


def test_facets_of_a_run_and_of_its_job(database_url: str) -> None:
    events = [
        happened("START", 1, "10:00:00") | {"job": located("https://example.org/x")},
        happened("COMPLETE", 1, "10:10:00")
        | {"run": {"runId": run_id(1), "facets": {"env": FACET | {"a": 1}}}},
    ]

    async def ask(service: Service) -> Any:
        path = f"/jobs/runs/{run_id(1)}/facets"
        return [await service.get(path, type=kind) for kind in ("run", "JOB", "dataset")] + [
            await service.get(f"/jobs/runs/{run_id(9)}/facets", type="run")
        ]

    run, job, datasets, unknown = asked(database_url, events, ask)
    assert run == {"runId": run_id(1), "facets": {"env": FACET | {"a": 1}}}
    assert job["facets"]["sourceCodeLocation"]["url"] == "https://example.org/x"
    nothing: Json = {"inputDatasetVersions": [], "outputDatasetVersions": []}
    assert datasets == {"runId": run_id(1), **nothing}
    assert unknown is None
