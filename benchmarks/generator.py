"""Seeded, realistic events: START and COMPLETE pairs of overlapping runs over many jobs.

Each event is 5-8 kB: two inputs and one output with ten-field schemas, column lineage of twenty
edges, SQL, parent, run facets of the official client. COMPLETE adds column lineage and statistics.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

PRODUCER = "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/client/python"
SPEC = "https://openlineage.io/spec"
_START = datetime(2026, 1, 1, tzinfo=UTC)
_OPEN_RUNS = 40
_TYPES = ("bigint", "varchar", "timestamp", "numeric(18,4)", "boolean")

Json = dict[str, Any]


def events(
    count: int, *, seed: int = 0, jobs: int = 500, start: datetime = _START
) -> Iterator[bytes]:
    """`count` events as JSON, four a second from `start`; the same seed gives the same bytes."""
    rng = random.Random(seed)
    shapes = [_Job(n, rng) for n in range(jobs)]
    opened: list[tuple[_Job, str, str]] = []
    for n in range(count):
        now = start + timedelta(milliseconds=250 * n)
        if len(opened) < _OPEN_RUNS and (not opened or rng.random() < 0.5):
            job, run = shapes[(n * 7919) % jobs], str(UUID(int=rng.getrandbits(128), version=4))
            parent = str(UUID(int=(seed << 64) + n // 20, version=4))
            opened.append((job, run, parent))
            yield job.event("START", now, run, parent, rng)
        else:
            job, run, parent = opened.pop(0)
            yield job.event("COMPLETE", now, run, parent, rng)


def facet(name: str, version: str, **members: Any) -> Json:
    """A facet as the official client writes it."""
    url = f"{SPEC}/facets/{version}/{name}.json#/$defs/{name}"
    return {"_producer": PRODUCER, "_schemaURL": url, **members}


class _Job:
    """One job with its datasets; everything but run ids, times and statistics stays the same."""

    def __init__(self, n: int, rng: random.Random) -> None:
        self.name = f"analytics.stage_{n % 10}.build_table_{n:05d}"
        sources = rng.sample(range(max(2, n + 2)), 2) if n else [0, 1]
        self.inputs = [self._dataset(f"warehouse.raw.table_{m:05d}") for m in sources]
        self.output = self._dataset(f"warehouse.raw.table_{n + 2:05d}")
        self.bare_output = {**self.output, "facets": dict(self.output["facets"])}
        self.output["facets"]["columnLineage"] = facet(
            "ColumnLineageDatasetFacet", "1-2-0", fields=self._columns()
        )
        columns = ",\n       ".join(f"coalesce(a.column_{k}, b.column_{k})" for k in range(10))
        self.sql = (
            f"insert into table_{n:05d}\nselect {columns}\nfrom a join b using (id)\n"
            f"where a.updated_at > now() - interval '{n} days' -- nightly build of table {n}"
        )

    def _dataset(self, name: str) -> Json:
        fields = [
            {"name": f"column_{k}", "type": _TYPES[k % 5], "description": f"column {k}"}
            for k in range(10)
        ]
        schema = facet("SchemaDatasetFacet", "1-2-0", fields=fields)
        return {"namespace": "postgres://db:5432", "name": name, "facets": {"schema": schema}}

    def _columns(self) -> Json:
        return {
            f"column_{k}": {
                "inputFields": [
                    {
                        "namespace": source["namespace"],
                        "name": source["name"],
                        "field": f"column_{k}",
                        "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}],
                    }
                    for source in self.inputs
                ]
            }
            for k in range(10)
        }

    def event(self, kind: str, now: datetime, run: str, parent: str, rng: random.Random) -> bytes:
        link = {"run": {"runId": parent}, "job": {"namespace": "prod", "name": "analytics.flow"}}
        tags = [{"key": "openlineage_client_version", "value": "1.54.0", "source": "CLIENT"}]
        event: Json = {
            "eventTime": now.isoformat().replace("+00:00", "Z"),
            "eventType": kind,
            "inputs": self.inputs,
            "job": {
                "namespace": "prod",
                "name": self.name,
                "facets": {"sql": facet("SQLJobFacet", "1-1-0", query=self.sql)},
            },
            "outputs": [self.bare_output],
            "producer": PRODUCER,
            "run": {
                "runId": run,
                "facets": {
                    "parent": facet("ParentRunFacet", "1-1-0", **link, root=link),
                    "tags": facet("TagsRunFacet", "1-0-0", tags=tags),
                },
            },
            "schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        }
        if kind == "COMPLETE":
            statistics = facet(
                "OutputStatisticsOutputDatasetFacet",
                "1-0-2",
                rowCount=rng.randrange(10**6),
                size=rng.randrange(10**9),
            )
            event["outputs"] = [{**self.output, "outputFacets": {"outputStatistics": statistics}}]
        return json.dumps(event, sort_keys=True).encode()
