"""`validate`: one line for each problem, as compilers write them."""

import sys
from collections.abc import Iterator
from typing import Any

from catchment.app.validate import Checked, validate
from catchment.cli.files import opened
from catchment.cli.say import answer, answer_json, printable, remark
from catchment.errors import BadQuestion, Problem
from catchment.settings import Settings

_LISTED_MAX = 10_000


def run_validate(settings: Settings, paths: list[str], as_json: bool) -> None:
    """Check everything; exit code 1 if anything is not valid."""
    count = invalid = unread = 0
    listed: list[dict[str, Any]] = []
    for checked in _each(settings, paths):
        if checked.number is None:
            unread += 1
        else:
            count += 1
            invalid += bool(checked.problems)
        if not as_json:
            for line in _lines(checked):
                answer(line)
        elif len(listed) < _LISTED_MAX:
            listed.extend(_rows(checked))
    if as_json:
        fine = not (invalid or unread)
        answer_json({"valid": fine, "events": count, "invalid": invalid, "problems": listed})
    elif count or not unread:
        events = "1 event" if count == 1 else f"{count} events"
        remark(f"{events}, {f'{invalid} of them not' if invalid else 'all'} valid.")
    if invalid or unread:
        sys.exit(1)


def _each(settings: Settings, paths: list[str]) -> Iterator[Checked]:
    for path in paths:
        try:
            with opened(path) as file:
                yield from validate(settings, path, file)
        except BadQuestion as error:
            yield Checked(path, None, (Problem("", str(error)),))


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
