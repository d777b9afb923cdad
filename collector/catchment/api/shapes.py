"""Answers as plain dicts in Marquez's shapes: camelCase, absent values as explicit null."""

from functools import lru_cache
from typing import Any

import msgspec

from catchment.api.column_summary import made_columns
from catchment.api.tagged import tag_fields, tags_of
from catchment.api.times import iso
from catchment.events.facets.cache import view
from catchment.events.facets.data_source import read_data_source, url_scheme
from catchment.events.facets.reading import items, obj, text
from catchment.events.model import Facet
from catchment.lineage.bags import Layers, flatten
from catchment.lineage.fold import Sight, Sights
from catchment.lineage.links import CONTROL
from catchment.lineage.resolve import Flag, Resolved, State
from catchment.postgres.asking import FOREVER_US, Total
from catchment.postgres.read.details import DatasetRow, JobRow, RunRow, uuid_text, version_text
from catchment.postgres.read.facets import Facets
from catchment.postgres.read.lineage import EdgeFacts, JobLink
from catchment.postgres.read.names import NamespaceRow, Node, standing_for
from catchment.postgres.read.sources import SourceRow

Json = dict[str, Any]


def page(name: str, rows: list[Json], total: Total) -> Json:
    """A page of a list, with how many there are in all; beyond a bound that is not exact."""
    return {name: rows, "totalCount": total.rows, "totalCountExact": total.exact}


def identity(node: Node) -> Json:
    """Namespace and name."""
    return {"namespace": node.namespace, "name": node.name}


def raw_facets(facets: Facets) -> Json:
    """Facets by name, each as the JSON it was."""
    return {name: msgspec.Raw(facet.body) for name, facet in facets.items()}


def namespace(row: NamespaceRow) -> Json:
    """A namespace."""
    return {
        "name": row.name,
        "createdAt": iso(row.first_us),
        "updatedAt": iso(row.last_us),
        "ownerName": row.owner,
        "description": row.description,
        "isHidden": row.hidden,
    }


def source(row: SourceRow) -> Json:
    """A source; of an unknown type where neither a person nor the scheme of its URL says one."""
    return {
        "type": row.type or (url_scheme(row.uri) or "unknown").upper(),
        "name": row.name,
        "createdAt": iso(row.first_us),
        "updatedAt": iso(row.last_us),
        "connectionUrl": row.uri,
        "description": row.description,
    }


def source_name(node: Node, facets: Facets) -> str:
    """Where a dataset lies: as its facet says, else in the source of its namespace's name."""
    facet = facets.get("dataSource")
    said = read_data_source(facet) if facet else None
    return said[0] if said else node.namespace


def dataset_node(row: DatasetRow) -> Json:
    """A dataset as it stands in a graph: without its facets."""
    facets = row.facets
    node = row.node
    return {
        "id": identity(node),
        "type": dataset_type(facets),
        "name": node.name,
        "physicalName": _member(facets, "catchment_physical", "name") or node.name,
        "createdAt": iso(node.first_us),
        "updatedAt": iso(node.last_us),
        "namespace": node.namespace,
        "sourceName": source_name(node, facets),
        "fields": tag_fields(fields(facets), facets, row.marks),
        "tags": tags_of(facets, row.marks),
        "lastModifiedAt": iso(node.last_us),
        "description": _member(facets, "documentation", "description"),
        "lastLifecycleState": row.change,
        "aliases": [identity(name) for name in row.names],
        "aliasOf": _alias_of(row),
    }


def _alias_of(row: DatasetRow) -> Json | None:
    """The name that stands for all names of a dataset, where this is another one."""
    first = standing_for(row.names) if row.names else row.node
    return None if first.id == row.node.id else identity(first)


def dataset(row: DatasetRow) -> Json:
    """A dataset with everything."""
    mapping = row.facets.get("columnLineage")
    return dataset_node(row) | {
        "currentVersion": row.version,
        "columnLineage": made_columns(mapping) if mapping else None,
        "facets": raw_facets(row.facets),
        "deleted": row.dropped,
    }


