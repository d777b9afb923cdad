"""Partitions of a run: which they are, the time that they are for, and what they read."""

from datetime import UTC, datetime
from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.facets import Bag, Facet
from catchment_emitters.dagster.datasets import subset

PARTITION = "dagster/partition"
_FIRST = "dagster/asset_partition_range_start"
_LAST = "dagster/asset_partition_range_end"
PARTITIONS_READ_MAX = 1_000
"""Of one input; a read of more is a read of the dataset."""


def partitions_of(run: Any) -> tuple[str, str] | None:
    """The first and the last partition that a run is for."""
    one = run.tags.get(PARTITION)
    if one is not None:
        return one, one
    first, last = run.tags.get(_FIRST), run.tags.get(_LAST)
    return (first, last) if first is not None and last is not None else None


def nominal_time(definition: Any, bounds: tuple[str, str] | None) -> Facet | None:
    """The time window of the partitions, if they are partitions of time."""
    if definition is None or bounds is None:
        return None
    try:
        timed, keys = _of_time(definition, bounds)
        if timed is None:
            return None
        start = timed.time_window_for_partition_key(keys[0]).start
        end = timed.time_window_for_partition_key(keys[1]).end
        return facets.nominal_time(_rfc3339(start), _rfc3339(end))
    except Exception:
        # Partitions were defined otherwise since.
        return None


def _of_time(definition: Any, bounds: tuple[str, str]) -> tuple[Any, tuple[str, str]]:
    if hasattr(definition, "time_window_for_partition_key"):
        return definition, bounds
    for dimension in getattr(definition, "partitions_defs", ()):
        if hasattr(dimension.partitions_def, "time_window_for_partition_key"):
            first, last = (
                definition.get_partition_key_from_str(key).keys_by_dimension[dimension.name]
                for key in bounds
            )
            return dimension.partitions_def, (first, last)
    return None, bounds


def read_partitions(
    graph: Any, node: Any, parent: Any, bounds: tuple[str, str] | None
) -> Bag:  # fmt: skip
    """`inputFacets` of a parent: which of its partitions these partitions are made of."""
    if bounds is None or node.partitions_def is None or not graph.has(parent):
        return {}
    upstream = graph.get(parent).partitions_def
    if upstream is None:
        return {}
    try:
        from dagster import PartitionKeyRange

        keys = node.partitions_def.get_partition_keys_in_range(PartitionKeyRange(*bounds))
        mapping = graph.get_partition_mapping(node.key, parent)
        mapped = mapping.get_upstream_mapped_partitions_result_for_partitions(
            node.partitions_def.subset_with_partition_keys(keys), node.partitions_def, upstream
        )
        found = sorted(mapped.partitions_subset.get_partition_keys())
    except Exception:
        return {}
    if not found or len(found) > PARTITIONS_READ_MAX:
        return {}
    return {"subset": subset("Input", {str(key): _by_dimension(key) for key in found})}


def _by_dimension(key: Any) -> dict[str, str]:
    return dict(sorted(getattr(key, "keys_by_dimension", {}).items()))


def _rfc3339(at: datetime) -> str:
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
