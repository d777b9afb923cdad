"""`serve` and `migrate`: run the composition root. Knows no room below it."""

import uvloop

from catchment.app.database import database, make_ready
from catchment.app.serve import serve
from catchment.cli.running import run
from catchment.cli.say import answer
from catchment.settings import Settings


def run_serve(settings: Settings) -> None:
    """Serve until a signal; one line with the URL when ready."""
    uvloop.run(serve(settings, answer_ready))


def answer_ready(url: str) -> None:
    """The one line on stdout, at once even into a pipe."""
    print(f"Catchment is ready at {url}", flush=True)  # noqa: T201 - this is the answer


def run_migrate(settings: Settings) -> None:
    """Migrate and say which version was reached."""

    async def work() -> int:
        async with database(settings, join=True) as dsn:
            return await make_ready(dsn)

    answer(f"The schema has version {run(work())}.")
