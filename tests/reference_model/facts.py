"""What single events say: who is named, which facets, when."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

Json = dict[str, Any]
Name = tuple[str, str]

SLOW = {
    "schema", "columnLineage", "dataSource", "symlinks", "ownership", "documentation",
    "storage", "catalog", "hierarchy", "datasetType", "tags", "lineage",
}  # fmt: skip
OF_DATA = {"dataQualityAssertions", "dataQualityMetrics"}
RANK = {"START": 1, "RUNNING": 2, "OTHER": 3, "COMPLETE": 4, "ABORT": 5, "FAIL": 6}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = 253_402_300_799_999_999


def time_of(event: Json) -> int:
    """eventTime in µs."""
    moment = datetime.fromisoformat(event["eventTime"])
    return (moment - EPOCH) // timedelta(microseconds=1)


def iso(us: int | None) -> str | None:
    """As answers write it."""
    if us is None:
        return None
    return (EPOCH + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")


def facet_hash(facet: Json) -> bytes:
    """Over the canonical body."""
    body = json.dumps(facet, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(body.encode()).digest()[:16]


def job_key(name: Name) -> bytes:
    """The key that breaks ties between jobs."""
    return _key(b"job", name)


def dataset_key(name: Name) -> bytes:
    """The key that ids of versions are made with."""
    return _key(b"dataset", name)


def _key(kind: bytes, name: Name) -> bytes:
    parts = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in name)
    return hashlib.sha256(kind + parts).digest()[:16]


def name_of(element: Json) -> Name:
    """Namespace and name."""
    return element["namespace"], element["name"]


def run_bytes(run_id: str) -> bytes:
    """For the order of runs."""
    return UUID(run_id).bytes


def mentioned_columns(
    event: Json,
) -> Iterator[tuple[Name, Name, tuple[str | None, str | None]]]:
    """(output, input, (output column, input column)) of the column lineage of outputs."""
    for output in event.get("outputs", []):
        facet = output.get("facets", {}).get("columnLineage", {})
        yield from column_pairs(name_of(output), facet)


def column_pairs(
    output: Name, facet: Json
) -> Iterator[tuple[Name, Name, tuple[str | None, str | None]]]:
    """The pairs of one columnLineage facet; None: the whole output, an unknown column."""
    if facet.get("_deleted"):
        return
    for column, mapping in facet.get("fields", {}).items():
        for source in mapping["inputFields"]:
            yield output, name_of(source), (column, source.get("field"))
    for source in facet.get("dataset", []):
        yield output, name_of(source), (None, source.get("field"))


def lineage_facet(event: Json) -> Json | None:
    """The explicit lineage facet of the event's job."""
    facet: Json | None = event.get("job", {}).get("facets", {}).get("lineage")
    return None if facet is None or facet.get("_deleted") else facet


def explicit_pairs(facet: Json) -> Iterator[tuple[Name, Name | None]]:
    """(target, source) of the datasets in a lineage facet; source None for one without any."""
    for entry in facet["entries"]:
        if entry["type"] == "DATASET":
            yield name_of(entry), None
            for source in entry.get("inputs", []):
                if source["type"] == "DATASET":
                    yield name_of(entry), name_of(source)


def job_reads(facet: Json, own: Name) -> Iterator[Name]:
    """The datasets that a lineage facet says its own job reads."""
    for entry in facet["entries"]:
        if entry["type"] == "JOB" and ("name" not in entry or name_of(entry) == own):
            for source in entry.get("inputs", []):
                if source["type"] == "DATASET":
                    yield name_of(source)


def links_of_event(event: Json) -> Iterator[tuple[Name, Name, str, Name | None]]:
    """(origin, destination, "flow" or "control", output) of every link between jobs."""
    if "job" not in event:
        return
    own = name_of(event["job"])
    facet = lineage_facet(event)
    for entry in facet["entries"] if facet else ():
        is_job = entry["type"] == "JOB"
        target = name_of(entry) if is_job and "name" in entry else own
        for source in entry.get("inputs", []):
            if source["type"] == "JOB" and name_of(source) != target:
                yield name_of(source), target, "flow", None if is_job else name_of(entry)
    waits = event.get("run", {}).get("facets", {}).get("jobDependencies", {})
    ends = [(name_of(one["job"]), own) for one in waits.get("upstream", ())]
    ends += [(own, name_of(one["job"])) for one in waits.get("downstream", ())]
    for origin, destination in ends:
        if origin != destination:
            yield origin, destination, "control", None


def declared_lineage(event: Json) -> tuple[Name, Json] | None:
    """The job or dataset that the event is about, with the lineage facet declared of it."""
    if "run" in event:
        return None
    element = event["job"] if "job" in event else event["dataset"]
    facet: Json | None = element.get("facets", {}).get("lineage")
    return None if facet is None else (name_of(element), facet)


