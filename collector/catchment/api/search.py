"""Search: jobs and datasets by words in their names, columns, descriptions and tags."""

import datetime as dt
from asyncio import gather
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from catchment.api import search_models
from catchment.api.aliases import groups_of_nodes
from catchment.api.asking import Limit, answer
from catchment.api.search_text import has_words, texts
from catchment.api.sight import Sight, sight_of
from catchment.api.times import iso, read_instant
from catchment.errors import BadQuestion, Problem
from catchment.events.names import cut_password
from catchment.events.times import FIRST_US, FOREVER_US
from catchment.postgres.read import Questions
from catchment.postgres.read.marks import of_all_names
from catchment.postgres.read.names import Node
from catchment.postgres.read.search import Hit, Hits, Rank, Scope
from catchment.postgres.read.words import Words

ASKED_CHARS_MAX = 1_024
WORDS_MAX = 16
# Facets are read of no more than these: a word in every description costs no more than others.
_CANDIDATES_MORE, _CANDIDATES_MAX = 20, 200

_Q = Annotated[str, Query(description="Words; all of them are looked for, in any order.")]
_Filter = Annotated[str | None, Query(alias="filter", description="DATASET or JOB, in any case.")]
_Sort = Annotated[
    str | None,
    Query(
        description="NAME or UPDATE_AT (newest first): the order of the best; absent: best first."
    ),
]
_Day = Annotated[str | None, Query(description="A day (2026-01-31) or an instant, of `updatedAt`.")]
_KINDS = {"JOB": (True,), "DATASET": (False,)}
_SORTS = ("NAME", "UPDATE_AT")


@dataclass(frozen=True, slots=True)
class _Found:
    """A hit by its name."""

    node: Node
    rank: Rank

    @property
    def by_name(self) -> tuple[str, str, str, bool]:
        node = self.node
        return (node.name.lower(), node.name, node.namespace, node.is_job)

    @property
    def by_rank(self) -> tuple[int, tuple[str, str, str, bool]]:
        return (self.rank, self.by_name)

    @property
    def by_time(self) -> tuple[int, tuple[str, str, str, bool]]:
        return (-self.node.last_us, self.by_name)


def build_router(questions: Questions) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/api/v1", tags=["search"], responses=search_models.PROBLEMS)
    finder = _Finder(questions)

    @router.get("/search", response_model=search_models.SearchAnswer)
    async def search(
        request: Request,
        q: _Q,
        kind: _Filter = None,
        sort: _Sort = None,
        limit: Limit = 10,
        namespace: str | None = None,
        before: _Day = None,
        after: _Day = None,
    ) -> Response:
        """The best `limit` jobs and datasets that have all words, upper or lower case.

        First what is named so, then what begins so, then names in which each word begins a word,
        names that hold the words, and those whose name, columns, descriptions and tags hold them
        together. A word of one or two letters is looked for at the beginnings of words. `updatedAt`
        lies in `after` <= updatedAt < `before`. `totalCount` counts the results of this page.
        `truncated`: there are more, or may be; say more words.
        """
        order = _one_of("sort", sort, _SORTS)
        chosen = _one_of("filter", kind, tuple(_KINDS))
        sight = sight_of(request)
        scope = await finder.scope(sight, namespace, before, after)
        words = await finder.words(q)
        if chosen is not None:
            scope = Scope(_KINDS[chosen], scope.spaces, scope.since_us, scope.until_us)
        # One more than is shown tells whether there are more.
        found, complete = await finder.find(words, scope, limit + 1, sight)
        complete, found = complete and len(found) <= limit, found[:limit]
        if order is not None:
            found.sort(key=lambda one: one.by_name if order == "NAME" else one.by_time)
        results = [_result(one.node) for one in found]
        return answer({"totalCount": len(results), "results": results, "truncated": not complete})

    return router


