"""The models as JSON Schema (2020-12), for other readers: `make json-schemas` writes `schemas/`.

Says what a schema can say. What the JSON itself must be like (`reading`), and that a time exists,
it cannot: `schemas/README.md` lists that.
"""

import json
import shutil
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from catchment.events.strict.choice import Bag
from catchment.events.strict.envelope import (
    DatasetEvent,
    DatasetFacets,
    InputFacets,
    JobEvent,
    JobFacets,
    OutputFacets,
    RunEvent,
    RunFacets,
)
from catchment.resources import schemas_dir

_BAGS = {
    "run": RunFacets,
    "job": JobFacets,
    "dataset": DatasetFacets,
    "input": InputFacets,
    "output": OutputFacets,
}
_EVENTS = {"run": RunEvent, "job": JobEvent, "dataset": DatasetEvent}


class _Generator(GenerateJsonSchema):
    """Pydantic's, without a title for every member."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """None is worth reading: it is the name again."""
        del schema
        return False


def schemas() -> dict[str, str]:
    """File name below `schemas/` -> what it has to hold."""
    found = {"event.json": _event()}
    for bag_name, annotated in _BAGS.items():
        found |= {f"facets/{bag_name}/{name}.json": one for name, one in _facets(annotated)}
    return {name: json.dumps(_shorter(one), indent=1) + "\n" for name, one in found.items()}


def _event() -> JsonSchemaValue:
    """Any event: told apart as we do, by what it has; what `schemaURL` says is not reliable."""
    wanted: Any = [(name, "validation", TypeAdapter(model)) for name, model in _EVENTS.items()]
    refs, together = TypeAdapter.json_schemas(wanted, schema_generator=_Generator)
    chosen: Any = False
    for name in reversed(_EVENTS):
        there = {"required": [name], "properties": {name: {"not": {"type": "null"}}}}
        chosen = {"if": there, "then": refs[name, "validation"], "else": chosen}
    return _file("An event of OpenLineage 2-0-2, as Catchment reads it.") | {
        "type": "object",
        **chosen,
        "$defs": together["$defs"],
    }


def _facets(annotated: Any) -> Iterator[tuple[str, JsonSchemaValue]]:
    bag: Bag = annotated.__metadata__[0]
    for name, model in bag.known.items():
        alone = Annotated[object, Bag({name: model}, bag.general, bag.deletable)]
        made = TypeAdapter(alone).json_schema(schema_generator=_Generator)
        yield (
            name,
            _file(f"The facet `{name}`, as Catchment reads it.")
            | made["properties"][name]
            | {key: made[key] for key in ("$defs",) if key in made},
        )


def _shorter(schema: JsonSchemaValue) -> JsonSchemaValue:
    """With long patterns once in `$defs`, by the name of their format."""
    formats: dict[str, Any] = {}

    def shorter(value: Any) -> Any:
        if isinstance(value, list):
            return [shorter(one) for one in value]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("pattern"), str) and isinstance(value.get("format"), str):
            formats[value["format"]] = value
            return {"$ref": f"#/$defs/{value['format']}"}
        return {name: shorter(member) for name, member in value.items()}

    short: JsonSchemaValue = shorter(schema)
    definitions = dict(sorted({**short.get("$defs", {}), **formats}.items()))
    return short | {"$defs": definitions}


def _file(description: str) -> JsonSchemaValue:
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$comment": "Written by make json-schemas from collector/catchment/events/strict/.",
        "description": description,
    }


def main() -> None:
    """Write all of them, and nothing else beside them."""
    folder = schemas_dir()
    shutil.rmtree(folder / "facets", ignore_errors=True)
    for name, content in schemas().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
