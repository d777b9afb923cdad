"""All read answers to a world, from the product and from the model, in one comparable form."""

from collections.abc import Iterator
from typing import Any

from tests.property.service import Service, segment
from tests.property.strategies import START_S
from tests.reference_model.facts import FOREVER, Json, Name, iso
from tests.reference_model.model import Edge, Model, node_id
from tests.reference_model.runs import Run
from tests.reference_model.versions import (
    Version,
    became,
    bindings,
    current_version,
    models,
    versions_of,
)
from tests.reference_model.walk import lineage

INSTANTS_US = [(START_S + 60 * minute) * 1_000_000 for minute in (-1, 3, 6)] + [FOREVER]
WAYS = (None, "upstream", "downstream", "both")
DEPTHS = (1, 20)
Answers = dict[tuple[Any, ...], Any]


def as_of_text(as_of: int) -> str | None:
    """As a query says it."""
    return None if as_of == FOREVER else iso(as_of)


async def product_answers(service: Service, model: Model) -> Answers:
    """What the service answers about everything in the model's world."""
    found: Answers = {}
    listed = await service.get("/namespaces")
    found["namespaces",] = {
        n["name"]: (n["createdAt"], n["updatedAt"]) for n in listed["namespaces"]
    }
    listed = await service.get("/sources")
    found["sources",] = [
        (one["name"], one["createdAt"], one["updatedAt"], one["connectionUrl"])
        for one in listed["sources"]
    ]
    listed = await service.get("/models")
    found["models",] = [
        ((one["namespace"], one["name"]), one["latestVersion"]) for one in listed["models"]
    ]
    for namespace in model.namespaces():
        await _lists(service, namespace, found)
    for run_id in model.runs:
        run = await service.get(f"/jobs/runs/{run_id}")
        found["run", run_id] = _run(run)
        lineage = await service.get("/runlineage/upstream", runId=run_id, depth=0)
        found["bindings", run_id] = {
            (one["namespace"], one["name"]): (one["version"], one["producedByRunId"])
            for one in lineage["runs"][0]["inputs"]
        }
    for kind in ("job", "dataset"):
        for name in model.times(kind):
            for as_of in INSTANTS_US:
                await _one(service, kind, name, as_of, found)
                await _graphs(service, kind, name, as_of, found)
    return found


async def _lists(service: Service, namespace: str, found: Answers) -> None:
    path = f"/namespaces/{segment(namespace)}"
    for kind in ("datasets", "jobs"):
        page = await service.get(f"{path}/{kind}")
        names = [one["name"] for one in page[kind]]
        found[kind, namespace] = (names, page["totalCount"])
    for name in found["datasets", namespace][0]:
        await _versions(service, namespace, name, found)
    for name in found["jobs", namespace][0]:
        page = await service.get(f"{path}/jobs/{segment(name)}/runs")
        found["runs", (namespace, name)] = [run["id"] for run in page["runs"]]


async def _versions(service: Service, namespace: str, name: str, found: Answers) -> None:
    path = f"/namespaces/{segment(namespace)}/datasets/{segment(name)}"
    page = await service.get(f"{path}/versions")
    found["versions", (namespace, name)] = [
        Version(
            one["version"],
            (one["namespace"], one["name"]),
            tuple(one["createdByRuns"]),
            one["confirmed"],
        )
        for one in page["versions"]
    ]
    assert page["totalCount"] == len(page["versions"])
    for one in page["versions"]:
        assert one["createdByRun"]["id"] == one["createdByRuns"][0]
        assert await service.get(f"{path}/versions/{segment(one['version'])}") == one
    pages = [await service.get(f"{path}/versions", limit=1, offset=n) for n in range(2)]
    assert [one for page in pages for one in page["versions"]] == page["versions"][:2]
    of_model = await service.get(f"/models/{segment(namespace)}/{segment(name)}")
    found["model", (namespace, name)] = of_model and [
        (one["version"], one["run"], one["confirmed"]) for one in of_model["versions"]
    ]


async def _one(service: Service, kind: str, name: Name, as_of: int, found: Answers) -> None:
    path = f"/namespaces/{segment(name[0])}/{kind}s/{segment(name[1])}"
    one = await service.get(path, asOf=as_of_text(as_of))
    common = (one["createdAt"], one["updatedAt"], one["facets"], one["description"])
    if kind == "dataset":
        fields = [field["name"] for field in one["fields"]]
        held = (one["currentVersion"], (one["lastLifecycleState"], one["deleted"]))
        found[kind, name, as_of] = (*common, fields, one["sourceName"], *held)
        return
    latest = one["latestRun"]
    found[kind, name, as_of] = (
        *common,
        [(end["namespace"], end["name"]) for end in one["inputs"]],
        [(end["namespace"], end["name"]) for end in one["outputs"]],
        None if latest is None else (latest["id"], latest["state"]),
        None if one["latestRuns"] is None else [run["id"] for run in one["latestRuns"]],
        one["currentVersion"] is not None,
    )


async def _graphs(service: Service, kind: str, name: Name, as_of: int, found: Answers) -> None:
    for way in WAYS:
        for depth in DEPTHS:
            graph = await service.get(
                "/lineage",
                nodeId=node_id(kind, name),
                direction=way,
                depth=depth,
                asOf=as_of_text(as_of),
            )
            assert not graph["truncated"]
            nodes = {node["id"] for node in graph["graph"]}
            edges = {_edge(edge) for node in graph["graph"] for edge in node["inEdges"]}
            again = {_edge(edge) for node in graph["graph"] for edge in node["outEdges"]}
            assert edges == again
            found["lineage", kind, name, way, depth, as_of] = (nodes, edges)


