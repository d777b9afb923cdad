"""Runs and versions of a provenance graph as answers have them; also what models show of theirs."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from catchment.api import shapes
from catchment.api.provenance_graph import Edge, Version, run_node_id
from catchment.events.facets.cache import view
from catchment.events.facets.code import read_code
from catchment.events.facets.training import read_metrics, read_parameters
from catchment.events.model import Facet
from catchment.lineage.bags import flatten
from catchment.postgres.read.details import RunRow, uuid_text
from catchment.postgres.read.facets import Facets
from catchment.postgres.read.provenance import Wrote

Json = dict[str, Any]
_STATISTICS = ("rowCount", "size", "fileCount")


def run_node(row: RunRow, as_of_us: int) -> Json:
    """A run, of which the caller's sight was asked before."""
    shown = shapes.run(replace(row, resolved=None), as_of_us)
    data = {name: shown[name] for name in ("job", "state", "startedAt", "endedAt")}
    parent = {"parent": uuid_text(row.parent) if row.parent else None}
    return {"id": run_node_id(row.uuid), "type": "RUN", "data": data | parent | said(row)}


def said(row: RunRow) -> Json:
    """Which code a run ran, and with which parameters."""
    assert row.resolved is not None
    of_run = [one for one in row.resolved.facets.facets if not one.deleted]
    shares = row.resolved.shares[:1]
    of_job = [one for share in shares for one in share.facets.facets if not one.deleted]
    code = read_code([*of_run, *of_job])
    given = [one for one in of_run if one.name == "executionParameters"]
    return {
        "code": None
        if code is None
        else {
            "repoUrl": code.repo_url,
            "commit": code.commit,
            "path": code.path,
            "line": code.line,
            "dirty": code.dirty,
        },
        "parameters": [
            {"key": key, "value": value} for one in given for key, value in read_parameters(one)
        ],
    }


def trained(row: RunRow, dataset: bytes) -> list[Json]:
    """The metrics that a run gives of itself and of what it wrote."""
    assert row.resolved is not None
    facets = [
        *row.resolved.facets.facets,
        *shapes.sight_facets(row.resolved.writes[dataset]).values(),
    ]
    return metrics(facets)


def metrics(facets: Sequence[Facet]) -> list[Json]:
    """All metrics that these facets give."""
    return [{"name": name, "value": value} for name, value in read_metrics(facets)]


def version_node(
    version: Version,
    writers: Sequence[Wrote],
    latest: RunRow | None,
    readers: Sequence[RunRow],
    resolved: Facets,
) -> Json:
    """A version, as its latest writer shows it; what that leaves out, as its first reader does.

    `resolved`: the facets that the dataset has. The rows are as the caller sees them.
    """
    key = version.dataset.key
    wrote = latest.resolved.writes.get(key) if latest and latest.resolved else None
    facets = shapes.sight_facets(wrote) if wrote else {}
    statistics = facets.get("outputStatistics")
    for one in sorted(readers, key=_begun):
        assert one.resolved is not None
        read = one.resolved.reads.get(key)
        if statistics is None and read is not None:
            statistics = {f.name: f for f in flatten(read.io).facets}.get("inputStatistics")
    return {
        "id": version.node_id,
        "type": "DATASET_VERSION",
        "data": {
            **shapes.identity(version.dataset),
            "version": version.text,
            "confirmed": any(one.confirmed for one in writers),
            "type": shapes.dataset_type(facets if "datasetType" in facets else resolved),
            "schema": shapes.fields(facets) if "schema" in facets else None,
            "statistics": _statistics(statistics),
        },
    }


def _begun(run: RunRow) -> tuple[bool, int, bytes]:
    return (run.started_us is None, run.started_us or 0, run.uuid)


def _statistics(facet: Facet | None) -> Json | None:
    if facet is None:
        return None
    members = view(facet)
    return {name: _count(members.get(name)) for name in _STATISTICS}


def _condition(facet: Facet | None) -> object:
    """Which part of it: a condition, as it was sent."""
    members = view(facet) if facet else {}
    return members.get("inputCondition") or members.get("outputCondition")


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < 2**63 else None


def edge_json(edge: Edge, run: RunRow) -> Json:
    """An edge; only a read has a binding. `run`: the row as the caller sees it."""
    origin, destination = edge.ends
    assert run.resolved is not None
    sights = run.resolved.reads if edge.reads else run.resolved.writes
    sight = sights.get(edge.named)
    facets = shapes.sight_facets(sight) if sight else {}
    return {
        "origin": origin,
        "destination": destination,
        "basis": edge.basis,
        "binding": edge.binding,
        "skew": edge.skew,
        "statistics": _statistics(
            facets.get("inputStatistics" if edge.reads else "outputStatistics")
        ),
        "subset": _condition(facets.get("subset")),
    }
