"""Event sets in a small world, so that everything meets everything: hypothesis strategies."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from tests.reference_model.facts import EPOCH

Json = dict[str, Any]

JOBS = [("etl", "load"), ("etl", "train"), ("ml", "score"), ("ml", "load")]
DATASETS = [("db", "a"), ("db", "b"), ("db", "c"), ("lake", "a"), ("lake", "d")]
RUNS = [str(UUID(int=0x0190A000000070008000000000000000 + n)) for n in range(5)]
COLUMNS = ["x", "y"]
START_S = 1_767_225_600

_producer = {"_producer": "https://example.com/p", "_schemaURL": "https://example.com/s"}
_job = st.sampled_from(JOBS)
_dataset = st.sampled_from(DATASETS)
# Few instants, so that many events share one; clocks are skewed anyway.
_minute = st.integers(0, 12)


def _facet(**members: Any) -> Json:
    return _producer | members


def _named(name: tuple[str, str], **members: Any) -> Json:
    return {"namespace": name[0], "name": name[1], **members}


_schema = st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, max_size=3, unique=True).map(
    lambda names: _facet(fields=[{"name": name, "type": "int"} for name in names])
)
_documentation = st.one_of(
    st.sampled_from(["old", "new"]).map(lambda text: _facet(description=text)),
    st.just(_facet(_deleted=True)),
)

# Names that are emitted themselves, and one that is not.
symlinks = st.lists(
    st.builds(
        lambda name, kind: _named(name, type=kind),
        st.sampled_from([*DATASETS, ("hive", "db.a")]),
        st.sampled_from(["TABLE", "LOCATION"]),
    ),
    max_size=2,
).map(lambda identifiers: _facet(identifiers=identifiers))

# One name in several places, and one that is the name of a namespace.
_source = st.one_of(
    st.builds(
        lambda name, uri: _facet(name=name, uri=uri),
        st.sampled_from(["lake", DATASETS[0][0]]),
        st.sampled_from(["s3://old", "s3://new", ""]),
    ),
    st.just(_facet(_deleted=True)),
)


renames = st.sampled_from([*DATASETS, ("db", "before")]).map(
    lambda name: _facet(lifecycleStateChange="RENAME", previousIdentifier=_named(name))
)
_change = st.one_of(
    st.sampled_from(["DROP", "CREATE", "OVERWRITE"]).map(
        lambda change: _facet(lifecycleStateChange=change)
    ),
    renames,
)
_dataset_type = st.sampled_from(["MODEL", "MODEL", "TABLE"]).map(
    lambda kind: _facet(datasetType=kind)
)


@st.composite
def _job_type(draw: st.DrawFn) -> Json:
    kind = draw(st.sampled_from(["BATCH", "STREAMING", "service"]))
    if draw(st.booleans()):
        return _facet(processingType=kind, integration="TESTS")
    pattern = {"eventContentMode": "COMPLETE_SNAPSHOT"}
    return _facet(processingType=kind, integration="TESTS", emissionPattern=pattern)


@st.composite
def _column_lineage(draw: st.DrawFn) -> Json:
    fields = {}
    for column in draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=2, unique=True)):
        sources = draw(st.lists(_dataset, min_size=1, max_size=2, unique=True))
        fields[column] = {"inputFields": [_named(source, field="x") for source in sources]}
    whole = draw(st.lists(_dataset, max_size=1))  # decides about rows, so about all columns
    more = {"dataset": [_named(source, field="y") for source in whole]} if whole else {}
    return _facet(fields=fields, **more)


@st.composite
def _lineage(draw: st.DrawFn) -> Json:
    entries = []
    source = st.one_of(
        _dataset.map(lambda name: _named(name, type="DATASET")),
        _dataset.map(lambda name: _named(name, type="DATASET")),
        _job.map(lambda name: _named(name, type="JOB")),
    )
    for target in draw(st.lists(_dataset, min_size=0, max_size=2, unique=True)):
        entries.append(_named(target, type="DATASET", inputs=draw(st.lists(source, max_size=2))))
    if draw(st.integers(0, 2)) == 0:
        entry = draw(st.one_of(st.just({}), _job.map(_named)))
        entries.append({**entry, "type": "JOB", "inputs": draw(st.lists(source, max_size=2))})
    return _facet(entries=entries)


@st.composite
def _derivation(draw: st.DrawFn) -> Json:
    """The lineage facet of a dataset, with columns and without, and one that takes it back."""
    if draw(st.integers(0, 5)) == 0:
        return _facet(_deleted=True)
    source = st.one_of(
        _dataset.map(lambda name: _named(name, type="DATASET")),
        _dataset.map(lambda name: _named(name, type="DATASET", field="x")),
        _job.map(lambda name: _named(name, type="JOB")),
    )
    facet = _facet(inputs=draw(st.lists(source, max_size=2)))
    if draw(st.integers(0, 2)) == 0:
        facet["fields"] = {"y": {"inputs": draw(st.lists(source, max_size=1))}}
    return facet


_dependencies = st.builds(
    lambda upstream, downstream: _facet(
        upstream=[{"job": _named(one)} for one in upstream],
        downstream=[{"job": _named(one)} for one in downstream],
    ),
    st.lists(_job, max_size=2),
    st.lists(_job, max_size=1),
)


@st.composite
def _lasting(draw: st.DrawFn) -> Json:
    facets: Json = {}
    if draw(st.booleans()):
        facets["schema"] = draw(_schema)
    if draw(st.integers(0, 3)) == 0:
        facets["documentation"] = draw(_documentation)
    if draw(st.integers(0, 2)) == 0:
        facets["dataSource"] = draw(_source)
    if draw(st.integers(0, 5)) == 0:
        facets["symlinks"] = draw(symlinks)
    if draw(st.integers(0, 7)) == 0:
        facets["lineage"] = draw(_derivation())
    if draw(st.integers(0, 5)) == 0:
        facets["datasetType"] = draw(_dataset_type)
    return facets


@st.composite
def _element(draw: st.DrawFn, side: str) -> Json:
    facets = draw(_lasting())
    if side == "outputs" and draw(st.integers(0, 2)) == 0:
        facets["columnLineage"] = draw(_column_lineage())
    if draw(st.integers(0, 3)) == 0:
        facets["dataQualityMetrics"] = _facet(rowCount=draw(st.integers(0, 2)))
    if draw(st.integers(0, 3)) == 0:
        facets["version"] = _facet(datasetVersion=draw(st.sampled_from(["v1", "v2"])))
    element = _named(draw(_dataset), facets=facets)
    if side == "inputs" and draw(st.integers(0, 3)) == 0:
        tested = {"assertion": "not_null", "success": draw(st.booleans())}
        element["inputFacets"] = {"dataQualityAssertions": _facet(assertions=[tested])}
        if draw(st.booleans()):
            element["inputFacets"]["dataQualityMetrics"] = _facet(rowCount=3, columnMetrics={})
    if side == "outputs" and draw(st.integers(0, 3)) == 0:
        facets["lifecycleStateChange"] = draw(_change)
    if side == "outputs" and draw(st.integers(0, 3)) == 0:
        element["outputFacets"] = {"outputStatistics": _facet(rowCount=draw(st.integers(0, 2)))}
    return element


@st.composite
def _job_element(draw: st.DrawFn) -> Json:
    facets: Json = {}
    if draw(st.integers(0, 2)) == 0:
        facets["sql"] = _facet(query=draw(st.sampled_from(["select 1", "select 2"])))
    if draw(st.integers(0, 3)) == 0:
        facets["documentation"] = draw(_documentation)
    if draw(st.integers(0, 5)) == 0:
        facets["lineage"] = draw(_lineage())
    if draw(st.integers(0, 2)) == 0:
        facets["jobType"] = draw(_job_type())
    return _named(draw(_job), facets=facets)


def _elements(side: str) -> st.SearchStrategy[list[Json]]:
    return st.lists(_element(side), max_size=2)


def _time(minute: int) -> str:
    return (EPOCH + timedelta(seconds=START_S + 60 * minute)).isoformat()


@st.composite
def _parent(draw: st.DrawFn) -> Json:
    link = {"run": {"runId": draw(st.sampled_from(RUNS))}, "job": _named(draw(_job))}
    if draw(st.booleans()):
        root = {"run": {"runId": draw(st.sampled_from(RUNS))}, "job": _named(draw(_job))}
        return _facet(**link, root=root)
    return _facet(**link)


@st.composite
def _run_event(draw: st.DrawFn) -> Json:
    facets: Json = {}
    if draw(st.integers(0, 3)) == 0:
        facets["parent"] = draw(_parent())
    if draw(st.integers(0, 4)) == 0:
        facets["nominalTime"] = _facet(nominalStartTime=_time(draw(_minute)))
    if draw(st.integers(0, 5)) == 0:
        facets["jobDependencies"] = draw(_dependencies)
    if draw(st.integers(0, 2)) == 0:
        facets["catchment_note"] = _facet(says="created")
    kinds = ["START", "START", "RUNNING", "OTHER", "COMPLETE", "COMPLETE", "ABORT", "FAIL"]
    return {
        "eventType": draw(st.sampled_from(kinds)),
        "run": {"runId": draw(st.sampled_from(RUNS[:4])), "facets": facets},
        "job": draw(_job_element()),
        "inputs": draw(_elements("inputs")),
        "outputs": draw(_elements("outputs")),
    }


@st.composite
def _job_event(draw: st.DrawFn) -> Json:
    job = draw(_job_element())
    if draw(st.booleans()):
        taken_back = st.just(_facet(_deleted=True))
        job["facets"]["lineage"] = draw(st.one_of(_lineage(), _lineage(), taken_back))
    return {
        "job": job,
        "inputs": draw(_elements("inputs")),
        "outputs": draw(_elements("outputs")),
    }


@st.composite
def _dataset_event(draw: st.DrawFn) -> Json:
    dataset = draw(_element("about"))
    if draw(st.booleans()):
        dataset["facets"]["lineage"] = draw(_derivation())
    return {"dataset": dataset}


@st.composite
def event_sets(draw: st.DrawFn, size_max: int = 14) -> list[Json]:
    """Up to `size_max` events. Two JobEvents of one job never share an instant (a tie between
    those is broken by a hash that the model does not know).
    """
    kinds = [_run_event(), _run_event(), _run_event(), _run_event(), _job_event(), _dataset_event()]
    found: list[Json] = []
    declared: set[tuple[str, str, int]] = set()
    for event in draw(st.lists(st.one_of(*kinds), min_size=1, max_size=size_max)):
        minute = draw(_minute)
        if "run" not in event and "job" in event:
            key = (event["job"]["namespace"], event["job"]["name"], minute)
            if key in declared:
                continue
            declared.add(key)
        found.append({"eventTime": _time(minute), "producer": "https://example.com/p", **event})
    return found


def named_after_superseded() -> list[Json]:
    """A run whose input is known at minute 3 only by column lineage that is later superseded,
    and is named at minute 5: an edge then, in a basis that nobody had seen then.
    """
    run = {"run": {"runId": RUNS[0]}, "job": _named(JOBS[0])}

    def event(minute: int, kind: str, **sides: Json) -> Json:
        lists = {side: [element] for side, element in sides.items()}
        common = {"eventTime": _time(minute), "producer": "https://example.com/p"}
        return {**common, "eventType": kind, **run, **lists}

    def output(source: tuple[str, str]) -> Json:
        columns = {"x": {"inputFields": [_named(source, field="x")]}}
        return _named(DATASETS[1], facets={"columnLineage": _facet(fields=columns)})

    return [
        event(1, "START", outputs=output(DATASETS[0])),
        event(5, "RUNNING", inputs=_named(DATASETS[0])),
        event(6, "COMPLETE", outputs=output(DATASETS[2])),
    ]


def declared_before_mapped() -> list[Json]:
    """An input that is declared at minute 2, and that a run which had begun by then names only at
    minute 6, by column lineage: the run takes part at minute 3, with the basis it has now.
    """
    run = {"run": {"runId": RUNS[0]}, "job": _named(JOBS[0])}
    common = {"producer": "https://example.com/p"}
    columns = {"x": {"inputFields": [_named(DATASETS[0], field="x")]}}
    output = _named(DATASETS[1], facets={"columnLineage": _facet(fields=columns)})
    return [
        {**common, **run, "eventTime": _time(1), "eventType": "START"},
        {**common, "job": _named(JOBS[0]), "eventTime": _time(2), "inputs": [_named(DATASETS[0])]},
        {**common, **run, "eventTime": _time(6), "eventType": "COMPLETE", "outputs": [output]},
    ]


def spellings(event: Json) -> list[bytes]:
    """The same event twice: as it is, and with other key order and white space."""
    return [json.dumps(event).encode(), json.dumps(event, sort_keys=True, indent=1).encode()]
