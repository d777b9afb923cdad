"""Sources: what was said of each name, put together when it is asked for."""

import msgspec

from catchment.events.names import from_text, stored_namespaces, to_text
from catchment.events.secrets import without_secrets
from catchment.postgres.asking import Asking


class SourceRow(msgspec.Struct, frozen=True):
    """Where datasets lie. `uri` is empty where nobody shows one; there are no secrets in it.

    `type` and `description` are what people said of it.
    """

    name: str
    uri: str
    first_us: int
    last_us: int
    type: str | None
    description: str | None


class Sources(Asking):
    """Lists sources. Which rows there are to be put together, the view `source_said` says."""

    async def page(self, namespaces: list[str] | None, limit: int, offset: int) -> list[SourceRow]:
        """Sources by name, as the datasets of these namespaces (None: of all) show them."""
        rows = await self.ask("list_sources", limit, offset, stored_namespaces(namespaces))
        return [_row(*row) for row in rows]

    async def one(self, name: str, namespaces: list[str] | None) -> SourceRow | None:
        """The source of this name, if those namespaces have it."""
        rows = await self.ask(
            "one_source", to_text(without_secrets(name)), stored_namespaces(namespaces)
        )
        return _row(*rows[0]) if rows else None


def _row(name: str, first_us: int, last_us: int, uri: str | None, *said: str | None) -> SourceRow:
    kind, description = (from_text(one) if one else None for one in said)
    return SourceRow(from_text(name), from_text(uri or ""), first_us, last_us, kind, description)
