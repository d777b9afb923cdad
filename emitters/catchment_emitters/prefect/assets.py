"""Assets as datasets, and what people say of them with `add_asset_metadata`.

Of the metadata these have a meaning; the rest is shown as it is (facet `prefect_asset_metadata`):

    row_count, size_bytes   how much was written
    version                 the version that was written, a digest for example
    schema                  columns: {name: type}, [name, ...] or [{"name", "type"}, ...]
    column_lineage          {column: [(asset key, column), ...]}
    dataset_type, sub_type  "MODEL", "TABLE", "FILE", ...
    metrics                 {name: number}, of a model
"""

from collections.abc import Iterable, Mapping
from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.events import Dataset
from catchment_emitters.core.facets import Bag, Facet, bag, custom
from catchment_emitters.core.names import dataset_name
from catchment_emitters.core.parameters import as_text
from catchment_emitters.core.policy import Policy

COLUMNS_MAX = 2_000
_MEANT = (
    "row_count", "size_bytes", "version", "schema", "column_lineage", "dataset_type", "sub_type",
    "metrics",
)  # fmt: skip


def key_of(asset: Any) -> tuple[str, str]:
    """Namespace and name of the dataset that an asset, or an asset's key, is."""
    namespace, name = dataset_name(getattr(asset, "key", asset))
    return namespace, name or "/"


def as_input(asset: Any, version: str | None = None) -> Dataset:
    """An asset as a run reads it, in a version if that is known."""
    namespace, name = key_of(asset)
    return Dataset(namespace, name, _said(asset) | bag(version=facets.version(version)))


def as_output(asset: Any, metadata: Mapping[str, Any], policy: Policy) -> Dataset:
    """An asset as a run writes it, with what was said of it."""
    namespace, name = key_of(asset)
    said = _said(asset) | bag(
        version=facets.version(version_in(metadata)),
        schema=facets.schema(_columns(metadata.get("schema"))),
        columnLineage=facets.column_lineage(_lineage(metadata.get("column_lineage"))),
        datasetType=_type(metadata),
    )
    rows, size = _count(metadata.get("row_count")), _count(metadata.get("size_bytes"))
    of_write = bag(
        outputStatistics=facets.output_statistics(rows, size),
        catchment_model=facets.metrics(_numbers(metadata.get("metrics"))),
        prefect_asset_metadata=_rest(metadata, policy),
    )
    return Dataset(namespace, name, said, of_write)


def version_in(metadata: Mapping[str, Any]) -> str | None:
    """The version that the metadata says was written."""
    said = metadata.get("version")
    return str(said) if isinstance(said, str | int) and not isinstance(said, bool) else None


def _said(asset: Any) -> Bag:
    properties = getattr(asset, "properties", None)
    if properties is None:
        return {}
    shown = {name: getattr(properties, name) for name in ("name", "url")}
    return bag(
        documentation=facets.documentation("Dataset", properties.description),
        ownership=facets.ownership("Dataset", properties.owners or ()),
        prefect_asset=custom(
            "DatasetFacet",
            key=asset.key,
            **{name: value for name, value in shown.items() if value},
        ),
    )


def _count(said: Any) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else None


def _columns(said: Any) -> list[dict[str, Any]]:
    if isinstance(said, Mapping):
        return [{"name": str(name), "type": str(kind)} for name, kind in said.items()][:COLUMNS_MAX]
    if not isinstance(said, list | tuple):
        return []
    columns = []
    for one in said[:COLUMNS_MAX]:
        if isinstance(one, Mapping):
            told = {key: str(one[key]) for key in ("name", "type", "description") if one.get(key)}
            columns += [told] if "name" in told else []
        else:
            columns.append({"name": str(one)})
    return columns


def _lineage(said: Any) -> dict[str, list[tuple[str, str, str]]]:
    if not isinstance(said, Mapping):
        return {}
    return {
        str(column): list(_sources(sources)) for column, sources in list(said.items())[:COLUMNS_MAX]
    }


def _sources(said: Any) -> Iterable[tuple[str, str, str]]:
    for one in said if isinstance(said, list | tuple) else ():
        if isinstance(one, list | tuple) and len(one) == 2:
            yield (*key_of(one[0]), str(one[1]))


def _type(metadata: Mapping[str, Any]) -> Facet | None:
    kind, sub_type = metadata.get("dataset_type"), metadata.get("sub_type")
    return facets.dataset_type(str(kind), str(sub_type) if sub_type else None) if kind else None


def _numbers(said: Any) -> dict[str, float]:
    if not isinstance(said, Mapping):
        return {}
    return {
        str(name): float(value)
        for name, value in said.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _rest(metadata: Mapping[str, Any], policy: Policy) -> Facet | None:
    rest = {str(name): value for name, value in metadata.items() if name not in _MEANT}
    shown: dict[str, Any] = dict(as_text(rest, policy))
    for name in shown:
        # What JSON has names for stays what it is, unless it is hidden.
        if _is_plain(rest[name]) and not policy.is_secret(name):
            shown[name] = rest[name]
    if not shown:
        return None
    return custom("OutputDatasetFacet", metadata=shown)


def _is_plain(value: Any) -> bool:
    if type(value) is int:
        return abs(value) < 2**63
    return value is None or type(value) in (bool, float)