def derived_from(facet: Json) -> Iterator[tuple[Name, tuple[str | None, Json] | None]]:
    """(source, (output column, what is said)) of the datasets in a dataset's lineage facet.

    The second is None where nothing is said of columns.
    """
    if facet.get("_deleted"):
        return
    lists = [(None, facet.get("inputs", []))]
    lists += [(column, mapping["inputs"]) for column, mapping in facet.get("fields", {}).items()]
    for column, sources in lists:
        for source in sources:
            if source["type"] == "DATASET":
                mapped = column is not None or "field" in source
                yield name_of(source), (column, source) if mapped else None


def derivations_of_event(event: Json) -> Iterator[tuple[Name, Name]]:
    """(output, source) of every edge without a job that the event gives."""
    declared = declared_lineage(event)
    if declared is not None and "job" not in event:
        for source, _ in derived_from(declared[1]):
            yield declared[0], source


def edges_of_event(event: Json) -> Iterator[tuple[Name, Name, str, str]]:
    """(job, dataset, "i" or "o", basis) of every edge that the event gives."""
    if "job" not in event:
        return
    job = name_of(event["job"])
    declared = "run" not in event
    for side, direction in (("inputs", "i"), ("outputs", "o")):
        for dataset in event.get(side, []):
            yield job, name_of(dataset), direction, "declared" if declared else "named"
    for output in event.get("outputs", []):
        for old in previous_names(name_of(output), output.get("facets", {})):
            yield job, old, "i", "declared" if declared else "column"
    for _, source, _ in mentioned_columns(event):
        yield job, source, "i", "declared" if declared else "column"
    facet = lineage_facet(event)
    for target, origin in explicit_pairs(facet) if facet else ():
        yield job, target, "o", "declared" if declared else "explicit"
        if origin:
            yield job, origin, "i", "declared" if declared else "explicit"
    for source in job_reads(facet, job) if facet else ():
        yield job, source, "i", "declared" if declared else "explicit"


def parents(event: Json) -> list[tuple[str, Name]]:
    """The runs that the event's parent facet names, with their jobs."""
    facet = event.get("run", {}).get("facets", {}).get("parent")
    if not facet:
        return []
    named = [(facet["run"]["runId"], name_of(facet["job"]))]
    if "root" in facet:
        named.append((facet["root"]["run"]["runId"], name_of(facet["root"]["job"])))
    return named


def sources_named(event: Json) -> Iterator[tuple[str, str]]:
    """(name, URI) of every source that a dataset of the event shows."""
    for element in _datasets_shown(event):
        facet = element.get("facets", {}).get("dataSource", {})
        if "name" in facet:
            yield facet["name"], facet["uri"]


def _datasets_shown(event: Json) -> list[Json]:
    """Every element of the event that is a dataset."""
    elements = [*event.get("inputs", []), *event.get("outputs", [])]
    return elements + ([event["dataset"]] if "dataset" in event else [])


def symlinks_named(event: Json) -> Iterator[tuple[Name, Name, bool]]:
    """(dataset, other name, is a table) of every symlinks facet in the event."""
    for element in _datasets_shown(event):
        facet = element.get("facets", {}).get("symlinks", {})
        for identifier in facet.get("identifiers", ()):
            yield name_of(element), name_of(identifier), identifier.get("type") == "TABLE"


def previous_names(name: Name, facets: Json) -> list[Name]:
    """What a RENAME among an output's facets says that it was made of: what it was before."""
    change = facets.get("lifecycleStateChange", {})
    if change.get("lifecycleStateChange") != "RENAME" or "previousIdentifier" not in change:
        return []
    old = name_of(change["previousIdentifier"])
    return [old] if old != name else []


def renamed_from(event: Json) -> Iterator[Name]:
    """Every name that the event says a dataset had before."""
    for element in _datasets_shown(event):
        facet = element.get("facets", {}).get("lifecycleStateChange", {})
        if facet.get("lifecycleStateChange") == "RENAME" and "previousIdentifier" in facet:
            yield name_of(facet["previousIdentifier"])


def jobs_named(event: Json) -> set[Name]:
    """Every job that the event names."""
    own = {name_of(event["job"])} if "job" in event else set()
    linked = {job for link in links_of_event(event) for job in link[:2]}
    return own | linked | {job for _, job in parents(event)}


def datasets_named(event: Json) -> set[Name]:
    """Every dataset that the event names."""
    found = {dataset for _, dataset, _, _ in edges_of_event(event)}
    found |= {source for _, source in derivations_of_event(event)}
    if "job" not in event:
        found.add(name_of(event["dataset"]))
    found |= set(renamed_from(event))
    return found | {other for _, other, _ in symlinks_named(event)}
