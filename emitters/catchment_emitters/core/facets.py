"""Facets as dicts, with the schema each claims: OpenLineage's own, and `catchment_*` of ours.

Built by hand, because OpenLineage's classes take a second to import; tests hold them against these
classes. None stands for a facet without content: `bag` leaves it out.
"""

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catchment_emitters import __version__

Facet = dict[str, Any]
Bag = dict[str, Facet]

PRODUCER = f"urn:catchment:emitters:{__version__}"
_SPEC = "https://openlineage.io/spec/facets"
# Facets of ours have no published schema: what can be said of them is that they are run facets.
_CUSTOM = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"

ERROR_CHARACTERS_MAX = 10_000
STACK_CHARACTERS_MAX = 100_000


def facet(version: str, schema: str, /, **members: Any) -> Facet:
    """One of OpenLineage's facets, by the version and name of its schema file."""
    url = f"{_SPEC}/{version}/{schema}.json#/$defs/{schema}"
    return {"_producer": PRODUCER, "_schemaURL": url, **members}


def custom(base: str, **members: Any) -> Facet:
    """A facet of our own. `base`: "RunFacet", "JobFacet", "DatasetFacet", "OutputDatasetFacet"."""
    return {"_producer": PRODUCER, "_schemaURL": f"{_CUSTOM}/{base}", **members}


def bag(**facets: Facet | None) -> Bag:
    """Facets by name, without those that say nothing."""
    return {name: one for name, one in facets.items() if one is not None}


# ── of a run ───────────────────────────────────────────────────────────────────────────────────


def nominal_time(start: str, end: str | None = None) -> Facet:
    """The time that a run is for; RFC 3339."""
    ends = {"nominalEndTime": end} if end else {}
    return facet("1-0-1", "NominalTimeRunFacet", nominalStartTime=start, **ends)


def error_message(error: BaseException | str, stack: str | None = None) -> Facet:
    """What went wrong, cut to what a person reads."""
    message = error if isinstance(error, str) else safe_text(error)
    more = {"stackTrace": stack[-STACK_CHARACTERS_MAX:]} if stack else {}
    return facet(
        "1-0-1",
        "ErrorMessageRunFacet",
        message=message[:ERROR_CHARACTERS_MAX],
        programmingLanguage="python",
        **more,
    )


def safe_text(error: BaseException) -> str:
    """The text of an exception, whatever its `__str__` does; its class if it has none."""
    try:
        return str(error) or type(error).__name__
    except Exception:
        return type(error).__name__


def processing_engine(name: str, version: str) -> Facet:
    """What ran it: "prefect", "dagster", "python"."""
    return facet(
        "1-1-1",
        "ProcessingEngineRunFacet",
        name=name,
        version=version,
        openlineageAdapterVersion=__version__,
    )


def execution_parameters(parameters: Mapping[str, str]) -> Facet | None:
    """Parameters of a run, as text."""
    if not parameters:
        return None
    items = [{"key": key, "value": value} for key, value in parameters.items()]
    return facet("1-0-0", "ExecutionParametersRunFacet", parameters=items)


def job_dependencies(upstream: Sequence[Mapping[str, Any]]) -> Facet | None:
    """Control, not data: what this run waited for, each as `dependency` makes it."""
    if not upstream:
        return None
    return facet("1-0-1", "JobDependenciesRunFacet", upstream=list(upstream))


def dependency(namespace: str, name: str, run_id: str | None, kind: str) -> dict[str, Any]:
    """A job, and its run, that something waited for. `kind`: "DIRECT" or "WAIT_FOR"."""
    run = {"run": {"runId": run_id}} if run_id else {}
    return {"job": {"namespace": namespace, "name": name}, **run, "dependency_type": kind}


def links(hrefs: Mapping[str, str]) -> Facet | None:
    """Pages about a run, by what they are ("run", "logs", ...): facet `catchment_links`."""
    if not hrefs:
        return None
    return custom("RunFacet", links=[{"rel": rel, "href": href} for rel, href in hrefs.items()])


def metrics(values: Mapping[str, float], base: str = "OutputDatasetFacet") -> Facet | None:
    """Figures of a model: facet `catchment_model`, or `catchment_evaluation`."""
    if not values:
        return None
    return custom(base, metrics=[{"name": name, "value": value} for name, value in values.items()])


# ── of a run, a job or a dataset ───────────────────────────────────────────────────────────────


def tags(entity: str, pairs: Iterable[tuple[str, str]], source: str) -> Facet | None:
    """Tags. `entity`: "Run", "Job" or "Dataset"; `source`: who gave them ("PREFECT")."""
    items = [{"key": key, "value": value, "source": source} for key, value in pairs]
    return facet("1-0-0", f"Tags{entity}Facet", tags=items) if items else None


