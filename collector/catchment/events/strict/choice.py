"""Bags of facets, and one of several models: the two things that a plain annotation cannot say.

What was chosen is no part of the input, but Pydantic names it in the place of an error. Choices
are numbered below zero, as no element of an array is, so that `wording` can leave them out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from pydantic import GetCoreSchemaHandler
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
        types = [get_args(get_type_hints(model)["type"])[0] for model in self.models]
        one_of = core_schema.literal_schema(list(dict.fromkeys(types)))
        unknown = core_schema.typed_dict_schema({"type": core_schema.typed_dict_field(one_of)})
        choices: dict[int, CoreSchema] = {-1: unknown}
        for n, model in enumerate(self.models, 2):
            choices[-n] = handler.generate_schema(model)
        return core_schema.tagged_union_schema(choices, discriminator=self._chooser(types))

    def _chooser(self, types: list[str]) -> Callable[[object], int]:
        needs = [frozenset(model.__required_keys__) - {"type"} for model in self.models]
        by_type: dict[str, list[tuple[frozenset[str], int]]] = {}
        for n, (kind, need) in enumerate(zip(types, needs, strict=True), 2):
            by_type.setdefault(kind, []).append((need, -n))

        def choose(value: object) -> int:
            kind = value.get("type") if isinstance(value, dict) else None
            found = by_type.get(kind) if isinstance(kind, str) else None
            if found is None:
                return -1
            return next((tag for need, tag in found if not need.isdisjoint(value)), found[-1][1])  # type: ignore[arg-type]  # a dict, as was seen

        return choose
