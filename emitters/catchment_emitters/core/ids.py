"""Ids of runs: UUIDs of version 7, whose order is that of time; or made of what they stand for."""

import os
import time
from uuid import NAMESPACE_URL, UUID, uuid5

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:catchment:emitters:run")


def new_run_id() -> str:
    """A new one."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def run_id_of(*parts: str) -> str:
    """The same one for the same parts, whoever asks and whenever."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return str(uuid5(_NAMESPACE, text))
