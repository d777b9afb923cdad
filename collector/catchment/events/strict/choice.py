"""Bags of facets, and one of several models: the two things that a plain annotation cannot say.

What was chosen is no part of the input, but Pydantic names it in the place of an error. Choices
are numbered below zero, as no element of an array is, so that `wording` can leave them out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

Model = Any
"""A TypedDict; there is no type for "a class of that kind"."""


@dataclass(frozen=True, slots=True)
class Bag:
    """Facets by name: the known ones as they must be, any other as a facet in general must be.

    `general` is also all that a tombstone has to be, where facets can be deleted.
    """

    known: Mapping[str, Model]
    general: Model
    deletable: bool = False

    def __get_pydantic_core_schema__(
        self, _source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """How Pydantic is told."""
        general = handler.generate_schema(self.general)
        fields = {}
        for name, model in self.known.items():
            schema = handler.generate_schema(model)
            if self.deletable:
                schema = core_schema.tagged_union_schema(
                    {-1: general, -2: schema}, discriminator=_is_tombstone
                )
            fields[name] = core_schema.typed_dict_field(schema, required=False)
        return core_schema.typed_dict_schema(
            fields, extra_behavior="allow", extras_schema=general, strict=True
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The same as JSON Schema."""
        bag = _plain(schema, "typed-dict")
        general = handler(bag["extras_schema"])
        properties = {}
        for name, field in bag["fields"].items():
            if self.deletable:
                live = handler(_plain(field["schema"], "tagged-union")["choices"][-2])
                tombstone = {"required": ["_deleted"], "properties": {"_deleted": {"const": True}}}
                properties[name] = {"if": tombstone, "then": general, "else": live}
            else:
                properties[name] = handler(field["schema"])
        return {"type": "object", "properties": properties, "additionalProperties": general}


def _is_tombstone(facet: object) -> int:
    return -1 if isinstance(facet, dict) and facet.get("_deleted") is True else -2


@dataclass(frozen=True, slots=True)
class ByType:
    """One of several models, told apart by their member `type`.

    Of models with one and the same `type`, the first is meant by whoever gives any other member
    that it needs; else the last.
    """

    models: tuple[Model, ...]

    def __get_pydantic_core_schema__(
        self, _source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """How Pydantic is told."""
        types = _types(self.models)
        one_of = core_schema.literal_schema(list(dict.fromkeys(types)))
        unknown = core_schema.typed_dict_schema({"type": core_schema.typed_dict_field(one_of)})
        choices: dict[int, CoreSchema] = {-1: unknown}
        for n, model in enumerate(self.models, 2):
            choices[-n] = handler.generate_schema(model)
        return core_schema.tagged_union_schema(choices, discriminator=self._chooser(types))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The same as JSON Schema."""
        choices = _plain(schema, "tagged-union")["choices"]
        by_type = self._by_type(_types(self.models))
        return {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": list(by_type)}},
            "allOf": [
                {
                    "if": {"required": ["type"], "properties": {"type": {"const": kind}}},
                    "then": _first_needed([(need, handler(choices[tag])) for need, tag in found]),
                }
                for kind, found in by_type.items()
            ],
        }

    def _by_type(self, types: list[str]) -> dict[str, list[tuple[frozenset[str], int]]]:
        needs = [frozenset(model.__required_keys__) - {"type"} for model in self.models]
        by_type: dict[str, list[tuple[frozenset[str], int]]] = {}
        for n, (kind, need) in enumerate(zip(types, needs, strict=True), 2):
            by_type.setdefault(kind, []).append((need, -n))
        return by_type

    def _chooser(self, types: list[str]) -> Callable[[object], int]:
        by_type = self._by_type(types)

        def choose(value: object) -> int:
            kind = value.get("type") if isinstance(value, dict) else None
            found = by_type.get(kind) if isinstance(kind, str) else None
            if found is None:
                return -1
            return next((tag for need, tag in found if not need.isdisjoint(value)), found[-1][1])  # type: ignore[arg-type]  # a dict, as was seen

        return choose


def _types(models: tuple[Model, ...]) -> list[str]:
    return [get_args(get_type_hints(model)["type"])[0] for model in models]


def _first_needed(models: list[tuple[frozenset[str], JsonSchemaValue]]) -> JsonSchemaValue:
    (need, schema), *others = models
    if not others:
        return schema
    any_of_it = {"anyOf": [{"required": [name]} for name in sorted(need)]}
    return {"if": any_of_it, "then": schema, "else": _first_needed(others)}


def _plain(schema: Any, kind: str) -> Any:
    """The core schema itself, of what Pydantic may have put around it."""
    assert schema["type"] == kind, schema["type"]
    return schema
