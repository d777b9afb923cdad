"""Load the named queries of `sql/*.sql` once, as literal strings: `SQL["insert_runs"]`.

A file is a row of queries, each under a name and at least one sentence that says why it is so:

    -- name: current_version
    -- The greatest version wins, because migrations only go forward.
    select max(version) from schema_migration;

A name keeps its query findable in the server's own views (it travels as a short comment).
Malformed files fail at import, never at the first use. Knows no query and no connection.
"""

import re
from collections.abc import Iterator, Mapping
from importlib import resources
from types import MappingProxyType

_NAME = re.compile(r"^-- name: *(?P<name>[a-z][a-z0-9_]*) *$")


class MalformedStatement(ValueError):
    """A `.sql` file does not follow the form above: a fault of the program, found at import."""


def parse(text: str, source: str) -> Iterator[tuple[str, str]]:
    """The (name, query) pairs of one file; `source` names it in errors."""
    name, lines = "", list[str]()
    for line in text.splitlines():
        if not line.startswith("-- name:"):
            lines.append(line)
            continue
        yield from _statement(name, lines, source)
        found = _NAME.match(line)
        if found is None:
            raise MalformedStatement(f"{source}: not a query's name: {line!r}")
        name, lines = found["name"], []
    yield from _statement(name, lines, source)


def _statement(name: str, lines: list[str], source: str) -> Iterator[tuple[str, str]]:
    comments = [line for line in lines if line.lstrip().startswith("--")]
    code = [line for line in lines if line.strip() and not line.lstrip().startswith("--")]
    if not name:
        if code:
            raise MalformedStatement(f"{source}: SQL before the first '-- name:' line")
        return
    if not code:
        raise MalformedStatement(f"{source}: {name} has no SQL")
    if not any(line.strip(" -") for line in comments):
        raise MalformedStatement(f"{source}: {name} has no comment that says why")
    body = "\n".join(code).strip().removesuffix(";")
    yield name, f"/* {name} */ {body}"


def load(texts: Mapping[str, str]) -> Mapping[str, str]:
    """All queries of several files (file name -> text); a name may occur once in all of them."""
    found: dict[str, str] = {}
    for source, text in sorted(texts.items()):
        for name, query in parse(text, source):
            if name in found:
                raise MalformedStatement(f"{source}: {name} is already the name of another query")
            found[name] = query
    return MappingProxyType(found)


def _packaged() -> Mapping[str, str]:
    folder = resources.files("catchment.postgres") / "sql"
    entries = (entry for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {entry.name: entry.read_text(encoding="utf-8") for entry in entries}


SQL: Mapping[str, str] = load(_packaged())
"""Every query of the program by name; an unknown name is a KeyError."""
