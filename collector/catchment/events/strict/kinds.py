"""The kinds of values that facets are made of, with the formats of the official schemas asserted.

A null is never of a kind: what is not known is left out. What is found wrong is worded here where
the kind has a name of its own, else in `wording`.
"""

from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from catchment.events.names import NAME_CHARS_MAX
from catchment.events.times import read_time

_UNRESERVED = r"A-Za-z0-9\-._~!$&'()*+,;="
_ENCODED = r"%[0-9A-Fa-f]{2}"
_PATH = rf"(?:[{_UNRESERVED}:@/]|{_ENCODED})*"
_QUERY = rf"(?:[{_UNRESERVED}:@/?]|{_ENCODED})*"
_HOST = rf"(?:\[[0-9A-Fa-fvV:.]+\]|(?:[{_UNRESERVED}]|{_ENCODED})*)"
_AUTHORITY = rf"//(?:(?:[{_UNRESERVED}:]|{_ENCODED})*@)?{_HOST}(?::[0-9]*)?(?:/{_PATH})?"
_NO_AUTHORITY = rf"(?:/?(?:[{_UNRESERVED}:@]|{_ENCODED}){_PATH}|/)?"
URI = (
    rf"^[A-Za-z][A-Za-z0-9+.\-]*:(?:{_AUTHORITY}|{_NO_AUTHORITY})"
    rf"(?:\?{_QUERY})?(?:#{_QUERY})?$"
)
"""RFC 3986: with a scheme, and of ASCII."""
UUID = r"^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$"
"""RFC 9562, of any version."""
DATE_TIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
    r"(?:[Zz]|[+\-][0-9]{2}:[0-9]{2})$"
)
"""RFC 3339, which means with an offset."""


def _existing(text: str) -> str:
    if read_time(text) is None:
        raise PydanticCustomError("no_such_time", "no time that exists (years 1 to 9999 in UTC)")
    return text


def _integer(value: object) -> object:
    # JSON knows one kind of number: 1.0 is an integer.
    if type(value) is int or (type(value) is float and value.is_integer()):
        return value
    raise PydanticCustomError("integer", "must be an integer")


def _positive(value: object) -> object:
    if _integer(value) < 1:  # type: ignore[operator]  # it is an integer
        raise PydanticCustomError("positive", "must be at least 1")
    return value


def _number(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise PydanticCustomError("number", "must be a number")


def _absent(_value: object) -> object:
    raise PydanticCustomError("absent", "must not be in an event about a job")


Uri = Annotated[
    str,
    StringConstraints(pattern=URI),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": URI}),
]
Uuid = Annotated[
    str,
    StringConstraints(pattern=UUID),
    WithJsonSchema({"type": "string", "format": "uuid", "pattern": UUID}),
]
DateTime = Annotated[
    str,
    StringConstraints(pattern=DATE_TIME),
    AfterValidator(_existing),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": DATE_TIME}),
]
Name = Annotated[str, Field(min_length=1, max_length=NAME_CHARS_MAX)]
"""What the graph needs to place something: neither empty nor endless."""
Integer = Annotated[int, PlainValidator(_integer), WithJsonSchema({"type": "integer"})]
Positive = Annotated[
    int, PlainValidator(_positive), WithJsonSchema({"type": "integer", "minimum": 1})
]
Number = Annotated[float, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Absent = Annotated[None, PlainValidator(_absent), WithJsonSchema({"not": {}})]

FORMATS = {
    URI: "must be a URI with a scheme, such as https://example.org/x (RFC 3986)",
    UUID: "must be a UUID, as 01890a5d-ac96-774b-bcce-b302099a8057",
    DATE_TIME: "must be a date-time with an offset, as 2026-01-31T12:00:00Z (RFC 3339)",
}
