"""Column mappings: which pairs of datasets have one, and what each says, decoded once."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import asyncpg
import msgspec

from catchment.events.kept import Kept
from catchment.events.names import to_text
from catchment.postgres.asking import Asking

# Decoded mappings are some ten times the bytes that they are read from.
_KEPT_BYTES_MAX = 16 * 1024 * 1024
# Of one trip; beyond it whoever walks comes again.
_AHEAD_DATASETS_MAX = 1_000

_SURROGATE = re.compile("[\ud800-\udfff]")
_encoder = msgspec.json.Encoder(order="deterministic")


class Flow(NamedTuple):
    """One input column of one output column. None: the whole output, an unknown input column.

    `transformations` are JSON values, all of this kind, sorted.
    """

    output: str | None
    input: str | None
    kind: str
    transformations: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Flows:
    """A column mapping, by the columns at either end."""

    by_output: dict[str | None, tuple[Flow, ...]]
    by_input: dict[str | None, tuple[Flow, ...]]


class ColumnPair(NamedTuple):
    """Two datasets whose columns a job maps; none does if the output itself says so.

    `holds`: what the job's latest completed run, or its declaration, has; or nothing completed.
    """

    jobs: tuple[int, ...]
    output: int
    input: int
    flows: Flows
    holds: bool


class Columns(Asking):
    """Reads column mappings."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._kept = Kept[int, Flows](_KEPT_BYTES_MAX)

    async def around(
        self, datasets: Iterable[int], way: str, steps: int, as_of_us: int, *, aliases: bool
    ) -> tuple[list[ColumnPair], set[int]]:
        """The pairs of these as outputs ("o") or inputs ("i"), and of more in that direction.

        Also says which datasets have all their pairs among them: these, and up to `steps` - 1
        jobs further as many as one trip brings. Datasets are names as they were emitted; ahead
        lie all names of what is met, if `aliases`.
        """
        given = (list(datasets), steps, as_of_us, way, _AHEAD_DATASETS_MAX, None, aliases)
        rows = await self.ask("column_pairs", *given)
        whole = {row["output"] for row in rows if row["input"] is None}
        return await self._pairs(row for row in rows if row["input"] is not None), whole

    async def of_job(self, job: int, as_of_us: int) -> list[ColumnPair]:
        """The pairs of one job."""
        rows = await self.ask("column_pairs", [], 1, as_of_us, "", 0, job, False)
        return await self._pairs(rows)

    async def writers(self, dataset: int, version: str) -> list[bytes]:
        """The runs that wrote a version which a facet named."""
        rows = await self.ask("writers_of_named_version", dataset, to_text(version))
        return [row["uuid"] for row in rows]

    async def _pairs(self, rows: Iterable[asyncpg.Record]) -> list[ColumnPair]:
        rows = list(rows)
        flows = await self._flows({row["colset"] for row in rows})
        return [
            ColumnPair(() if job is None else (job,), output, source, flows[colset], holds)
            for job, output, source, colset, holds in rows
        ]

    async def _flows(self, ids: Iterable[int]) -> dict[int, Flows]:
        found: dict[int, Flows] = {}
        missing: list[int] = []
        for row_id in ids:
            known = self._kept.get(row_id)
            if known is None:
                missing.append(row_id)
            else:
                found[row_id] = known
        if missing:
            for row_id, body in await self.ask("colsets_by_id", missing):
                found[row_id] = _decode(body)
                self._kept.put(row_id, found[row_id], len(body))
        return found


def _decode(body: bytes) -> Flows:
    flows = [
        flow
        for entry in json.loads(body.decode("utf-8", "surrogatepass"))
        for flow in _flows_of(entry)
    ]
    by_output: dict[str | None, list[Flow]] = {}
    by_input: dict[str | None, list[Flow]] = {}
    for flow in flows:
        by_output.setdefault(flow.output, []).append(flow)
        by_input.setdefault(flow.input, []).append(flow)
    return Flows(
        {column: tuple(held) for column, held in by_output.items()},
        {column: tuple(held) for column, held in by_input.items()},
    )


def _flows_of(entry: dict[str, object]) -> list[Flow]:
    """An entry as one flow a kind: direct and indirect are apart.

    Where no kind is said, what a column was made of is direct (it was all that could be said once),
    and what a whole dataset was made with is indirect.
    """
    output, source = entry["output"], entry["field"]
    assert output is None or isinstance(output, str)
    assert source is None or isinstance(source, str)
    default = entry["kind"] or ("INDIRECT" if output is None else "DIRECT")
    kinds: dict[str, list[bytes]] = {}
    transformations = entry["transformations"]
    assert isinstance(transformations, list)
    for one in transformations:
        said = one.get("type")
        kind = said if said in ("DIRECT", "INDIRECT") else default
        kinds.setdefault(str(kind), []).append(_encoded(one))
    if not kinds:
        kinds[str(default)] = []
    return [Flow(output, source, kind, tuple(sorted(set(held)))) for kind, held in kinds.items()]


def _encoded(value: object) -> bytes:
    """As JSON; lone surrogates, which UTF-8 cannot hold, as the text of an escape."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        text = json.dumps(value, sort_keys=True, ensure_ascii=False)
        return _SURROGATE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", text).encode()