def dataset_type(facets: Facets) -> str:
    """As the datasetType facet says; tables where nobody says."""
    kind = _member(facets, "datasetType", "datasetType")
    return {None: "DB_TABLE", "TABLE": "DB_TABLE", "TOPIC": "STREAM"}.get(kind, kind or "")


def edge(origin: str, destination: str, facts: EdgeFacts) -> Json:
    """An edge of a dataset with a job, or with what it was made of; both by their node ids."""
    return {
        "origin": origin,
        "destination": destination,
        "basis": facts.basis,
        "firstSeen": iso(facts.first_us),
        "lastSeen": iso(facts.last_us),
        "stale": facts.stale,
        "confirmed": facts.confirmed,
    }


def job_link(origin: str, destination: str, link: JobLink) -> Json:
    """An edge between two jobs, by their node ids. When it was seen last is not kept."""
    return {
        "origin": origin,
        "destination": destination,
        "basis": "control" if link.kind == CONTROL else "explicit",
        "firstSeen": iso(link.first_us),
        "lastSeen": None,
        "stale": False,
        "confirmed": True,
    }


def job_node(row: JobRow, as_of_us: int = FOREVER_US) -> Json:
    """A job as it stands in a graph."""
    node = row.node
    runs = [run(one, as_of_us) for one in row.runs[:1]]
    return {
        "id": identity(node),
        "type": _job_type(row.facets),
        "name": node.name,
        "simpleName": node.name,
        "parentJobName": row.parent.name if row.parent else None,
        "parentJobUuid": None,
        "currentRunUuid": runs[0]["id"] if runs else None,
        "createdAt": iso(node.first_us),
        "updatedAt": iso(node.last_us),
        "namespace": node.namespace,
        "inputs": [identity(one) for one in row.inputs],
        "outputs": [identity(one) for one in row.outputs],
        "location": location(row.facets),
        "description": _member(row.facets, "documentation", "description"),
        "latestRun": runs[0] if runs else None,
    }


def job(row: JobRow, as_of_us: int = FOREVER_US) -> Json:
    """A job with everything. `latestRuns` is null where there are none, as its clients need it."""
    job_type = row.facets.get("jobType")
    members = view(job_type) if job_type else {}
    labels = [text(members.get(key)) for key in ("jobType", "integration")]
    runs = [run(one, as_of_us) for one in row.runs]
    return job_node(row, as_of_us) | {
        "latestRuns": runs or None,
        "facets": raw_facets(row.facets),
        "currentVersion": uuid_text(row.version) if row.version else None,
        "labels": [label for label in labels if label],
        "tags": tags_of(row.facets, row.marks),
    }


def run(row: RunRow, as_of_us: int = FOREVER_US) -> Json:
    """A run by its columns; facets and datasets where the whole run was read.

    At an instant: what had begun, ended and been named by then. Facets are those of the whole run.
    """
    ended_us, started_us = _by(row.ended_us, as_of_us), _by(row.started_us, as_of_us)
    state = State(row.state)
    if ended_us is None and state > State.RUNNING:
        state = State.RUNNING
    if row.first_us > as_of_us:
        state = State.NEW
    inferred = bool(row.flags & Flag.START_INFERRED)
    answer: Json = {
        "id": uuid_text(row.uuid),
        "createdAt": iso(row.first_us),
        "updatedAt": iso(row.last_us),
        "nominalStartTime": iso(row.nominal_start_us),
        "nominalEndTime": iso(row.nominal_end_us),
        "state": state.name,
        "startedAt": iso(started_us),
        "endedAt": iso(ended_us),
        "durationMs": _duration_ms(started_us, ended_us, inferred),
        "startInferred": inferred,
        "conflict": bool(row.flags & Flag.CONFLICT),
        "args": {},
        "job": identity(row.job),
        "jobVersion": _job_version(row, as_of_us),
        "inputDatasetVersions": [],
        "outputDatasetVersions": [],
        "facets": {},
    }
    return answer | _whole_run(row, as_of_us) if row.resolved else answer


def _by(time_us: int | None, as_of_us: int) -> int | None:
    return time_us if time_us is not None and time_us <= as_of_us else None