def _edge(edge: Json) -> Edge:
    return Edge(
        edge["origin"],
        edge["destination"],
        edge["basis"],
        edge["firstSeen"],
        edge["lastSeen"],
        edge["stale"],
        edge["confirmed"],
    )


def _run(run: Json) -> tuple[Any, ...]:
    keys = (
        "createdAt", "updatedAt", "state", "startedAt", "endedAt", "startInferred", "conflict",
        "nominalStartTime", "facets", "parentRun", "rootRun",
    )  # fmt: skip
    sides = ("inputDatasetVersions", "outputDatasetVersions")
    return (
        *[run[key] for key in keys],
        (run["job"]["namespace"], run["job"]["name"]),
        run["jobVersion"] is not None,
        *[
            {
                (s["datasetVersionId"]["namespace"], s["datasetVersionId"]["name"]): s["facets"]
                for s in run[side]
            }
            for side in sides
        ],
    )


def model_answers(model: Model) -> Answers:
    """What the model answers about everything in its world."""
    found: Answers = {}
    spaces = model.namespaces()
    found["namespaces",] = {name: (iso(a), iso(b)) for name, (a, b) in spaces.items()}
    found["sources",] = [
        (name, iso(first), iso(last), uri)
        for name, (first, last, uri) in sorted(model.sources().items())
    ]
    found["models",] = models(model)
    for namespace in spaces:
        _model_lists(model, namespace, found)
    for run_id, run in model.runs.items():
        found["run", run_id] = _model_run(model, run)
        found["bindings", run_id] = bindings(model, run)
    for kind in ("job", "dataset"):
        for name, times in model.times(kind).items():
            for as_of in INSTANTS_US:
                found[kind, name, as_of] = _model_one(model, kind, name, times, as_of)
                for way in WAYS:
                    for depth in DEPTHS:
                        graph = lineage(model, kind, name, way, depth, as_of)
                        found["lineage", kind, name, way, depth, as_of] = graph
    return found


def _model_lists(model: Model, namespace: str, found: Answers) -> None:
    for kind in ("dataset", "job"):
        names = sorted(name for space, name in model.times(kind) if space == namespace)
        found[f"{kind}s", namespace] = (names, len(names))
    for name in found["datasets", namespace][0]:
        versions = versions_of(model, (namespace, name))
        found["versions", (namespace, name)] = versions
        firsts = {first for first, _ in found["models",]}
        found["model", (namespace, name)] = (
            [(one.text, one.runs[0], one.confirmed) for one in versions]
            if model.aliases(FOREVER).first((namespace, name)) in firsts
            else None
        )
    for name in found["jobs", namespace][0]:
        found["runs", (namespace, name)] = [run.id for run in model.runs_of((namespace, name))]


def _model_one(
    model: Model, kind: str, name: Name, times: tuple[int, int], as_of: int
) -> tuple[Any, ...]:
    facets = (model.dataset_facets if kind == "dataset" else model.job_facets)(name, as_of)
    description = facets.get("documentation", {}).get("description")
    common = (iso(times[0]), iso(times[1]), facets, description)
    if kind == "dataset":
        source = facets.get("dataSource", {}).get("name", name[0])
        held = (current_version(model, name, as_of), became(model, name, as_of))
        return (*common, list(_columns(facets.get("schema", {}))), source, *held)
    members = model.edges_of(name, as_of)
    runs = model.runs_of(name, as_of)[:10]
    return (
        *common,
        sorted(dataset for dataset, direction in members if direction == "i"),
        sorted(dataset for dataset, direction in members if direction == "o"),
        (runs[0].id, runs[0].state(as_of)) if runs else None,
        [run.id for run in runs] or None,
        any(_by(run.versioned, as_of) for run in model.runs_of(name, as_of)),
    )


def _by(time_us: int | None, as_of: int) -> bool:
    return time_us is not None and time_us <= as_of


def _columns(schema: Json, above: str = "") -> Iterator[str]:
    for field in schema.get("fields", []):
        yield above + field["name"]
        yield from _columns(field, f"{above}{field['name']}.")


def _model_run(model: Model, run: Run) -> tuple[Any, ...]:
    facets = run.facets()
    parent = facets.get("parent", {})
    nominal = facets.get("nominalTime", {}).get("nominalStartTime")
    return (
        iso(run.created),
        iso(run.updated),
        run.state(FOREVER),
        iso(run.started),
        iso(run.ended),
        run.begun and not run.starts,
        run.conflict,
        nominal and nominal.replace("+00:00", "Z"),
        facets,
        parent.get("run", {}).get("runId"),
        model.root_of(run),
        run.job,
        run.versioned is not None,
        *[_model_sights(run, side) for side in ("inputs", "outputs")],
    )


def _model_sights(run: Run, side: str) -> dict[Name, Json]:
    names = {(e["namespace"], e["name"]) for event in run.own for e in event.get(side, [])}
    sights = {}
    for name in names:
        shown = {k: v for k, v in run.sight(name, side).items() if not v.get("_deleted")}
        io_facets = run.sight(name, side, "inputFacets" if side == "inputs" else "outputFacets")
        sights[name] = shown | io_facets
    return sights
