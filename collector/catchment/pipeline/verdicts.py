"""Write a batch and find out, entry by entry, what became of it.

What the writer refuses for good is halved until the culprit is alone; that one becomes a dead
letter and costs its neighbours nothing. What fails for the moment is everybody's in that batch.
Knows no queue and no caller.
"""

from collections.abc import Sequence
from traceback import extract_tb

from catchment.errors import Permanent, Transient, Unstorable
from catchment.lineage.ports import DeadEntry, Entry, EventEntry, Writer
from catchment.pipeline.figures import count_batch, count_split, count_unstorable
from catchment.pipeline.queue import Verdict
from catchment.telemetry.logs import logger

_log = logger("pipeline")


class Judge:
    """Puts batches to the writer. Never raises anything of an entry's or the writer's making."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def write(self, entries: Sequence[Entry]) -> list[Verdict]:
        """One verdict an entry, in order."""
        verdicts = await self._write(entries)
        count_batch(entries, verdicts)
        return verdicts

    async def _write(self, entries: Sequence[Entry]) -> list[Verdict]:
        # A stack instead of recursion: halves are written in order, left before right.
        verdicts: list[Verdict] = []
        todo = [entries]
        while todo:
            part = todo.pop()
            try:
                verdicts.extend(await self._writer.write(part))
            except Transient as error:
                verdicts.extend([error] * len(part))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is not the neighbours'
                refusal = _refusal(error, len(part))
                if len(part) == 1:
                    verdicts.append(await self._bury(part[0], refusal))
                else:
                    half = len(part) // 2
                    todo += [part[half:], part[:half]]
                    count_split()
        return verdicts

    async def _bury(self, entry: Entry, refusal: Permanent) -> Verdict:
        """Keep what cannot be stored as a dead letter; if that fails for the moment, say so."""
        if not isinstance(entry, EventEntry):
            _log.error("an entry cannot be stored", why=str(refusal), entry=type(entry).__name__)
            return refusal
        event = entry.event
        dead = DeadEntry(event.body, str(refusal), entry.source, refusal.problems)
        try:
            await self._writer.write([dead])
        except Transient as error:
            return error
        except Exception as error:  # noqa: BLE001 - the loop must go on
            _log.error("a dead letter cannot be stored", why=type(error).__name__)
        else:
            count_unstorable()
        return refusal


def _refusal(error: Exception, entries: int) -> Permanent:
    if isinstance(error, Permanent):
        return error
    # A fault of the program. Places instead of a traceback: that could show what was received.
    places = [f"{frame.name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-4:]]
    _log.error(
        "the writer failed",
        error=type(error).__name__,
        message=str(error)[:200],
        entries=entries,
        where=" ".join(places),
    )
    return Unstorable(
        "It met a fault of this program while it was stored, and is kept as a dead letter; "
        "please report it."
    )
