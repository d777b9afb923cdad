"""What the written events have in common."""

from typing import Any

Json = dict[str, Any]

PRODUCER = "https://example.org/written-by-hand"
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS = "https://openlineage.io/spec/facets"
WAREHOUSE, LAKE = "postgres://warehouse.example.org:5432", "s3://lake"
KAFKA = "kafka://broker-1.example.org:9092,broker-2.example.org:9092"


def facet(schema: str, **members: Any) -> Json:
    """A standard facet: `schema` is `1-2-0/ParentRunFacet`."""
    url = f"{FACETS}/{schema}.json#/$defs/{schema.partition('/')[2]}"
    return {"_producer": PRODUCER, "_schemaURL": url, **members}


def bare(**members: Any) -> Json:
    """A facet of an integration's own, which points at no schema of its own."""
    url = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet"
    return {"_producer": PRODUCER, "_schemaURL": url, **members}


def dataset(namespace: str, name: str, **facets: Json) -> Json:
    """As integrations write it: `facets` is always there."""
    return {"namespace": namespace, "name": name, "facets": facets}


def schema(*names: str) -> Json:
    """All columns of one type: nothing here depends on it."""
    fields = [{"name": name, "type": "string", "fields": []} for name in names]
    return facet("1-2-0/SchemaDatasetFacet", fields=fields)


def parent(run: str, namespace: str, name: str, root: Json | None = None) -> Json:
    """Older integrations know no root."""
    found = {"run": {"runId": run}, "job": {"namespace": namespace, "name": name}}
    if root is not None:
        found["root"] = root
    return facet("1-2-0/ParentRunFacet", **found)


def job_type(integration: str, kind: str, processing: str = "BATCH") -> Json:
    """What kind of job it is."""
    return facet(
        "2-0-4/JobTypeJobFacet",
        processingType=processing,
        integration=integration,
        jobType=kind,
    )


def event(
    kind: str,
    at: str,
    run: Json,
    job: Json,
    inputs: list[Json] | None = None,
    outputs: list[Json] | None = None,
) -> Json:
    """Empty arrays are always there."""
    return {
        "eventType": kind,
        "eventTime": at,
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
        "run": run,
        "job": job,
        "inputs": inputs or [],
        "outputs": outputs or [],
    }
