"""Jobs and datasets by words, the best first; and those whose facets may have the words.

Few names are looked through. Of many, a sample says whether the words are common: what is rare is
found by trigrams, what is common by looking at names in the order of their keys until there are
enough. Both pick the same names, so that neither the sample nor the order of events shows.
"""

from asyncio import gather
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from catchment.events.names import from_text, to_text
from catchment.postgres.asking import Asking
from catchment.postgres.read.words import Word, Words, looked_up

FEW_NAMES_MAX = 10_000
_COMMON_HITS_MIN = 8_000
# Of more than so many hits of one rank those whose keys come first are shown.
_ORDERED_HITS_MAX = 2_000
_SAMPLED_BLOCKS = 16
# Where the caller asks for little of what there is, the walk must end somewhere.
_EXAMINED_MAX = 40_000
_EXAMINED_OF_SOME_MAX = 8_000
_EXAMINED_OF_FACET_MAX = 1_000


class Rank(IntEnum):
    """How well something fits. Those of names are written in the database's `search_rank`, too."""

    EXACT = 0
    BEGINS = 1
    WORDS_BEGIN = 2
    INSIDE = 3
    DESCRIBED = 4


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: of which kinds, in which namespaces (ids; None: all), named last when (µs)."""

    is_job: tuple[bool, ...] = (True, False)
    spaces: tuple[int, ...] | None = None
    since_us: int | None = None
    until_us: int | None = None

    @property
    def places(self) -> tuple[list[bool], list[int] | None, int | None, int | None]:
        """As the queries take it."""
        spaces = None if self.spaces is None else list(self.spaces)
        return list(self.is_job), spaces, self.since_us, self.until_us

    @property
    def whole(self) -> bool:
        """Whether all names are meant, so that common ones are met soon."""
        return self.spaces is None and self.since_us is None


@dataclass(frozen=True, slots=True)
class Hit:
    """A job or dataset by its id, and how well it fits."""

    id: int
    is_job: bool
    rank: Rank


@dataclass(frozen=True, slots=True)
class Hits:
    """The best hits, best first; `complete` is false if some were perhaps not met."""

    hits: list[Hit]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Extent:
    """How many names there are, up to a bound, and the blocks of each table."""

    names: int
    jobs: int
    datasets: int
    facets: int


@dataclass(frozen=True, slots=True)
class _Estimate:
    """About how many names have all words inside, all at beginnings, and each pattern."""

    inside: float
    beginning: float
    tokens: dict[str, float]


class Search(Asking):
    """Finds by words."""

    async def words(self, asked: str) -> Words:
        """What is asked for, in words, as the database writes them."""
        texts = [to_text(word) for word in asked.split()]
        rows = await self.ask("search_words", [" ".join(texts), *dict.fromkeys(texts)])
        whole, *found = [Word(row["literal"], row["form"]) for row in rows]
        return Words(whole.literal, tuple(found))

    async def spaces(self) -> dict[str, int]:
        """Ids of all namespaces, by their names."""
        return {from_text(row["name"]): row["id"] for row in await self.ask("search_spaces")}

    async def names(self, words: Words, scope: Scope, limit: int) -> Hits:
        """Names that have all words."""
        extent = await self._extent(scope)
        if extent.names <= FEW_NAMES_MAX:
            given = (words.literals, words.forms, words.asked, words.beginnings)
            return Hits(_hits(await self.ask("search_few", *given, *scope.places, limit)))
        rows = await self.ask(
            "search_beginning", words.asked, *scope.places, _EXAMINED_OF_SOME_MAX, limit
        )
        best = _hits(rows)
        if len(best) >= limit:
            return Hits(best)
        estimate = await self._estimate(words, extent)
        if estimate.inside < _COMMON_HITS_MIN and words.indexed:
            found = await self._rare(words, words.inside, estimate.tokens, scope, limit)
            return Hits(_distinct(best, found)[:limit])
        if estimate.beginning < _COMMON_HITS_MIN and words.indexed:
            tokens = dict.fromkeys(words.beginnings, estimate.beginning)
            best = _distinct(best, await self._rare(words, words.beginnings, tokens, scope, limit))
        elif scope.whole:
            best = _distinct(best, await self._common(words, words.beginnings, scope, limit))
        if len(best) < limit:
            best = _distinct(best, await self._common(words, words.forms, scope, limit))
        return Hits(best[:limit], complete=len(best) >= limit)

    async def _extent(self, scope: Scope) -> _Extent:
        if scope.spaces is None:
            rows = await self.ask("search_extent", FEW_NAMES_MAX + 1)
        else:
            rows = await self.ask("search_extent_of_spaces", FEW_NAMES_MAX + 1, list(scope.spaces))
        return _Extent(*rows[0])

    async def _estimate(self, words: Words, extent: _Extent) -> _Estimate:
        jobs, datasets = _percent(extent.jobs), _percent(extent.datasets)
        tokens = words.tokens
        rows = await self.ask(
            "search_sample", words.inside, words.beginnings, tokens, jobs, datasets
        )
        hits = [0.0] * (2 + len(tokens))
        for row in rows:
            hits[row["what"]] += row["hits"] * 100 / (jobs if row["is_job"] else datasets)
        return _Estimate(hits[0], hits[1], dict(zip(tokens, hits[2:], strict=True)))

    async def _rare(
        self,
        words: Words,
        patterns: list[str],
        estimates: Mapping[str, float],
        scope: Scope,
        limit: int,
    ) -> list[Hit]:
        rows = await self.ask(
            "search_rare",
            *(words.literals, patterns, words.asked, words.beginnings),
            *scope.places,
            *looked_up(estimates, _COMMON_HITS_MIN),
            _ORDERED_HITS_MAX,
            limit,
        )
        return _hits(rows)

    async def _common(
        self, words: Words, patterns: list[str], scope: Scope, limit: int
    ) -> list[Hit]:
        given = (words.literals, patterns, words.asked, words.beginnings)
        examined = _EXAMINED_MAX if scope.whole else _EXAMINED_OF_SOME_MAX
        return _hits(await self.ask("search_common", *given, *scope.places, examined, limit))

    async def described(self, words: Words, scope: Scope, limit: int) -> Hits:
        """Who ever had a facet or a tag with all words; whether it holds today is not looked at."""
        extent = await self._extent(scope)
        rows = await self.ask("search_marks", words.literals, *scope.places, limit)
        if extent.names <= FEW_NAMES_MAX:
            complete = True
            rows += await self.ask("search_described_few", words.inside, *scope.places, limit)
        else:
            facets, complete = await self._facets(words, extent, limit)
            # Of a facet that many have, only the first are looked at, whosever they are.
            complete = complete and scope.whole
            if facets:
                places = (facets, *scope.places, _EXAMINED_OF_FACET_MAX)
                rows += await self.ask("search_mentions", *places, limit)
        hits = {row["id"]: Hit(row["id"], row["is_job"], Rank.DESCRIBED) for row in rows}
        return Hits(list(hits.values())[:limit], complete and len(hits) < limit)

    async def _facets(self, words: Words, extent: _Extent, limit: int) -> tuple[list[int], bool]:
        """Some facets that have all words, and whether these are all of them."""
        percent, tokens = _percent(extent.facets), words.tokens
        hits = [0.0] * (1 + len(tokens))
        for row in await self.ask("search_facet_sample", words.inside, tokens, percent):
            hits[row["what"]] = row["hits"] * 100 / percent
        if hits[0] < _COMMON_HITS_MIN and words.indexed:
            estimates = dict(zip(tokens, hits[1:], strict=True))
            patterns = looked_up(estimates, _COMMON_HITS_MIN)
            rows = await self.ask("search_facets_rare", words.inside, *patterns, limit)
            return [row["id"] for row in rows], len(rows) < limit
        rows = await self.ask("search_facets_common", words.inside, _EXAMINED_OF_SOME_MAX, limit)
        return [row["id"] for row in rows], False

    async def candidates(self, words: Words, scope: Scope, limit: int) -> Hits:
        """Who has all words in its name and its facets together, perhaps; the best of them first.

        One word is looked for in names and in facets, the others are left to the caller.
        """
        longest = max(words.words, key=lambda word: (len(word.form), word.literal))
        alone = words.alone(longest)
        named, described = await gather(
            self.names(alone, scope, limit), self.described(alone, scope, limit)
        )
        complete = named.complete and len(named.hits) < limit and described.complete
        return Hits(_distinct(named.hits, described.hits), complete)


def _percent(blocks: int) -> float:
    return min(100.0, 100.0 * _SAMPLED_BLOCKS / max(blocks, 1))


def _hits(rows: Iterable[Mapping[str, Any]]) -> list[Hit]:
    return [Hit(row["id"], row["is_job"], Rank(row["rank"])) for row in rows]


def _distinct(best: list[Hit], others: list[Hit]) -> list[Hit]:
    """Those, and of the others the ones that are not among them."""
    known = {hit.id for hit in best}
    return best + [hit for hit in others if hit.id not in known]
