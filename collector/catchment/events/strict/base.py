"""What every facet must be; members that no model names are let through, as in the schemas."""

from typing import NotRequired

from typing_extensions import TypedDict

from catchment.events.strict.kinds import Uri


class Facet(TypedDict):
    """A facet of a run, or of one read or write."""

    _producer: Uri
    _schemaURL: Uri


class DeletableFacet(Facet):
    """A facet of a job or dataset; with `_deleted: true` it is a tombstone and needs no more."""

    _deleted: NotRequired[bool]


class Tag(TypedDict):
    """A tag of a run or job; of a dataset see `DatasetTag`."""

    key: str
    value: str
    source: NotRequired[str]


class Owner(TypedDict):
    """Who answers for a job or dataset."""

    name: str
    type: NotRequired[str]


class Identifier(TypedDict):
    """The name of a job or dataset inside a facet."""

    namespace: str
    name: str
