"""Answer models of search and of producers."""

from typing import Literal

from catchment.api.models import PROBLEMS, Answer

__all__ = ["PROBLEMS", "Producers", "SearchAnswer"]


class SearchResult(Answer):
    """A job or dataset that was found."""

    type: Literal["JOB", "DATASET"]
    name: str
    updated_at: str
    namespace: str
    node_id: str


class SearchAnswer(Answer):
    """The best hits. `totalCount` counts them; `truncated`: others were perhaps not met."""

    total_count: int
    results: list[SearchResult]
    truncated: bool


class Producer(Answer):
    """Who made events (`producer`, null where they do not say), and how they were."""

    producer: str | None
    events: int
    last_seen: str
    problems: int


class Producers(Answer):
    """All producers, the one seen last first."""

    producers: list[Producer]
