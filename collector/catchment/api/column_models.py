"""Answer models of column lineage."""

from typing import Any, Literal

from catchment.api.models import Answer


class InputField(Answer):
    """A column that another one was made of."""

    namespace: str
    dataset: str
    dataset_version: str | None
    field: str
    transformation_description: str | None
    transformation_type: str | None


class ColumnData(Answer):
    """A column; `fieldType` is empty where no schema tells it."""

    namespace: str
    dataset: str
    dataset_version: str | None
    field: str
    field_type: str
    transformation_description: str | None
    transformation_type: str | None
    input_fields: list[InputField]


class ColumnEdge(Answer):
    """An edge between two columns, or (of `influences`) with a whole dataset at one end.

    As in Marquez `inEdges` are reversed: origin is the node itself, destination what it was made
    of. `jobs` say so; `stale`: the latest completed run of none of them did.
    """

    origin: str
    destination: str
    kind: Literal["DIRECT", "INDIRECT"]
    transformations: list[Any]
    jobs: list[str]
    stale: bool


class ColumnNode(Answer):
    """A column in its graph."""

    id: str
    type: Literal["DATASET_FIELD"]
    data: ColumnData
    in_edges: list[ColumnEdge]
    out_edges: list[ColumnEdge]


class ColumnGraph(Answer):
    """Columns by id. `influences` are true edges (origin upstream) that are not of one column each.

    `frontier`: where to go on if the answer was cut.
    """

    graph: list[ColumnNode]
    influences: list[ColumnEdge]
    truncated: bool
    frontier: list[str]
