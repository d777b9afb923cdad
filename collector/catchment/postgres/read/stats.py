"""Figures over time, from counts that are kept by quarter of an hour."""

from collections.abc import Sequence

from catchment.events.names import stored_namespaces
from catchment.postgres.asking import Asking
from catchment.postgres.write.tally import EVENTS_PER_STRETCH

EVENT_COUNTS = {"fail": "fails", "start": "starts", "complete": "completes", "abort": "aborts"}


class Stats(Asking):
    """Counts by interval of event time.

    `bounds_us`, one more than there are intervals, are quarters of an hour, the first no longer ago
    than a week or so. `namespaces`: only what is in one of these; None for all.
    """

    async def events(
        self, bounds_us: Sequence[int], namespaces: list[str] | None
    ) -> list[dict[str, int]]:
        """For each interval how many run events of each of four types."""
        rows = await self.ask(
            "events_of_intervals",
            list(bounds_us),
            stored_namespaces(namespaces),
            EVENTS_PER_STRETCH,
        )
        found = {row["n"]: row for row in rows}
        return [
            {name: found[n][column] if n in found else 0 for name, column in EVENT_COUNTS.items()}
            for n in range(1, len(bounds_us))
        ]

    async def names(
        self, what: str, bounds_us: Sequence[int], namespaces: list[str] | None
    ) -> list[int]:
        """How many jobs or datasets (`what`) had been named by the end of each interval."""
        rows = await self.ask("names_of_intervals", list(bounds_us), stored_namespaces(namespaces))
        new = {row["n"]: row[what] for row in rows}
        left = new.pop(0, 0)
        ends = []
        for n in range(len(bounds_us), 1, -1):
            left -= new.get(n, 0)
            ends.append(left)
        return ends[::-1]

    async def sources(self, bounds_us: Sequence[int], namespaces: list[str] | None) -> list[int]:
        """How many sources had been named by the end of each interval."""
        rows = await self.ask(
            "sources_of_intervals", list(bounds_us), stored_namespaces(namespaces)
        )
        return [
            sum(row["sources"] for row in rows if row["n"] <= n) for n in range(1, len(bounds_us))
        ]
