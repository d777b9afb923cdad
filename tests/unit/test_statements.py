"""Named queries: the loader's form, and that every query is used and every use is a query."""

import re
from pathlib import Path

import pytest

import catchment
from catchment.postgres.statements import SQL, MalformedStatement, load

GOOD = """\
-- A file may say what it is about.

-- name: first
-- Because it comes first.
select 1;

-- name: second
-- Because
-- there is one.
select 2
from t;  -- not a line of its own
"""


def test_reads_names_and_queries() -> None:
    assert load({"a.sql": GOOD}) == {
        "first": "/* first */ select 1",
        "second": "/* second */ select 2\nfrom t;  -- not a line of its own",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("select 1;", "SQL before the first"),
        ("-- name: a\nselect 1;", "no comment that says why"),
        ("-- name: a\n--\nselect 1;", "no comment that says why"),
        ("-- name: a\n-- Why.\n", "has no SQL"),
        ("-- name: A b\n-- Why.\nselect 1;", "not a query's name"),
        ("-- name: a\n-- Why.\nselect 1;\n-- name: a\n-- Why.\nselect 2;", "already the name"),
    ],
)
def test_refuses_what_is_malformed(text: str, says: str) -> None:
    with pytest.raises(MalformedStatement, match=rf"a\.sql: .*{says}"):
        load({"a.sql": text})


def test_one_name_occurs_once_in_all_files() -> None:
    with pytest.raises(MalformedStatement, match=r"b\.sql: first is already"):
        load({"a.sql": GOOD, "b.sql": GOOD})


def test_every_query_is_used() -> None:
    room = Path(catchment.__file__).parent / "postgres"
    code = "\n".join(path.read_text() for path in room.rglob("*.py"))
    unused = [name for name in SQL if not re.search(rf'"{name}"', code)]
    assert unused == []


def test_every_use_is_a_query() -> None:
    room = Path(catchment.__file__).parent / "postgres"
    code = "\n".join(path.read_text() for path in room.rglob("*.py") if path.stem != "statements")
    assert set(re.findall(r'SQL\["(\w+)"\]', code)) <= set(SQL)