def documentation(entity: str, text: str | None) -> Facet | None:
    """A description. `entity`: "Job" or "Dataset"."""
    return facet("1-1-0", f"Documentation{entity}Facet", description=text) if text else None


def ownership(entity: str, owners: Iterable[str]) -> Facet | None:
    """Owners by name. `entity`: "Job" or "Dataset"."""
    items = [{"name": owner} for owner in owners]
    return facet("1-0-1", f"Ownership{entity}Facet", owners=items) if items else None


# ── of a job ───────────────────────────────────────────────────────────────────────────────────


def job_type(integration: str, kind: str, processing: str = "BATCH") -> Facet:
    """What sort of job it is: ("PREFECT", "FLOW")."""
    return facet(
        "2-0-4",
        "JobTypeJobFacet",
        processingType=processing,
        integration=integration,
        jobType=kind,
    )


def source_code(text: str) -> Facet:
    """The source of a job, in Python."""
    return facet("1-0-1", "SourceCodeJobFacet", language="python", sourceCode=text)


def lineage(entries: Sequence[Mapping[str, Any]]) -> Facet | None:
    """Which inputs went into which outputs; each entry as `entry` makes it."""
    if not entries:
        return None
    url = f"{_SPEC}/1-0-0/LineageFacet.json#/$defs/LineageJobFacet"
    return {"_producer": PRODUCER, "_schemaURL": url, "entries": list(entries)}


def entry(output: tuple[str, str], inputs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """An output (namespace, name) and the datasets that it was made of."""
    sources = [{"type": "DATASET", "namespace": space, "name": name} for space, name in inputs]
    return {"type": "DATASET", "namespace": output[0], "name": output[1], "inputs": sources}


# ── of a dataset ───────────────────────────────────────────────────────────────────────────────


def schema(fields: Iterable[Mapping[str, Any]]) -> Facet | None:
    """Columns, each `{"name", "type"?, "description"?, "fields"?}`, in their order."""
    items = [dict(one) for one in fields]
    return facet("1-2-0", "SchemaDatasetFacet", fields=items) if items else None


def version(name: str | None) -> Facet | None:
    """The version of a dataset that was read or written."""
    return facet("1-0-1", "DatasetVersionDatasetFacet", datasetVersion=name) if name else None


def dataset_type(kind: str, sub_type: str | None = None) -> Facet:
    """TABLE, VIEW, FILE, TOPIC, STREAM or MODEL, and what sort of it."""
    more = {"subType": sub_type} if sub_type else {}
    return facet("1-0-1", "DatasetTypeDatasetFacet", datasetType=kind, **more)


def data_source(name: str, uri: str | None) -> Facet:
    """Where a dataset lies."""
    return facet("1-0-1", "DatasourceDatasetFacet", name=name, **({"uri": uri} if uri else {}))


def symlinks(names: Iterable[tuple[str, str, str]]) -> Facet | None:
    """Other names of a dataset: (namespace, name, "TABLE" or "LOCATION")."""
    items = [{"namespace": space, "name": name, "type": kind} for space, name, kind in names]
    return facet("1-0-1", "SymlinksDatasetFacet", identifiers=items) if items else None


Columns = Mapping[str, Iterable[tuple[str, str, str]]]
"""Output column -> the (namespace, name, column) it was made of."""


def column_lineage(columns: Columns) -> Facet | None:
    """What each column of an output was made of."""
    fields = {
        column: {
            "inputFields": [
                {"namespace": space, "name": name, "field": field} for space, name, field in sources
            ]
        }
        for column, sources in columns.items()
    }
    return facet("1-2-0", "ColumnLineageDatasetFacet", fields=fields) if fields else None


def input_statistics(rows: int | None, size_bytes: int | None = None) -> Facet | None:
    """How much was read."""
    return _statistics("1-0-0", "InputStatisticsInputDatasetFacet", rows, size_bytes)


def output_statistics(rows: int | None, size_bytes: int | None = None) -> Facet | None:
    """How much was written."""
    return _statistics("1-0-2", "OutputStatisticsOutputDatasetFacet", rows, size_bytes)


def _statistics(
    version: str, schema: str, rows: int | None, size_bytes: int | None
) -> Facet | None:
    # A count of numpy's is one, too.
    members = {
        name: None if count is None else operator.index(count)
        for name, count in (("rowCount", rows), ("size", size_bytes))
    }
    said = {name: value for name, value in members.items() if value is not None}
    return facet(version, schema, **said) if said else None


def assertions(results: Sequence[Mapping[str, Any]]) -> Facet | None:
    """Quality tests of an input: `{"assertion", "success", "column"?, "severity"?}` each."""
    if not results:
        return None
    name = "DataQualityAssertionsDatasetFacet"
    return facet("1-1-0", name, assertions=[dict(one) for one in results])
