"""Names of datasets from what people have in hand: URLs, paths, tables. By OpenLineage's rules."""

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from catchment_emitters.core.code import without_password

_PORTS = {
    "postgres": 5432,
    "redshift": 5439,
    "mysql": 3306,
    "mssql": 1433,
    "oracle": 1521,
    "trino": 8080,
    "hive": 10000,
}
# SQLAlchemy's names of dialects, and others that people write, as OpenLineage has them.
_SCHEMES = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mariadb": "mysql",
    "mysql": "mysql",
    "mssql": "mssql",
    "sqlserver": "mssql",
    "oracle": "oracle",
    "redshift": "redshift",
    "trino": "trino",
    "hive": "hive",
}
_OBJECT_STORES = {"s3a": "s3", "s3n": "s3", "s3": "s3", "gcs": "gs", "gs": "gs"}
_EMBEDDED = {"sqlite", "duckdb"}
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")


def dataset_name(where: str | os.PathLike[str]) -> tuple[str, str]:
    """Namespace and name of a path or URL.

    `s3://bucket/key`, `gs://`, `abfss://`, `hdfs://host/path`, `kafka://host:9092/topic`,
    `postgresql://host/db.schema.table` (or `/db/schema/table`), `file:///path`, or a path, which
    is taken as an absolute one.
    """
    text = os.fspath(where)
    if not _SCHEME.match(text) or _DRIVE.match(text):
        return "file", os.path.abspath(os.path.expanduser(text))
    if text.lower().startswith("file:"):
        return "file", _file_path(text)
    parts = urlsplit(text)
    scheme = parts.scheme.lower().partition("+")[0]
    if scheme in _EMBEDDED:
        return "file", os.path.abspath(unquote(parts.path))
    if scheme in _SCHEMES:
        return database_namespace(text), unquote(parts.path).lstrip("/").replace("/", ".")
    return _place(scheme, parts.netloc), unquote(parts.path).lstrip("/")


def _place(scheme: str, netloc: str) -> str:
    if scheme in _OBJECT_STORES:
        return f"{_OBJECT_STORES[scheme]}://{netloc}"
    if not netloc:
        return scheme
    user, _, host = netloc.rpartition("@")
    # In abfss://container@account the container is no secret: it is what tells two apart.
    keep = scheme in ("abfss", "abfs", "wasbs", "wasb") and user
    return f"{scheme}://{user}@{host}" if keep else f"{scheme}://{host}"


def _file_path(text: str) -> str:
    rest = text[len("file:") :]
    if rest.startswith("//"):
        _, slash, path = rest[2:].partition("/")
        rest = slash + path
    return os.path.abspath(unquote(rest))


def database_namespace(url: str) -> str:
    """The namespace of what lies in a database, by the URL of its connection.

    A database in a file is `file`, as other files are; its tables are `PATH.TABLE` in it.
    """
    parts = urlsplit(without_password(url) or "")
    dialect = parts.scheme.lower().partition("+")[0]
    if dialect in _EMBEDDED:
        return "file"
    if dialect in ("bigquery", "snowflake"):
        return dialect if dialect == "bigquery" else f"snowflake://{parts.hostname or ''}"
    scheme = _SCHEMES.get(dialect, dialect)
    try:
        port = parts.port
    except ValueError:
        port = None
    port = port or _PORTS.get(scheme)
    host = parts.hostname or "localhost"
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"


def table_name(url: str, table: str, schema: str | None = None) -> tuple[str, str]:
    """Namespace and name of a table behind a connection URL (as SQLAlchemy writes it).

    `table` may be qualified by its schema, or by database and schema.
    """
    parts = urlsplit(url)
    dialect = parts.scheme.lower().partition("+")[0]
    database = unquote(parts.path).lstrip("/").partition("?")[0]
    if dialect in _EMBEDDED:
        path = unquote(parts.path)
        # SQLAlchemy: three slashes are a relative path, four an absolute one.
        path = path.removeprefix("/")
        place = os.path.abspath(path) if path and path != ":memory:" else ":memory:"
        return ("inmemory://", f"{dialect}.{table}") if place == ":memory:" else (
            "file", f"{place}.{_unquoted(table)}"
        )  # fmt: skip
    steps = [_unquoted(step) for step in table.split(".")]
    if len(steps) == 1:
        steps = [schema or _default_schema(dialect), *steps]
    if len(steps) == 2:
        steps = [database, *steps]
    return database_namespace(url), ".".join(step for step in steps if step)


def engine_table_name(engine: Any, table: str, schema: str | None = None) -> tuple[str, str]:
    """The same of an SQLAlchemy engine or connection."""
    url = getattr(engine, "url", None) or engine.engine.url
    return table_name(url.render_as_string(hide_password=True), table, schema)


def _default_schema(dialect: str) -> str:
    kinds: Mapping[str, str] = {"postgresql": "public", "postgres": "public", "mssql": "dbo"}
    return kinds.get(dialect, "")


def _unquoted(step: str) -> str:
    return step.strip('"`[]')