def _whole_run(row: RunRow, as_of_us: int) -> Json:
    resolved = row.resolved
    assert resolved is not None
    return {
        "externalId": resolved.external_id,
        "parentRun": uuid_text(row.parent) if row.parent else None,
        "rootRun": uuid_text(row.root) if row.root else None,
        "args": _args(resolved),
        "facets": {facet.name: msgspec.Raw(facet.body) for facet in resolved.facets.facets},
        "inputDatasetVersions": _sights(row, resolved.reads, as_of_us, write=False),
        "outputDatasetVersions": _sights(row, resolved.writes, as_of_us, write=True),
    }


def _args(resolved: Resolved) -> Json:
    """The arguments that a run was created with through the API."""
    given = [facet for facet in resolved.facets.facets if facet.name == "catchment_args"]
    return obj(view(given[0]).get("args")) if given else {}


def _sights(row: RunRow, sights: Sights, as_of_us: int, *, write: bool) -> list[Json]:
    named = row.resolved.named_versions() if row.resolved and write else {}
    found = []
    for key, sight in sights.items():
        if sight.first_us > as_of_us:
            continue
        facets = sight_facets(sight)
        version = named.get(key) or _read_version(facets)
        if write:
            version = version_text(version, row.uuid, key)
        members = {**identity(row.datasets[key]), "version": version}
        found.append(
            {
                "datasetVersionId": members,
                "facets": raw_facets(facets),
                "outputFacets" if write else "inputFacets": raw_facets(_named([sight.io])),
            }
        )
    return sorted(found, key=_by_name)


def sight_facets(sight: Sight) -> Facets:
    """All facets of one read or write."""
    return _named([sight.slow, sight.own, sight.io])


def _named(several: list[Layers]) -> Facets:
    bags = [flatten(layers).facets for layers in several]
    return {facet.name: facet for bag in bags for facet in bag if not facet.deleted}


def _by_name(answer: Json) -> tuple[str, str]:
    members = answer["datasetVersionId"]
    return (members["namespace"], members["name"])


def _read_version(facets: Facets) -> str | None:
    return _member(facets, "version", "datasetVersion")


def _duration_ms(started_us: int | None, ended_us: int | None, inferred: bool) -> int | None:
    if started_us is None or ended_us is None or inferred or ended_us < started_us:
        return None
    return (ended_us - started_us) // 1000


def _job_version(row: RunRow, as_of_us: int) -> Json | None:
    # Known by the end of the run; of one that is not meant to end, from its start.
    times = (row.ended_us, row.started_us if row.flags & Flag.STREAMING else None)
    if row.job_version is None or not any(time is not None and time <= as_of_us for time in times):
        return None
    return {**identity(row.job), "version": uuid_text(row.job_version)}


def _job_type(facets: Facets) -> str:
    kind = _member(facets, "jobType", "processingType")
    return {"STREAMING": "STREAM", "SERVICE": "SERVICE"}.get(kind or "", "BATCH")


def location(facets: Facets) -> str | None:
    """Where the code of a job is."""
    return _member(facets, "sourceCodeLocation", "url")


def _member(facets: Facets, name: str, member: str) -> str | None:
    facet = facets.get(name)
    return text(view(facet).get(member)) or None if facet else None


def fields(facets: Facets) -> list[Json]:
    """The columns of a dataset; shared, so never to be changed."""
    schema = facets.get("schema")
    return _fields_of(schema) if schema else []


@lru_cache(maxsize=4_096)
def _fields_of(schema: Facet) -> list[Json]:
    """The fields of a schema; never changed by who has them, for all share them."""
    return _flatten(items(view(schema).get("fields")), "")


@lru_cache(maxsize=4_096)
def field_types(schema: Facet) -> dict[str, str]:
    """Column -> its type; shared, so never to be changed."""
    return {field["name"]: field["type"] or "" for field in _fields_of(schema)}


def _flatten(fields: list[object], prefix: str) -> list[Json]:
    """Nested fields follow their parent, by dotted path."""
    found: list[Json] = []
    for entry in fields:
        members = obj(entry)
        name = text(members.get("name"))
        if not name:
            continue
        path = prefix + name
        description = text(members.get("description")) or None
        kind = text(members.get("type")) or None
        found.append({"name": path, "type": kind, "tags": [], "description": description})
        found += _flatten(items(members.get("fields")), path + ".")
    return found
