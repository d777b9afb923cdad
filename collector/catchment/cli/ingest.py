"""`ingest`: open what is to be read, draw progress, say what became of it, however it ended."""

import os
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from catchment.app.ingest import Step, ingest, ingest_marquez
from catchment.cli.files import opened
from catchment.cli.running import Ended, run
from catchment.cli.say import answer, answer_json, printable, remark
from catchment.errors import CatchmentError
from catchment.settings import Settings

_FAILURES_SHOWN_MAX = 10
Steps = dict[str, Step]


def run_ingest(settings: Settings, paths: list[str], restart: bool, as_json: bool) -> None:
    """Store everything in files; exit code 1 if something could not be used."""
    steps: Steps = {}
    _run(_read_files(settings, paths, restart, as_json, steps), steps, as_json)


def run_ingest_marquez(settings: Settings, url: str, restart: bool, as_json: bool) -> None:
    """Store all run events of a Marquez; the same otherwise."""
    steps: Steps = {}
    _run(_read_marquez(settings, url, restart, as_json, steps), steps, as_json)


def _run(work: Coroutine[Any, Any, None], steps: Steps, as_json: bool) -> None:
    why: CatchmentError | None = None
    ended: Ended | None = None
    try:
        run(work)
    except CatchmentError as error:
        why = error
    except Ended as end:
        ended = end
    summary = _summary(list(steps.values()), why)
    if as_json:
        answer_json(summary)
    else:
        _tell(summary, why)
    if ended is not None:
        raise ended
    if summary["dead_letters"] or summary["errors"]:
        sys.exit(1)


async def _read_files(
    settings: Settings, paths: list[str], restart: bool, as_json: bool, steps: Steps
) -> None:
    """Keep the last step of each file in `steps`."""
    with _progress(DownloadColumn(), as_json) as progress:
        # A file that is named twice is read once.
        tasks = {path: progress.add_task(printable(path), total=_size(path)) for path in paths}
        async for step in ingest(settings, tasks, opened, restart=restart):
            steps[step.path] = step
            progress.update(tasks[step.path], completed=step.read)


async def _read_marquez(
    settings: Settings, url: str, restart: bool, as_json: bool, steps: Steps
) -> None:
    key = os.environ.get("MARQUEZ_API_KEY") or None
    with _progress(MofNCompleteColumn(), as_json) as progress:
        task = progress.add_task("events", total=None)
        async for step in ingest_marquez(settings, url, key, restart=restart):
            steps[step.path] = step
            total = None if step.total is None else max(step.total, step.read)
            progress.update(task, completed=step.read, total=total)


def _progress(how_far: ProgressColumn, as_json: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        how_far,
        TimeRemainingColumn(),
        console=console,
        disable=as_json or not console.is_terminal,
    )


def _size(path: str) -> int | None:
    try:
        return Path(path).stat().st_size if path != "-" else None
    except OSError:  # which is said when it is to be opened
        return None


def _summary(steps: list[Step], why: CatchmentError | None) -> dict[str, Any]:
    """What became of the events. `errors`: files, or all of it (`path` null), that went wrong.

    `skipped` elements of files, and events of a Marquez before `resumed`, were done before.
    """
    errors: list[dict[str, Any]] = [
        {"path": step.path, "number": step.skipped + step.tally.done, "reason": str(step.broken)}
        for step in steps
        if step.broken is not None
    ]
    if why is not None:
        errors.append({"path": None, "number": None, "reason": str(why)})
    return {
        "stored": sum(step.tally.stored for step in steps),
        "repeats": sum(step.tally.repeats for step in steps),
        "skipped": sum(step.skipped for step in steps),
        "resumed": next((_iso(step.resumed_us) for step in steps if step.resumed_us), None),
        "dead_letters": sum(step.tally.dead for step in steps),
        "failures": [
            {"path": step.path, "number": number, "reason": reason}
            for step in steps
            for number, reason in step.tally.failures
        ],
        "errors": errors,
    }


def _iso(us: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).isoformat()


def _tell(summary: dict[str, Any], why: CatchmentError | None) -> None:
    answer(
        f"{summary['stored']} stored, {summary['repeats']} were there already, "
        f"{summary['dead_letters']} could not be used."
    )
    if summary["skipped"]:
        remark(
            f"{summary['skipped']} were done before an interruption (--restart does them again)."
        )
    if summary["resumed"]:
        remark(f"It went on from {summary['resumed']} (--restart begins with the oldest event).")
    for failure in summary["failures"][:_FAILURES_SHOWN_MAX]:
        where = printable(f"{failure['path']}, event {failure['number']}")
        remark(f"  {where}: {printable(failure['reason'])}")
    if summary["dead_letters"] > _FAILURES_SHOWN_MAX:
        remark(f"  ... and {summary['dead_letters'] - _FAILURES_SHOWN_MAX} more.")
    for error in summary["errors"]:
        if error["path"] is not None:
            place = f", after {error['number']} events" if error["number"] else ""
            remark(printable(f"{error['path']}{place}: {error['reason']}"))
    if why is not None:
        remark(printable(str(why)))
