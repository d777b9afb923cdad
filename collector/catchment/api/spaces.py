"""Namespaces that a caller sees, for questions that are put to the database with them."""

from catchment.api.sight import Sight
from catchment.postgres.read import Questions
from catchment.postgres.read.names import NamespaceRow

# A database has hundreds.
_ALL = 1_000_000


async def seen_rows(questions: Questions, sight: Sight) -> list[NamespaceRow]:
    """All that the caller sees, by name."""
    rows = await questions.names.namespaces(None, _ALL, 0)
    return [row for row in rows if sight.sees(row.name)]


async def seen_names(questions: Questions, sight: Sight) -> list[str] | None:
    """Their names; None for a caller who sees all there are and will be."""
    if not sight.limited:
        return None
    return [row.name for row in await seen_rows(questions, sight)]
