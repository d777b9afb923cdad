"""`subset` of inputs and outputs: which part of a dataset was read or written."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.base import Facet
from catchment.events.strict.choice import ByType


class LocationCondition(TypedDict):
    """These locations."""

    type: Literal["location"]
    locations: list[str]


class Partition(TypedDict):
    """One partition."""

    dimensions: dict[str, object]
    identifier: NotRequired[str]


class PartitionCondition(TypedDict):
    """These partitions."""

    type: Literal["partition"]
    partitions: list[Partition]


class FieldExpression(TypedDict):
    """The value of a field."""

    type: Literal["field"]
    field: str


class LiteralExpression(TypedDict):
    """A value."""

    type: Literal["literal"]
    value: str


Expression = Annotated[object, ByType((FieldExpression, LiteralExpression))]


class CompareCondition(TypedDict):
    """What compares like this."""

    type: Literal["compare"]
    left: Expression
    right: Expression
    comparison: str


class BinaryCondition(TypedDict):
    """Two conditions in one."""

    type: Literal["binary"]
    left: "Condition"
    right: "Condition"
    operator: str


Condition = Annotated[
    object, ByType((LocationCondition, PartitionCondition, CompareCondition, BinaryCondition))
]


class InputSubsetInputDatasetFacet(Facet):
    """`subset` (1-0-0) of an input: what of it was read.

    It is shown with the read, and on its edge in provenance.
    """

    inputCondition: Condition


class OutputSubsetOutputDatasetFacet(Facet):
    """`subset` (1-0-0) of an output: what of it was written.

    It is shown with the write, its edge in provenance, and the version that it made.
    """

    outputCondition: Condition
