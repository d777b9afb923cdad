"""Assets as datasets that a run read or wrote, from the events that Dagster keeps of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.events import Dataset
from catchment_emitters.core.facets import Bag, Facet
from catchment_emitters.core.policy import Policy
from catchment_emitters.dagster import metadata as meta
from catchment_emitters.dagster.names import Names
from catchment_emitters.dagster.upstream import DATA_VERSION, Upstream

CODE_VERSION = "dagster/code_version"
_INPUT_VERSION = ("dagster/input_data_version/", "dagster/input_logical_version/")
_INPUT_POINTER = "dagster/input_event_pointer/"
_NEVER = ("INITIAL", "NULL")
_SUBSET = "BaseSubsetDatasetFacet"


@dataclass(frozen=True, slots=True)
class Written:
    """A write: of which dataset, made of what."""

    dataset: Dataset
    inputs: list[Dataset] = field(default_factory=list)


def written(
    materialization: Any, names: Names, run_id: str, upstream: Upstream, policy: Policy
) -> Written:
    """An AssetMaterialization: the output with its version, and the versions it was made of."""
    tags: Mapping[str, str] = materialization.tags or {}
    partition = materialization.partition
    said = materialization.metadata
    version = tags.get(DATA_VERSION) or tags.get("dagster/logical_version")
    of_dataset = facets.bag(
        version=facets.version(version),
        documentation=facets.documentation("Dataset", materialization.description),
    )
    more = meta.output_facets(said, _named(tags, run_id, partition, version), policy)
    if partition is not None:
        more["subset"] = subset("Output", {str(partition): _dimensions(tags)})
    dataset = Dataset(
        *names.asset(materialization.asset_key),
        of_dataset | meta.dataset_facets(said, names, partition is not None),
        more,
    )
    inputs = {one.key: one for one in meta.columns_of(said, names)}
    inputs |= {one.key: one for one in _inputs(tags, names, partition, upstream)}
    return Written(dataset, list(inputs.values()))


def observed(observation: Any, names: Names) -> Dataset:
    """An AssetObservation: the dataset as it was seen."""
    tags: Mapping[str, str] = observation.tags or {}
    version = tags.get(DATA_VERSION)
    of_dataset = facets.bag(
        version=facets.version(version),
        documentation=facets.documentation("Dataset", observation.description),
    )
    partition = observation.partition
    more: Bag = {}
    if partition is not None:
        more["subset"] = subset("Input", {str(partition): _dimensions(tags)})
    return Dataset(
        *names.asset(observation.asset_key),
        of_dataset | meta.dataset_facets(observation.metadata, names, partition is not None),
        more,
    )


Partitions = Mapping[str, Mapping[str, str]]
"""Keys of partitions, each with its key in each dimension; none where there is but one."""


def subset(side: str, partitions: Partitions) -> Facet:
    """Which partitions. `side`: "Input" or "Output"."""
    url = f"https://openlineage.io/spec/facets/1-0-0/{_SUBSET}.json"
    said = [
        {"identifier": key, "dimensions": dict(dimensions) or {"partition": key}}
        for key, dimensions in partitions.items()
    ]
    return {
        "_producer": facets.PRODUCER,
        "_schemaURL": f"{url}#/$defs/{side}Subset{side}DatasetFacet",
        f"{side.lower()}Condition": {"type": "partition", "partitions": said},
    }


def _dimensions(tags: Mapping[str, str]) -> dict[str, str]:
    prefix = "dagster/partition/"
    return {
        tag.removeprefix(prefix): key for tag, key in sorted(tags.items()) if tag.startswith(prefix)
    }


def combined(before: Dataset, later: Dataset) -> Dataset:
    """Two writes of a dataset by one step: of two partitions, or of one again."""
    one, two = _partitions(before), _partitions(later)
    if not one or not two or one == two:
        return before.merged(later)
    both = before.merged(later)
    io_facets = dict(both.io_facets)
    io_facets["subset"] = subset("Output", one | two)
    rows = [_rows(before), _rows(later)]
    if None not in rows:
        statistics = facets.output_statistics(sum(filter(None, rows)))
        io_facets |= facets.bag(outputStatistics=statistics)
    of_dataset = dict(both.facets)
    if before.facets.get("version") != later.facets.get("version"):
        # Each partition has a version; the whole has none that Dagster would name.
        of_dataset.pop("version", None)
    versions = _versions(before) | _versions(later)
    if versions:
        io_facets["dagster_partitions"] = facets.custom("OutputDatasetFacet", versions=versions)
    return Dataset(both.namespace, both.name, of_dataset, io_facets)


def _versions(dataset: Dataset) -> dict[str, str]:
    known: dict[str, str] = dataset.io_facets.get("dagster_partitions", {}).get("versions", {})
    said = dataset.facets.get("version", {}).get("datasetVersion")
    return known or {one: said for one in _partitions(dataset) if said}


def _partitions(dataset: Dataset) -> dict[str, Mapping[str, str]]:
    condition = dataset.io_facets.get("subset", {}).get("outputCondition", {})
    return {one["identifier"]: one["dimensions"] for one in condition.get("partitions", [])}


def _rows(dataset: Dataset) -> int | None:
    rows: int | None = dataset.io_facets.get("outputStatistics", {}).get("rowCount")
    return rows


def _named(
    tags: Mapping[str, str], run_id: str, partition: str | None, version: str | None
) -> dict[str, Any]:
    code = tags.get(CODE_VERSION)
    said = {
        # Where the user gives none, Dagster writes the id of the run.
        "code_version": code if code != run_id else None,
        "data_version": version,
        "partition": str(partition) if partition is not None else None,
        "data_version_by_user": tags.get("dagster/data_version_is_user_provided") == "true" or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _inputs(
    tags: Mapping[str, str], names: Names, partition: str | None, upstream: Upstream
) -> list[Dataset]:  # fmt: skip
    found = []
    for tag, said in sorted(tags.items()):
        prefix = next((one for one in _INPUT_VERSION if tag.startswith(one)), None)
        if prefix is None:
            continue
        key = tag.removeprefix(prefix)
        pointer = tags.get(_INPUT_POINTER + key)
        # INITIAL is no version: nothing was ever seen to write it.
        version = None if said in _NEVER else upstream.version(key, said, pointer, partition)
        more = {"event_pointer": pointer} if pointer and pointer not in _NEVER else {}
        if version != said and said not in _NEVER:
            more["data_version"] = said
        noted = facets.custom("InputDatasetFacet", **more) if more else None
        found.append(
            Dataset(
                names.datasets,
                key,
                facets.bag(version=facets.version(version)),
                facets.bag(dagster_input=noted),
            )
        )
    return found
