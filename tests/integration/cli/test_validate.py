"""`catchment validate` as a person types it: no server, no database."""

import gzip
import json
from pathlib import Path

import pytest
import zstandard

from catchment.settings import load
from tests.integration.cli.test_commands import catchment, says
from tests.integration.http.conftest import event

WRONG = event(run={"runId": "run-1"})
SAYS = "/run/runId: must be a UUID, as 01890a5d-ac96-774b-bcce-b302099a8057"


def test_files_of_all_kinds(tmp_path: Path) -> None:
    one = tmp_path / "one.json"
    one.write_text(json.dumps(event(), indent=2))
    array = tmp_path / "array.json.zst"
    array.write_bytes(zstandard.compress(json.dumps([event(), WRONG]).encode()))
    lines = tmp_path / "lines.ndjson.gz"
    lines.write_bytes(gzip.compress(f"{json.dumps(event())}\n\n{{}}\nno json".encode()))
    text = says(catchment("validate", *map(str, (one, array, lines))), 1)
    assert text.splitlines()[:2] == [
        f"{array}:1: {SAYS}",
        f"{lines}:1: neither run, job nor dataset",
    ]
    assert f"{lines}:2: not JSON: no value that JSON knows at byte 0" in text
    assert "6 events, 3 of them not valid." in text


def test_what_is_valid_ends_with_zero() -> None:
    text = says(catchment("validate", "-", stdin=json.dumps(event()).encode()), 0)
    assert text == "1 event, all valid.\n"


def test_answers_for_programs(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text(json.dumps(WRONG))
    done = catchment("validate", str(file), "--json")
    says(done, 1)
    pointer, reason = SAYS.split(": ", 1)
    problem = {"path": str(file), "number": 0, "pointer": pointer, "reason": reason}
    assert json.loads(done.stdout) == {
        "valid": False,
        "events": 1,
        "invalid": 1,
        "problems": [problem],
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[1,", "The body is not JSON"),
        (b"\x1f\x8b broken", "not valid gzip"),
        (b'{"a":"' + b"x" * 3_000_000 + b'"}', "CATCHMENT_BODY_BYTES_MAX"),
    ],
)
def test_a_file_that_cannot_be_taken_apart(tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "broken"
    file.write_bytes(content)
    text = says(catchment("validate", str(file), body_bytes_max=1_000_000), 1)
    assert text.startswith(f"{file}: ")
    assert sentence in text


def test_a_file_that_is_not_there() -> None:
    text = says(catchment("validate", "/no/such/file"), 1)
    assert text == "/no/such/file: It cannot be read: No such file or directory.\n"


def test_the_setting_has_two_values() -> None:
    assert load(validation="strict").validation == "strict"
    assert load().validation == "lenient"
    text = says(catchment("serve", validation="strictly"), 1)
    assert "CATCHMENT_VALIDATION" in text


def test_ingest_is_as_strict_as_the_server(tmp_path: Path, database_url: str) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text(f"{json.dumps(event())}\n{json.dumps(WRONG)}")
    done = catchment(
        "ingest", str(file), database_url=database_url, data_dir=tmp_path, validation="strict"
    )
    text = says(done, 1)
    assert "1 stored, 0 were there already, 1 could not be used." in text
    assert SAYS in text
