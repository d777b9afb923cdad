"""Plans of named queries, for whoever makes sure that no large table is read as a whole."""

from collections.abc import Iterable, Sequence

import asyncpg

from catchment.postgres.statements import SQL

Question = tuple[str, str, str, Sequence[str]]
"""Query, types of its parameters, their values as SQL, and indexes that must be used."""


async def require_indexes(
    database_url: str, world: str, mode: str, questions: Iterable[Question], tables: Sequence[str]
) -> None:
    """In a world of many rows none of these tables is scanned, in either mode of plans."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(world)
        await connection.execute("vacuum analyze")
        await connection.execute(f"set plan_cache_mode = {mode}")
        for number, (name, types, given, indexes) in enumerate(questions):
            await connection.execute(f"prepare q{number} ({types}) as {SQL[name]}")
            plan = await connection.fetch(f"explain execute q{number} ({given})")
            text = "\n".join(row[0] for row in plan)
            for table in tables:
                assert f"Seq Scan on {table} " not in text, (name, text)
            for index in indexes:
                assert index in text, (name, text)
    finally:
        await connection.close()
