"""Write `migrations/schema.sql`: today's schema as one readable file, made by the migrations.

    python -m catchment.postgres.schema_dump [--check]

Builds a throw-away database, applies every migration, and writes what the catalogs then say, in one
fixed order; `--check` writes nothing and fails if the file differs. It reads the catalogs itself,
because not every installation has pg_dump, and pg_dump's text differs between versions.
"""

import asyncio
import sys
from pathlib import Path

import asyncpg

from catchment import resources
from catchment.errors import CatchmentError
from catchment.postgres import migrations
from catchment.postgres.connect import connect
from catchment.postgres.embedded import throw_away
from catchment.postgres.statements import SQL

_HEADER = """\
-- Today's schema, for reading. Generated from the migrations by `make schema`; do not edit.

-- Functions are in order of name, and may call later ones, and ask tables that come after them.
set check_function_bodies = off;
"""
# Asked in this order, and each answers its objects in order of name. Those that need several lines
# each are set apart by empty ones.
_LONG = frozenset({"schema_tables", "schema_views", "schema_functions"})
_PARTS = (
    "schema_extensions",
    "schema_types",
    "schema_sequences",
    # Before tables, for generated columns call some.
    "schema_functions",
    "schema_tables",
    "schema_foreign_keys",
    "schema_indexes",
    "schema_views",
    "schema_triggers",
    "schema_comments",
)


async def dump(connection: asyncpg.Connection) -> str:
    """The schema of the database, less the record of migrations, as SQL text."""
    paragraphs = [_HEADER]
    for part in _PARTS:
        statements = [f"{row[0]};\n" for row in await connection.fetch(SQL[part])]
        if statements:
            paragraphs.append(("\n" if part in _LONG else "").join(statements))
    return "\n".join(paragraphs)


async def dump_migrated(folder: Path | None = None) -> str:
    """The schema that a folder's migrations make (this program's own by default)."""
    async with throw_away() as server:
        connection = await connect(server.dsn)
        try:
            await migrations.migrate(connection, folder)
            return await dump(connection)
        finally:
            await connection.close()


def main(arguments: list[str]) -> int:
    """Write the file, or compare; the exit status says whether all is well."""
    path = resources.migrations_dir() / migrations.SNAPSHOT_NAME
    try:
        text = asyncio.run(dump_migrated())
    except CatchmentError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if arguments != ["--check"]:
        path.write_text(text)
        return 0
    if path.exists() and path.read_text() == text:
        return 0
    sys.stderr.write(f"{path.name} is not what the migrations make: run `make schema`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
