"""What a run says of the datasets that it reads and writes."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from catchment_emitters.core import facets
from catchment_emitters.core.active import ActiveRun
from catchment_emitters.core.events import Dataset
from catchment_emitters.plain.digest import FileVersion, digest
from catchment_emitters.plain.frames import Columns, fields_of, shape_of
from catchment_emitters.plain.places import Place, Where, place_of

Sources = Iterable[tuple[Any, str]]
ColumnSources = Mapping[str, Sources | tuple[Any, str]]
"""Output column -> the (where, column) pairs that it was made of."""


def say_input(
    run: ActiveRun,
    where: Where,
    data: object = None,
    *,
    columns: Columns | None = None,
    rows: int | None = None,
    version: object = None,
    type: str | None = None,  # noqa: A002 - as in reporter.py
) -> None:
    """The run reads this, as it is now.

    The version of a file is that of its first mention: what is read later in the run was there.
    """
    place = place_of(where)
    if version is None and place.path is not None and not _dated(run.known_read(place.key)):
        version = digest(place.path)
    shape = shape_of(data)
    run.read(
        Dataset(
            place.namespace,
            place.name,
            _facets(place, columns, shape.fields, version, type),
            facets.bag(
                inputStatistics=facets.input_statistics(shape.rows if rows is None else rows)
            ),
        )
    )


def say_output(
    run: ActiveRun,
    where: Where,
    data: object = None,
    *,
    columns: Columns | None = None,
    column_lineage: ColumnSources | None = None,
    rows: int | None = None,
    version: object = None,
    type: str | None = None,  # noqa: A002 - as in reporter.py
    since: float = 0.0,
    more: facets.Bag | None = None,
    more_io: facets.Bag | None = None,
) -> None:
    """The run writes this. The version of a file is what it holds when the run ends.

    `since`: when the run began, seconds since 1970; `more`, `more_io`: facets beside these.
    """
    place = place_of(where)
    shape = shape_of(data)
    counted = facets.output_statistics(shape.rows if rows is None else rows)
    run.write(
        Dataset(
            place.namespace,
            place.name,
            _facets(place, columns, shape.fields, version, type)
            | facets.bag(columnLineage=lineage_facet(column_lineage))
            | (more or {}),
            facets.bag(outputStatistics=counted) | (more_io or {}),
        ),
        FileVersion(place.path, since) if version is None and place.path is not None else None,
    )


def say_columns(run: ActiveRun, columns: ColumnSources, of: Where | None = None) -> None:
    """What the columns of an output are made of; `of`: which, if there are several.

    Raises:
        ValueError: there is not exactly one output so far, and none is named.
    """
    if of is not None:
        key = place_of(of).key
    else:
        known = run.written()
        if len(known) != 1:
            raise ValueError(f"the run has {len(known)} outputs so far: say whose columns, by `of`")
        key = known[0].key
    run.write(Dataset(*key, facets.bag(columnLineage=lineage_facet(columns))))


def lineage_facet(columns: ColumnSources | None) -> facets.Facet | None:
    """The facet `columnLineage`."""
    if not columns:
        return None
    found: dict[str, list[tuple[str, str, str]]] = {}
    for column, sources in columns.items():
        pairs: Any = [sources] if _is_pair(sources) else sources
        found[str(column)] = [(*place_of(where).key, str(field)) for where, field in pairs]
    return facets.column_lineage(found)


def _is_pair(sources: Any) -> bool:
    """One (where, column) by itself."""
    if not isinstance(sources, tuple) or len(sources) != 2 or not isinstance(sources[1], str):
        return False
    # Two names in a tuple are (where, column), for a pair's second part is no string.
    return isinstance(sources[0], str | os.PathLike | tuple)


def _facets(
    place: Place,
    columns: Columns | None,
    fields: list[dict[str, Any]] | None,
    version: object,
    kind: str | None,
) -> facets.Bag:
    return facets.bag(
        schema=facets.schema(fields_of(columns) or fields or place.fields or ()),
        version=facets.version(None if version is None else str(version)),
        datasetType=facets.dataset_type(kind) if kind else None,
    )


def _dated(dataset: Dataset | None) -> bool:
    return dataset is not None and "version" in dataset.facets
