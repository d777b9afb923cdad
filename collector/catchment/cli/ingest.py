"""`ingest`: open the files, draw progress, say what became of the events."""

import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from catchment.app.ingest import Step, ingest
from catchment.cli.files import open_file
from catchment.cli.say import answer, answer_json, printable, remark
from catchment.settings import Settings

_FAILURES_SHOWN_MAX = 10


def run_ingest(settings: Settings, paths: list[str], restart: bool, as_json: bool) -> None:
    """Store everything; exit code 1 if something could not be used."""
    with ExitStack() as stack:
        files = [(path, stack.enter_context(open_file(path))) for path in paths]
        steps = asyncio.run(_work(settings, files, restart, as_json))
    summary = _summary(steps)
    if as_json:
        answer_json(summary)
    else:
        _tell(summary)
    if summary["dead_letters"]:
        sys.exit(1)


async def _work(
    settings: Settings, files: list[tuple[str, IO[bytes]]], restart: bool, as_json: bool
) -> list[Step]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    last: dict[str, Step] = {}
    console = Console(stderr=True)
    quiet = as_json or not console.is_terminal
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=quiet) as progress:
        tasks = {path: progress.add_task(printable(path), total=_size(path)) for path, _ in files}
        async for step in ingest(settings, files, restart=restart):
            last[step.path] = step
            progress.update(tasks[step.path], completed=step.read_bytes)
    return list(last.values())


def _size(path: str) -> int | None:
    return Path(path).stat().st_size if path != "-" else None


def _summary(steps: list[Step]) -> dict[str, Any]:
    return {
        "stored": sum(step.tally.stored for step in steps),
        "repeats": sum(step.tally.repeats for step in steps),
        "skipped": sum(step.skipped for step in steps),
        "dead_letters": sum(step.tally.dead for step in steps),
        "failures": [
            {"path": step.path, "number": number, "reason": reason}
            for step in steps
            for number, reason in step.tally.failures
        ],
    }


def _tell(summary: dict[str, Any]) -> None:
    answer(
        f"{summary['stored']} stored, {summary['repeats']} were there already, "
        f"{summary['dead_letters']} could not be used."
    )
    if summary["skipped"]:
        remark(
            f"{summary['skipped']} were done before an interruption (--restart does them again)."
        )
    for failure in summary["failures"][:_FAILURES_SHOWN_MAX]:
        where = printable(f"{failure['path']}, event {failure['number']}")
        remark(f"  {where}: {printable(failure['reason'])}")
    if summary["dead_letters"] > _FAILURES_SHOWN_MAX:
        remark(f"  ... and {summary['dead_letters'] - _FAILURES_SHOWN_MAX} more.")
