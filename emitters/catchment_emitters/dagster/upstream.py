"""Which version of an asset was read: that which its writer gave it.

Of a partitioned asset Dagster notes a hash of the versions of the partitions that were read, which
is nobody's version. It is resolved by trying, and held against the hash: the answer is the same
whenever it is asked.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Any

TRIED_MAX = 20
"""Materialisations of a partition that are tried, the latest before the read first."""

DATA_VERSION = "dagster/data_version"
# Ids of records have 63 bits; what is longer names none, and a storage would choke on it.
_POINTER_DIGITS_MAX = 18


class StorageError(Exception):
    """The instance could not be asked. It may answer later."""


class Upstream:
    """Looks materialisations up in an instance, by their ids, which never change."""

    def __init__(self, instance: Any) -> None:
        self._instance = instance
        # Steps of one run read the same.
        self._known = lru_cache(maxsize=10_000)(self._look_up)

    def version(
        self, key: str, said: str, pointer: str | None, partition: str | None
    ) -> str | None:
        """The writer's version of asset `key` ("a/b"); None if it is made of several.

        `said`: what the read noted; `pointer`: the id of the latest record of the asset then;
        `partition`: that for which it was read.
        """
        if pointer is None or not pointer.isdecimal() or len(pointer) > _POINTER_DIGITS_MAX:
            return said
        return self._known(key, said, int(pointer), partition)

    def _look_up(self, key: str, said: str, pointer: int, partition: str | None) -> str | None:
        latest = self._records(key, limit=1, storage_ids=[pointer])
        if not latest or _partition(latest[0]) is None:
            return said
        tried = list(latest)
        if partition is not None:
            tried += self._records(
                key, limit=TRIED_MAX, before_storage_id=pointer, asset_partitions=[partition]
            )
        for record in tried:
            version = _version(record)
            if version is not None and sha256(version.encode()).hexdigest() == said:
                return version
        return None

    def _records(self, key: str, limit: int, **wanted: Any) -> list[Any]:
        from dagster import AssetKey, AssetRecordsFilter

        which = AssetRecordsFilter(AssetKey(key.split("/")), **wanted)
        try:
            return list(self._instance.fetch_materializations(which, limit=limit).records)
        except Exception as error:
            raise StorageError(f"{type(error).__name__}: {error}") from error


def _partition(record: Any) -> str | None:
    partition: str | None = record.event_log_entry.dagster_event.partition
    return partition


def _version(record: Any) -> str | None:
    event = record.event_log_entry.dagster_event
    tags = event.event_specific_data.materialization.tags or {}
    version: str | None = tags.get(DATA_VERSION)
    return version
