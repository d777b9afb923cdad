"""Requests made from the OpenAPI document, mixed with what a small world is known to hold."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

import schemathesis
from hypothesis import strategies as st
from schemathesis.generation.case import Case as AnyCase
from schemathesis.generation.modes import GenerationMode
from schemathesis.schemas import APIOperation

from tests.integration.http import contract_world as world

Json = dict[str, Any]
Case: TypeAlias = AnyCase[Any]
Operation: TypeAlias = APIOperation[Any, Any, Any, Any]
UTF8 = ("utf-8", "surrogatepass")
_COLUMN = f"datasetField:{world.SPACE}:{world.TABLE}:{world.FIELD}"
_ORDERS = {"namespace": world.SPACE, "dataset": world.TABLE, "name": world.TABLE}
_MARKS = {"tag": "höchst geheim/é %", "source": world.SPACE, "what": "jobs", "period": "DAY"}
# What belongs together: taken whole, an answer is found; in part, some of it is unknown.
KNOWN: list[Json] = [
    _ORDERS
    | {"job": world.JOB, "run": world.LOADED, "runId": world.LOADED, "version": "v/1 %", "seq": 0}
    | {"nodeId": f"dataset:{world.SPACE}:{world.TABLE}", "kind": "dataset", "type": "run"}
    | {"field": world.FIELD, "q": "orders", "timezone": "Asia/Kathmandu", **_MARKS},
    _ORDERS
    | {"job": "train", "run": world.FAILED, "runId": world.TRAINED, "version": world.NO_VERSION}
    | {"nodeId": _COLUMN, "kind": "datasetField", "field": world.FIELD, "type": "job", "seq": 3},
    {"namespace": world.SPACE, "job": world.JOB, "name": world.JOB, "kind": "job", "seq": 10}
    | {"dataset": "only declared", "nodeId": f"job:{world.SPACE}:{world.JOB}", "run": world.LATE}
    | {"runId": "not-a-uuid", "type": "dataset"},
    {"namespace": "models", "dataset": world.MODEL, "name": world.MODEL, "nodeId": "run:flow-1"}
    | {"model": world.MODEL}
    | {"job": "x", "run": "flow-1", "runId": "flow-1", "kind": "dead-letter", "seq": 12},
    # In a path a lone surrogate is `%ED%A0%80`; a query cannot say it.
    {"namespace": "odd", "job": "\ud800", "run": "odd", "runId": "odd", "dataset": "x", "seq": 11},
]
# Waiting for what will not come takes seconds, and is tested elsewhere.
_MIN_SEQ_MAX = 5


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context: Any, value: Any) -> bytes:
    """Lines as they were made; whatever else was made, as one line."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode(*UTF8)


def in_path(value: object) -> str:
    """As it stands in a path."""
    return quote(str(value).encode(*UTF8), safe="")


def found(operation: Operation, known: Sequence[Json]) -> Iterator[Case]:
    """Requests for what there is: with all parameters that the world can fill, and nothing else."""
    in_query = [parameter.name for parameter in operation.query]
    places = [parameter.name for parameter in operation.path_parameters]
    for one in known:
        if all(name in one for name in places):
            query = {name: one[name] for name in in_query if name in one}
            path = {name: in_path(one[name]) for name in places}
            yield operation.Case(path_parameters=path, query=query)


@st.composite
def cases(draw: st.DrawFn, operation: Operation, known: Sequence[Json]) -> Case:
    """A request as the document allows it, or one that it does not allow."""
    modes = [GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    case: Case = draw(st.sampled_from(modes).flatmap(operation.as_strategy))
    one = draw(st.sampled_from(known))
    whole = draw(st.booleans())
    for name in case.path_parameters:
        if name in one and draw(st.integers(0, 4)):
            case.path_parameters[name] = in_path(one[name])
    for name in (parameter.name for parameter in operation.query):
        if name in one and (whole or name in case.query) and draw(st.integers(0, 4)):
            case.query[name] = one[name]
    if "minSeq" in case.query:
        case.query["minSeq"] = draw(st.integers(-1, _MIN_SEQ_MAX))
    return case
