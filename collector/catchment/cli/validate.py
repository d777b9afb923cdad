"""`validate`: one line for each problem, as compilers write them."""

import sys
from collections.abc import Iterator
from typing import Any

from catchment.app.validate import Checked, validate
from catchment.cli.files import open_file
from catchment.cli.say import answer, answer_json, printable, remark
from catchment.settings import Settings

_LISTED_MAX = 10_000


def run_validate(settings: Settings, paths: list[str], as_json: bool) -> None:
    """Check everything; exit code 1 if anything is not valid."""
    count = invalid = 0
    listed: list[dict[str, Any]] = []
    for checked in _each(settings, paths):
        count += checked.number is not None
        invalid += bool(checked.problems)
        if not as_json:
            for line in _lines(checked):
                answer(line)
        elif len(listed) < _LISTED_MAX:
            listed.extend(_rows(checked))
    if as_json:
        answer_json({"valid": not invalid, "events": count, "invalid": invalid, "problems": listed})
    else:
        events = "1 event" if count == 1 else f"{count} events"
        remark(f"{events}, {f'{invalid} of them not' if invalid else 'all'} valid.")
    if invalid:
        sys.exit(1)


def _each(settings: Settings, paths: list[str]) -> Iterator[Checked]:
    for path in paths:
        with open_file(path) as file:
            yield from validate(settings, path, file)


def _lines(checked: Checked) -> Iterator[str]:
    where = [checked.path] if checked.number is None else [f"{checked.path}:{checked.number}"]
    for pointer, reason in checked.problems:
        yield printable(": ".join([*where, *filter(None, [pointer]), reason]))


def _rows(checked: Checked) -> Iterator[dict[str, Any]]:
    for pointer, reason in checked.problems:
        yield {
            "path": checked.path,
            "number": checked.number,
            "pointer": pointer,
            "reason": reason,
        }