class _Finder:
    """Puts together what names and what facets have, as one caller sees it."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._search = questions.search
        self._names = questions.names
        self._details = questions.details
        self._marks = questions.marks

    async def words(self, q: str) -> Words:
        """The words of a question.

        Raises:
            BadQuestion: too long, or too many words.
        """
        if len(q) > ASKED_CHARS_MAX or len(q.split()) > WORDS_MAX:
            reason = f"more than {ASKED_CHARS_MAX} characters or {WORDS_MAX} words"
            raise BadQuestion(f"q has {reason}.", [Problem("/q", reason)])
        return await self._search.words(q)

    async def scope(
        self, sight: Sight, namespace: str | None, before: str | None, after: str | None
    ) -> Scope:
        """Where this caller looks: never beyond the namespaces of its key."""
        since_us = until_us = spaces = None
        if before is not None or after is not None:
            since_us = FIRST_US if after is None else _day("after", after)
            until_us = FOREVER_US if before is None else _day("before", before) - 1
        if sight.limited or namespace is not None:
            wanted = None if namespace is None else cut_password(namespace)
            spaces = tuple(
                row_id
                for name, row_id in (await self._search.spaces()).items()
                if sight.sees(name) and wanted in (None, name)
            )
        return Scope(spaces=spaces, since_us=since_us, until_us=until_us)

    async def find(
        self, words: Words, scope: Scope, limit: int, sight: Sight
    ) -> tuple[list[_Found], bool]:
        """The best hits, best first, and whether all were met."""
        if not words.words or not limit or scope.spaces == ():
            return [], True
        named = await self._search.names(words, scope, limit)
        found = await self._found(named.hits, sight)
        complete = named.complete
        if len(found) < limit:
            more, complete = await self._described(words, scope, limit - len(found), sight, named)
            found += more
            if sight.limited or not sight.view.raw:
                # What was looked at would say whether something that is not shown has the words.
                complete = named.complete
        found.sort(key=lambda one: one.by_rank)
        return found, complete

    async def _described(
        self, words: Words, scope: Scope, limit: int, sight: Sight, named: Hits
    ) -> tuple[list[_Found], bool]:
        """What has the words in its facets, then what has them in name and facets together."""
        known = {hit.id for hit in named.hits}
        found: list[_Found] = []
        complete = True
        ways = (self._search.described, self._search.candidates)
        for ask in ways if len(words.words) > 1 else ways[:1]:
            asked = min(limit + _CANDIDATES_MORE, _CANDIDATES_MAX)
            hits = await ask(words, scope, asked)
            complete = complete and hits.complete
            new = [hit for hit in hits.hits if hit.id not in known]
            known.update(hit.id for hit in new)
            found += await self._holding(words, new, sight)
            if len(found) >= limit:
                break
        found.sort(key=lambda one: one.by_rank)
        full = len(found) >= limit
        return found[:limit], named.complete and (complete or full)

    async def _holding(self, words: Words, hits: list[Hit], sight: Sight) -> list[_Found]:
        """Those that have all words today, in what this caller sees of them."""
        nodes = await self._nodes(hits, sight)
        groups = await groups_of_nodes(self._questions, sight, nodes.values())
        names = {row_id: groups.get(row_id, (node,)) for row_id, node in nodes.items()}
        of_jobs, of_datasets, marks = await gather(
            self._details.facets_of_jobs([one for one in nodes if nodes[one].is_job]),
            self._details.facets_of_datasets(
                {one: names[one] for one in nodes if not nodes[one].is_job}
            ),
            self._marks.of([one.key for named in names.values() for one in named], FOREVER_US),
        )
        held = {**of_jobs, **of_datasets}
        return [
            _Found(node, Rank.DESCRIBED)
            for row_id, node in nodes.items()
            if has_words(
                words,
                [
                    node.name,
                    *texts(
                        sight.facets(held.get(row_id, {})),
                        of_all_names(marks, [one.key for one in names[row_id]]),
                    ),
                ],
            )
        ]

    async def _found(self, hits: list[Hit], sight: Sight) -> list[_Found]:
        nodes = await self._nodes(hits, sight)
        return [_Found(nodes[hit.id], hit.rank) for hit in hits if hit.id in nodes]

    async def _nodes(self, hits: list[Hit], sight: Sight) -> dict[int, Node]:
        """By id; without those that are deleted."""
        jobs, datasets = await gather(
            self._names.nodes(True, [hit.id for hit in hits if hit.is_job]),
            self._names.nodes(False, [hit.id for hit in hits if not hit.is_job]),
        )
        nodes = {**jobs, **datasets}
        return {row_id: node for row_id, node in nodes.items() if sight.shows(node)}


def _result(node: Node) -> dict[str, Any]:
    return {
        "type": "JOB" if node.is_job else "DATASET",
        "name": node.name,
        "updatedAt": iso(node.last_us),
        "namespace": node.namespace,
        "nodeId": node.node_id,
    }


def _one_of(name: str, given: str | None, known: tuple[str, ...]) -> str | None:
    """A parameter that takes few values, in any case."""
    if given is None or given.upper() in known:
        return given and given.upper()
    reason = f"not {' or '.join(known)}"
    raise BadQuestion(f"{name} is {reason}.", [Problem(f"/{name}", reason)])


def _day(name: str, given: str) -> int:
    """The beginning of a day, or an instant, in µs."""
    try:
        day = dt.date.fromisoformat(given)
    except ValueError:
        return read_instant(given, name)
    return read_instant(f"{day.isoformat()}T00:00:00Z", name)
