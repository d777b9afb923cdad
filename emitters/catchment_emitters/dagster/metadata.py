"""Metadata of assets as facets: what Dagster has names for, and figures and words of the user's.

Metadata stands on definitions and on materialisations, and is read alike.
"""

import os
from collections.abc import Mapping
from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.events import Dataset
from catchment_emitters.core.facets import Bag, Facet
from catchment_emitters.core.names import dataset_name
from catchment_emitters.core.parameters import HIDDEN
from catchment_emitters.core.policy import Policy
from catchment_emitters.dagster.names import Names

DATASET_TYPE = "catchment/dataset_type"
"""Metadata that says a facet `datasetType`: "MODEL", or "MODEL/sklearn" with what sort of it."""
NAMESPACE = "catchment/namespace"
"""Metadata that says where a relation lies: `postgres://warehouse:5432`."""

_RELATION = ("dagster/relation_identifier", "dagster/table_name")
_ROWS = ("dagster/row_count", "dagster/partition_row_count")
_NAMED = frozenset({
    *_RELATION, *_ROWS, "dagster/uri", "dagster/column_schema", "dagster/column_lineage",
    "dagster/code_references", DATASET_TYPE, NAMESPACE,
})  # fmt: skip
KINDS = {
    "model": "MODEL",
    "ml_model": "MODEL",
    "table": "TABLE",
    "view": "VIEW",
    "file": "FILE",
    "topic": "TOPIC",
    "stream": "STREAM",
}
"""Kinds of assets that say what sort of dataset they are."""

ENTRIES_MAX = 100
TEXT_CHARACTERS_MAX = 1_000


def plain(value: Any) -> Any:
    """What a MetadataValue holds."""
    return getattr(value, "value", value)


def dataset_facets(metadata: Mapping[str, Any], names: Names, partitioned: bool) -> Bag:
    """Facets of a dataset that its metadata says."""
    kind, _, sort = str(plain(metadata.get(DATASET_TYPE)) or "").partition("/")
    uri = _text(metadata, "dagster/uri")
    return facets.bag(
        schema=_schema(metadata),
        columnLineage=_column_lineage(metadata, names),
        symlinks=_symlinks(metadata, partitioned),
        dataSource=facets.data_source(dataset_name(uri)[0], uri) if uri else None,
        datasetType=facets.dataset_type(kind.upper(), sort or None) if kind else None,
    )


def output_facets(metadata: Mapping[str, Any], named: Mapping[str, Any], policy: Policy) -> Bag:
    """Facets of one write. `named`: what else is told of it, in `dagster_materialization`."""
    is_model = str(plain(metadata.get(DATASET_TYPE)) or "").upper().startswith("MODEL")
    more = _others(metadata, policy)
    members = {**named, **({"metadata": more} if more else {})}
    return facets.bag(
        outputStatistics=facets.output_statistics(_rows(metadata)),
        catchment_model=figures(metadata) if is_model else None,
        dagster_materialization=facets.custom("OutputDatasetFacet", **members) if members else None,
    )


def figures(metadata: Mapping[str, Any]) -> Facet | None:
    """The numbers in a model's metadata: how good it is."""
    numbers = {
        name: float(plain(value))
        for name, value in sorted(metadata.items())
        if name not in _NAMED and _is_number(plain(value))
    }
    return facets.metrics(numbers)


def columns_of(metadata: Mapping[str, Any], names: Names) -> list[Dataset]:
    """The assets that column lineage names: they were read."""
    lineage = plain(metadata.get("dagster/column_lineage"))
    deps = getattr(lineage, "deps_by_column", {})
    keys = {one.asset_key for column in deps.values() for one in column}
    return [Dataset(*names.asset(key)) for key in sorted(keys)]


def _schema(metadata: Mapping[str, Any]) -> Facet | None:
    schema = plain(metadata.get("dagster/column_schema"))
    columns = [_column(one) for one in getattr(schema, "columns", ())]
    return facets.schema(columns)


def _column(column: Any) -> dict[str, Any]:
    said = {"type": column.type, "description": column.description}
    constraints = column.constraints
    if constraints is not None:
        rules = [*(constraints.other or [])]
        rules += [] if constraints.nullable else ["not null"]
        rules += ["unique"] if constraints.unique else []
        said["constraints"] = rules or None
    return {"name": column.name, **{name: value for name, value in said.items() if value}}


def _column_lineage(metadata: Mapping[str, Any], names: Names) -> Facet | None:
    lineage = plain(metadata.get("dagster/column_lineage"))
    deps = getattr(lineage, "deps_by_column", {})
    columns = {
        column: [(*names.asset(one.asset_key), one.column_name) for one in sources]
        for column, sources in sorted(deps.items())
    }
    return facets.column_lineage(columns)


def _symlinks(metadata: Mapping[str, Any], partitioned: bool) -> Facet | None:
    found: list[tuple[str, str, str]] = []
    relation = next((text for name in _RELATION if (text := _text(metadata, name))), None)
    place = _text(metadata, NAMESPACE) or os.environ.get("OPENLINEAGE_RELATION_NAMESPACE")
    # A relation without its server could be that of any server.
    if relation and place:
        found.append((place, relation, "TABLE"))
    # One partition's file is no name of the whole.
    paths = ["dagster/uri"] + ([] if partitioned else ["path"])
    for where in filter(None, (_text(metadata, name) for name in paths)):
        if "://" in where or where.startswith("/"):
            found.append((*dataset_name(where), "LOCATION"))
    return facets.symlinks(dict.fromkeys(found))


def _rows(metadata: Mapping[str, Any]) -> int | None:
    for name in _ROWS:
        rows = plain(metadata.get(name))
        if isinstance(rows, int) and not isinstance(rows, bool) and rows >= 0:
            return rows
    return None


def _others(metadata: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """Plain values under names of the user's, a secret's hidden; of all else nothing."""
    shown: dict[str, Any] = {}
    for name, value in sorted(metadata.items()):
        inner = plain(value)
        if name in _NAMED or len(shown) >= ENTRIES_MAX:
            continue
        if policy.is_secret(name):
            shown[name] = HIDDEN
        elif isinstance(inner, str):
            shown[name] = inner[:TEXT_CHARACTERS_MAX]
        elif isinstance(inner, bool) or _is_number(inner):
            shown[name] = inner
    return shown


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or value - value == 0


def _text(metadata: Mapping[str, Any], name: str) -> str | None:
    value = plain(metadata.get(name))
    return value if isinstance(value, str) and value else None
