"""Facets of datasets that are about columns."""

from typing import NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import DeletableFacet, Identifier
from catchment.events.strict.kinds import Integer


class SchemaField(TypedDict):
    """A column, or a part of a nested one."""

    name: str
    type: NotRequired[str]
    description: NotRequired[str]
    ordinal_position: NotRequired[Integer]
    fields: NotRequired[list["SchemaField"]]


class SchemaDatasetFacet(DeletableFacet):
    """`schema` (1-2-0): the columns.

    It gives the columns of the dataset and the version of its schema, has history, and its words
    are searched.
    """

    fields: NotRequired[list[SchemaField]]


class Transformation(TypedDict):
    """What was done with a column on the way."""

    type: str
    subtype: NotRequired[str]
    description: NotRequired[str]
    masking: NotRequired[bool]


class InputField(Identifier):
    """A column that another one comes from."""

    field: str
    transformations: NotRequired[list[Transformation]]


class OutputField(TypedDict):
    """What one column comes from."""

    inputFields: list[InputField]
    transformationDescription: NotRequired[str]
    transformationType: NotRequired[str]


class ColumnLineageDatasetFacet(DeletableFacet):
    """`columnLineage` (1-2-0): column by column; `dataset` lists what affects all of them.

    It gives the edges between columns, and edges and pairs of datasets of basis `column`.
    """

    fields: dict[str, OutputField]
    dataset: NotRequired[list[InputField]]
