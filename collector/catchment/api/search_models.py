"""Answer models of search and of producers."""

from typing import Literal

from catchment.api.models import PROBLEMS, Answer, Count, Time

__all__ = ["PROBLEMS", "Producers", "SearchAnswer"]


class SearchResult(Answer):
    """A job or dataset that was found."""

    type: Literal["JOB", "DATASET"]
    name: str
    updated_at: Time
    namespace: str
    node_id: str


class SearchAnswer(Answer):
    """The best hits. `totalCount` counts them; `truncated`: others were perhaps not met."""

    total_count: Count
    results: list[SearchResult]
    truncated: bool


class Producer(Answer):
    """Who made events (`producer`, null where they do not say), and how they were."""

    producer: str | None
    events: Count
    last_seen: Time
    problems: Count


class Producers(Answer):
    """All producers, the one seen last first."""

    producers: list[Producer]
