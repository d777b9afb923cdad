"""Run the work of a short command so that whatever ends it, its own Postgres is stopped too."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from catchment.app.signals import ending_signals

T = TypeVar("T")


class Ended(SystemExit):
    """A signal ended the work, and what it had begun is put away. The exit code says which."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of the work.

    Raises:
        Ended: a signal came first.
    """
    came: list[signal.Signals] = []

    async def heed() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def end(number: signal.Signals) -> None:
            # Once: what is put away then must not be cut short by an impatient second one.
            if not came:
                task.cancel()
            came.append(number)

        for number in ending_signals():
            loop.add_signal_handler(number, end, number)
        return await work

    try:
        return asyncio.run(heed())
    except asyncio.CancelledError:
        if not came:
            raise
        raise Ended(came[0]) from None
