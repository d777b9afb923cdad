"""Group commit: what waits is written at once, whatever arrives meanwhile is the next batch.

No timers, so a quiet server adds no latency; one writer in flight, so a busy one gathers bigger
batches. Knows what an entry weighs and who waits for it, not what is in it.
"""

import asyncio
from collections.abc import Sequence

from catchment.errors import Overloaded
from catchment.lineage.ports import Entry, Writer
from catchment.pipeline.queue import Queue, Submission, Verdict
from catchment.pipeline.verdicts import Judge
from catchment.telemetry import metrics

__all__ = ["Pipeline", "Verdict"]

_STOPPING = "The service is stopping; try again in a second."


class Pipeline:
    """Takes entries from every door and answers a verdict for each, after the commit.

    `batch_events_max` and `batch_bytes_max` bound one transaction, `queue_events_max` and
    `queue_bytes_max` what may wait or be under way; `stop_seconds_max` bounds the drain.
    """

    def __init__(
        self,
        writer: Writer,
        *,
        batch_events_max: int = 500,
        batch_bytes_max: int = 8 * 1024**2,
        queue_events_max: int = 20_000,
        queue_bytes_max: int = 64 * 1024**2,
        stop_seconds_max: float = 8.0,
    ) -> None:
        self._judge = Judge(writer)
        self._batch_events_max = batch_events_max
        self._batch_bytes_max = batch_bytes_max
        self._stop_seconds_max = stop_seconds_max
        self._queue = Queue(queue_events_max=queue_events_max, queue_bytes_max=queue_bytes_max)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._idle: asyncio.Future[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Begin to write. Safe to call twice."""
        if self._task is None:
            self._loop = asyncio.get_running_loop()
            self._stopping = False
            self._task = self._loop.create_task(self._run(), name="pipeline")
            metrics.QUEUE_EVENTS.set_function(lambda: self._queue.events)
            metrics.QUEUE_BYTES.set_function(lambda: self._queue.bytes)

    async def stop(self) -> None:
        """Take nothing more, write what waits for at most `stop_seconds_max`, then give up.

        Whoever still waits then hears `Overloaded`. Safe to call twice.
        """
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping = True
        self._wake()
        await asyncio.wait([task], timeout=self._stop_seconds_max)
        task.cancel()
        await asyncio.wait([task])
        self._queue.refuse_all(Overloaded(_STOPPING))

    async def submit(self, entries: Sequence[Entry]) -> list[Verdict]:
        """One verdict an entry, in order: its outcome, or why it was not stored.

        `Permanent`: it became a dead letter (a control entry or dead letter is just refused);
        `Transient`: nothing of it was stored. Cancelling the call does not cancel the write.

        Raises:
            Overloaded: the queue is full, or the service stops; nothing was taken.
        """
        if self._task is None or self._loop is None or self._stopping:
            raise Overloaded(_STOPPING)
        if not entries:
            return []
        sizes_bytes = [entry.size_bytes for entry in entries]
        done: asyncio.Future[list[Verdict]] = self._loop.create_future()
        self._queue.put(Submission(entries, sizes_bytes, done))
        if self._idle is not None:
            self._wake()
        return await done

    def _wake(self) -> None:
        idle, self._idle = self._idle, None
        if idle is not None and not idle.done():
            idle.set_result(None)

    async def _run(self) -> None:
        queue = self._queue
        loop = asyncio.get_running_loop()
        while queue or not self._stopping:
            if not queue:
                self._idle = loop.create_future()
                await self._idle
                continue
            chunks = queue.take(events_max=self._batch_events_max, bytes_max=self._batch_bytes_max)
            entries: list[Entry] = []
            for submission, start, stop in chunks:
                entries.extend(submission.entries[start:stop])
            verdicts: Sequence[Verdict] = [Overloaded(_STOPPING)] * len(entries)
            try:
                verdicts = await self._judge.write(entries)
            finally:  # also when the drain ran out of time: nobody waits for ever
                queue.settle(chunks, verdicts)
