"""Made from the models themselves, so that none is forgotten: complete values, and their rules."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, NotRequired, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

from catchment.events.strict import envelope, kinds
from catchment.events.strict.choice import Bag, ByType

Json = dict[str, Any]
_KINDS: tuple[tuple[Any, Any], ...] = (
    (kinds.Uri, "https://example.org/x?y#z"),
    (kinds.Uuid, "01890A5D-ac96-774b-bcce-b302099a8057"),
    (kinds.DateTime, "2026-03-01T12:00:00.123456789+02:00"),
    (kinds.Name, "a name"),
    (kinds.Integer, 7),
    (kinds.Positive, 1),
    (kinds.Number, -0.5),
    (str, "text"),
    (bool, False),
    (object, {"any": [1, None]}),
)


def plain(annotation: Any) -> Any:
    """Without what says only whether a member is required."""
    return get_args(annotation)[0] if get_origin(annotation) is NotRequired else annotation


def chosen_by(annotation: Any) -> Any:
    """The `Bag` or `ByType` of an annotation, if it has one."""
    given = get_args(annotation)[1] if get_origin(annotation) is Annotated else None
    return given if isinstance(given, Bag | ByType) else None


def members(model: Any) -> dict[str, Any]:
    return {name: plain(a) for name, a in get_type_hints(model, include_extras=True).items()}


def values(annotation: Any, inside: tuple[Any, ...] = ()) -> list[Any]:
    """Complete values, of which one has each choice there is; nothing is nested in itself twice."""
    for kind, value in _KINDS:
        if annotation == kind:
            return [value]
    choice, origin = chosen_by(annotation), get_origin(annotation)
    if choice:
        models = () if isinstance(choice, Bag) else choice.models
        return [value for model in models for value in _objects(model, inside)] or [{}]
    if origin is Literal:
        return list(get_args(annotation))
    if origin is list:
        return [values(get_args(annotation)[0], inside)]
    if origin is dict:
        return [{f"a/b~{n}": v for n, v in enumerate(values(get_args(annotation)[1], inside))}]
    assert is_typeddict(annotation), annotation
    return _objects(annotation, inside)


def _objects(model: Any, inside: tuple[Any, ...]) -> list[Json]:
    if inside.count(model) > 1:
        return []
    known = {key: a for key, a in members(model).items() if a != kinds.Absent}
    each = {key: values(a, (*inside, model)) for key, a in known.items() if key != "_deleted"}
    return [
        {key: some[n % len(some)] for key, some in each.items()}
        for n in range(max(map(len, each.values()), default=1))
    ]


def rules(annotation: Any, value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Each place in the value that a model names, and the model if it has to be there."""
    choice, origin = chosen_by(annotation), get_origin(annotation)
    if isinstance(choice, ByType):
        yield from rules(_model_of(choice, value), value, place)
    elif origin is list:
        for n, element in enumerate(value):
            yield from rules(get_args(annotation)[0], element, f"{place}/{n}")
    elif origin is dict:
        for key, member in value.items():
            below = f"{place}/{key.replace('~', '~0').replace('/', '~1')}"
            yield from rules(get_args(annotation)[1], member, below)
    elif is_typeddict(annotation):
        for key, inner in members(annotation).items():
            if key in value:
                yield f"{place}/{key}", annotation if key in annotation.__required_keys__ else None
                yield from rules(inner, value[key], f"{place}/{key}")


def _model_of(choice: ByType, value: Json) -> Any:
    return next(
        model
        for model in choice.models
        if get_args(get_type_hints(model)["type"])[0] == value["type"]
        if model.__required_keys__ <= value.keys()
    )


RUN_EVENT, JOB_EVENT, DATASET_EVENT = (
    values(model)[0] for model in (envelope.RunEvent, envelope.JobEvent, envelope.DatasetEvent)
)
BAGS: dict[str, Bag] = {
    "/run/facets": chosen_by(envelope.RunFacets),
    "/job/facets": chosen_by(envelope.JobFacets),
    "/inputs/0/facets": chosen_by(envelope.DatasetFacets),
    "/inputs/0/inputFacets": chosen_by(envelope.InputFacets),
    "/outputs/0/outputFacets": chosen_by(envelope.OutputFacets),
}
FACETS = [
    (bag, name, model) for bag, facets in BAGS.items() for name, model in facets.known.items()
]


def at(value: Any, place: str) -> tuple[Any, Any]:
    """What holds the place, and its key there."""
    *path, last = [s.replace("~1", "/").replace("~0", "~") for s in place.split("/")[1:]]
    for step in path:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value, int(last) if isinstance(value, list) else last
