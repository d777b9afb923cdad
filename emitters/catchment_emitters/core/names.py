"""Names of datasets from what people have in hand: URLs, paths, tables. By OpenLineage's rules."""

import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from catchment_emitters.core.urls import CONTAINERS, without_password

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
_OBJECT_STORES = {
    "s3a": "s3", "s3n": "s3", "s3": "s3", "gcs": "gs", "gs": "gs"
} | {scheme: scheme for scheme in CONTAINERS}  # fmt: skip
_EMBEDDED = {"sqlite", "duckdb"}
# What has no schemas between its databases and its tables.
_TWO_LEVELS = {"mysql", "hive", "oceanbase", "teradata"}
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_JDBC = re.compile(r"^jdbc:", re.IGNORECASE)


def dataset_name(where: str | os.PathLike[str]) -> tuple[str, str]:
    """Namespace and name of a path or URL.

    `s3://bucket/key`, `gs://`, `abfss://`, `hdfs://host/path`, `kafka://host:9092/topic`,
    `postgresql://host/db.schema.table` (or `/db/schema/table`), `file:///path`, or a path, which
    is taken as an absolute one. Keys of object stores stay as they are written.
    """
    text = os.fspath(where)
    if not _SCHEME.match(text) or _DRIVE.match(text):
        return "file", os.path.abspath(os.path.expanduser(text))
    if text.lower().startswith("file:"):
        return _file_name(text)
    text = _JDBC.sub("", text)
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower().partition("+")[0]
    if scheme in _OBJECT_STORES:
        bucket, _, key = rest.partition("/")
        # In abfss://container@account the container is no secret: it is what tells two apart.
        bucket = bucket if scheme in CONTAINERS else bucket.rpartition("@")[2]
        return f"{_OBJECT_STORES[scheme]}://{bucket}", key
    parts = urlsplit(without_password(text))
    scheme = parts.scheme.lower().partition("+")[0]
    if scheme in _EMBEDDED:
        path = _embedded_path(parts)
        return ("file", path) if path else ("inmemory://", scheme)
    if scheme in _SCHEMES or scheme in ("bigquery", "snowflake"):
        return database_namespace(text), ".".join(_database_steps(parts))
    namespace = f"{scheme}://{parts.netloc}" if parts.netloc else scheme
    # Spark keeps the first slash of what lies in HDFS, and it knows no escapes in paths.
    path = "/" + parts.path.lstrip("/") if scheme == "hdfs" else unquote(parts.path).lstrip("/")
    return namespace, path


def _file_name(text: str) -> tuple[str, str]:
    rest, host = text[len("file:") :], ""
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        rest = slash + path
    if rest.startswith("/"):
        rest = "/" + rest.lstrip("/")  # two slashes would stay two
    path = os.path.abspath(unquote(rest))
    host = host.rpartition("@")[2]
    return (f"file://{host}" if host and host.lower() != "localhost" else "file"), path


def _embedded_path(parts: SplitResult) -> str | None:
    """The file of a database; None in memory. Three slashes: relative; four: absolute."""
    path = unquote(parts.path).removeprefix("/")
    if not path or path == ":memory:":
        return None
    return os.path.abspath("/" + path.lstrip("/") if path.startswith("/") else path)


def _database_steps(parts: SplitResult) -> list[str]:
    """What the path of a URL says: database, or catalogue and schema; in BigQuery the project."""
    project = [parts.netloc] if parts.scheme.lower().startswith("bigquery") else []
    return [step for step in (*project, *unquote(parts.path).split("/")) if step]


def database_namespace(url: str) -> str:
    """The namespace of what lies in a database, by the URL of its connection.

    A database in a file is `file`, as other files are; its tables are `PATH.TABLE` in it.
    """
    parts = urlsplit(without_password(_JDBC.sub("", url)))
    dialect = parts.scheme.lower().partition("+")[0]
    if dialect in _EMBEDDED:
        return "file"
    if dialect in ("bigquery", "snowflake"):
        return dialect if dialect == "bigquery" else f"snowflake://{parts.hostname or ''}"
    scheme = _SCHEMES.get(dialect, dialect)
    host, port = _server(parts)
    port = port or _PORTS.get(scheme)
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"


def _server(parts: SplitResult) -> tuple[str, int | None]:
    """Host and port; libpq takes both from the query, too."""
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.hostname:
        return parts.hostname, port
    said = parse_qs(parts.query)
    host, _, after = said.get("host", [""])[0].partition(",")[0].partition(":")
    after = after or said.get("port", [""])[0]
    # A path is the directory of a socket: of this machine.
    host = host.lower() if host and not host.startswith("/") else "localhost"
    return host, int(after) if after.isdigit() else port


def table_name(url: str, table: str, schema: str | None = None) -> tuple[str, str]:
    """Namespace and name of a table behind a connection URL (as SQLAlchemy writes it).

    `table` may be qualified by its schema, or by database and schema.
    """
    url = without_password(_JDBC.sub("", url))
    parts = urlsplit(url)
    dialect = parts.scheme.lower().partition("+")[0]
    if dialect in _EMBEDDED:
        path = _embedded_path(parts)
        if path is None:
            return "inmemory://", f"{dialect}.{table}"
        return "file", f"{path}.{_unquoted(table)}"
    steps = [_unquoted(step) for step in table.split(".")]
    if len(steps) == 1 and (outer := schema or _default_schema(dialect)):
        steps = [*outer.split("."), *steps]
    levels = 2 if _SCHEMES.get(dialect, dialect) in _TWO_LEVELS else 3
    around = _database_steps(parts)[: max(0, levels - len(steps))]
    return database_namespace(url), ".".join(step for step in (*around, *steps) if step)


def engine_table_name(engine: Any, table: str, schema: str | None = None) -> tuple[str, str]:
    """The same of an SQLAlchemy engine or connection."""
    url = getattr(engine, "url", None) or engine.engine.url
    return table_name(url.render_as_string(hide_password=True), table, schema)


def _default_schema(dialect: str) -> str:
    kinds: Mapping[str, str] = {"postgresql": "public", "postgres": "public", "mssql": "dbo"}
    return kinds.get(dialect, "")


def _unquoted(step: str) -> str:
    return step.strip('"`[]')
