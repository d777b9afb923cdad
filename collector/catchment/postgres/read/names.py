"""From names to nodes and back."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from catchment.events.names import cut_password, from_text, stored_namespace, stored_namespaces
from catchment.lineage.keys import dataset_name, job_name
from catchment.postgres.asking import COUNTED_MAX, Asking, Total, total_of


class Node(msgspec.Struct, frozen=True, gc=False):
    """A job or dataset. `first_us`, `last_us`: the earliest and latest event that names it.

    `gone_us`: when a delete took it away that no later event undid; None for what is there.
    `canon`: of a dataset, the id of the name that stands for all its names. `alone`: it is known to
    have no other, because nothing has; so that nobody need ask.
    """

    id: int
    key: bytes
    is_job: bool
    namespace: str
    name: str
    first_us: int = 0
    last_us: int = 0
    gone_us: int | None = None
    canon: int = 0
    alone: bool = False

    @property
    def node_id(self) -> str:
        """As the API writes it."""
        return f"{'job' if self.is_job else 'dataset'}:{self.namespace}:{self.name}"

    @property
    def order(self) -> tuple[bool, str, str]:
        """A natural order, the same whatever came first."""
        return (self.is_job, self.namespace, self.name)


def standing_for(names: Iterable[Node]) -> Node:
    """The one of all names of a dataset that stands for it: a table's, then the smallest."""
    return min(names, key=lambda node: (node.canon != node.id, node.order))


def stood(node: Node, canon: int) -> Node:
    """The same node at an instant when this name stood for it; today it may be another."""
    return node if node.canon == canon else msgspec.structs.replace(node, canon=canon)


class Others(NamedTuple):
    """Other names of a dataset at an instant, and which of all stood for it then."""

    names: list[int]
    canon: int


class NamespaceRow(msgspec.Struct, frozen=True):
    """A namespace, when it was named, and what people say of it; `hidden`: it is deleted."""

    name: str
    first_us: int
    last_us: int
    owner: str | None = None
    description: str | None = None
    hidden: bool = False


class Names(Asking):
    """Finds nodes by name, and lists them."""

    async def find(self, is_job: bool, candidates: list[tuple[str, str]]) -> list[Node]:
        """The nodes that have one of these (namespace, name) pairs, as they were emitted."""
        make = job_name if is_job else dataset_name
        keys = [make(cut_password(namespace), name).key for namespace, name in candidates]
        rows = await self.ask("jobs_by_key" if is_job else "datasets_by_key", keys)
        return [
            Node(
                row["id"],
                row["key"],
                is_job,
                from_text(row["namespace"]),
                from_text(row["name"]),
                gone_us=row["gone_at"],
                alone=row["alone"],
            )
            for row in rows
        ]

    async def nodes(self, is_job: bool, ids: list[int]) -> dict[int, Node]:
        """Nodes by id, with their times."""
        if not ids:
            return {}
        rows = await self.ask("names_of_jobs" if is_job else "names_of_datasets", ids)
        return {
            row["id"]: Node(
                row["id"],
                row["key"],
                is_job,
                from_text(row["namespace"]),
                from_text(row["name"]),
                row["first_at"],
                row["last_at"] if row["last_at"] is not None else row["first_at"],
                row["gone_at"],
                0 if is_job else row["canon"],
                row["alone"],
            )
            for row in rows
        }

    async def others(self, datasets: Iterable[int], as_of_us: int) -> dict[int, Others]:
        """Other names of these, of those that had some then."""
        others: dict[int, Others] = {}
        for dataset, name, canon in await self.ask("other_names", list(datasets), as_of_us):
            others.setdefault(dataset, Others([], canon)).names.append(name)
        return others

    async def others_each(self, asked: list[tuple[int, int]]) -> list[list[int]]:
        """(dataset, instant) -> its other names then, in the same order."""
        found: list[list[int]] = [[] for _ in asked]
        datasets, instants = map(list, zip(*asked, strict=True))
        for n, name in await self.ask("other_names_each", datasets, instants):
            found[n - 1].append(name)
        return found

    async def any_renamed(self) -> bool:
        """Whether a dataset was ever renamed; if not, all had the names that they have."""
        return bool(await self.ask_one("any_renamed"))

    async def any_aliases(self) -> bool:
        """Whether any dataset has several names; if not, none needs to be asked for them."""
        return bool(await self.ask_one("any_aliases"))

    async def any_deleted(self) -> bool:
        """Whether anything was ever deleted; if not, no node needs to be looked at for that."""
        return bool(await self.ask_one("any_deleted"))

    async def namespaces(self, name: str | None, limit: int, offset: int) -> list[NamespaceRow]:
        """Namespaces by name, or the one of that name."""
        stored = None if name is None else stored_namespace(name)
        rows = await self.ask("list_namespaces", stored, limit, offset)
        return [
            NamespaceRow(
                from_text(row["name"]),
                row["first_at"],
                row["last_at"],
                from_text(row["owner"] or "") or None,
                from_text(row["description"] or "") or None,
                row["hidden"],
            )
            for row in rows
        ]

    async def page(
        self, is_job: bool, namespace: str, limit: int, offset: int
    ) -> tuple[list[int], Total]:
        """Ids of one page of jobs or datasets in their order, and how many there are in all."""
        listing, counting = (
            ("list_jobs", "count_jobs") if is_job else ("list_datasets", "count_datasets")
        )
        stored = stored_namespace(namespace)
        rows = await self.ask(listing, stored, limit, offset)
        counted = await self.ask_one(counting, stored, COUNTED_MAX)
        return [row["id"] for row in rows], total_of(counted, offset, len(rows), limit)

    async def page_of_jobs(
        self, namespaces: list[str] | None, limit: int, offset: int
    ) -> tuple[list[int], Total]:
        """The same of the jobs of these namespaces, or of all."""
        stored = stored_namespaces(namespaces)
        rows = await self.ask("list_all_jobs", limit, offset, stored)
        counted = await self.ask_one("count_all_jobs", stored, COUNTED_MAX)
        return [row["id"] for row in rows], total_of(counted, offset, len(rows), limit)
