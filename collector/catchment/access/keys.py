"""API keys: how they look, how they are hashed, and who holds which rights.

A key is `ck_ID_SECRET`. Only the SHA-256 of the whole is kept: the secret has 256 random bits, so
nothing slower is needed. Looked up by ID, compared in constant time, remembered for seconds.
"""

import hashlib
import hmac
import secrets
import tomllib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from catchment.access.grants import Grant, Scope
from catchment.errors import BadSettings, Problem

PREFIX = "ck"
_REMEMBERED_SECONDS = 5.0
_REMEMBERED_MAX = 10_000


class StoredKey(NamedTuple):
    """What is kept of a key."""

    id: str
    sha256: bytes
    scopes: tuple[str, ...]
    namespaces: tuple[str, ...]


FindKey = Callable[[str], Awaitable[StoredKey | None]]


def new_key() -> tuple[str, str, bytes]:
    """(the key itself, its id, its hash)."""
    key_id = secrets.token_hex(6)
    key = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
    return key, key_id, hash_of(key)


def hash_of(key: str) -> bytes:
    """What is kept of a key's secret."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def id_of(key: str) -> str | None:
    """The ID in a key; None if it is none of ours."""
    parts = key.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == PREFIX and parts[1] else None


class KeyRing:
    """Finds the rights of a key in a file and in the database, and remembers them for seconds.

    A revoked key therefore stops working within `_REMEMBERED_SECONDS`.
    """

    def __init__(self, finders: Sequence[FindKey]) -> None:
        self._finders = finders
        self._remembered: dict[bytes, tuple[float, Grant | None]] = {}

    async def find(self, key: str) -> Grant | None:
        """The grant, or None for a key that is unknown or revoked.

        Raises:
            Transient: the database cannot be asked at the moment.
        """
        digest = hash_of(key)
        now = monotonic()
        until, grant = self._remembered.get(digest, (0.0, None))
        if until > now:
            return grant
        grant = await self._look_up(key, digest)
        if len(self._remembered) >= _REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[digest] = (now + _REMEMBERED_SECONDS, grant)
        return grant

    async def _look_up(self, key: str, digest: bytes) -> Grant | None:
        key_id = id_of(key)
        for find in self._finders if key_id else ():
            stored = await find(key_id or "")
            if stored is not None and hmac.compare_digest(stored.sha256, digest):
                scopes = frozenset(Scope(scope) for scope in stored.scopes)
                return Grant(stored.id, scopes, stored.namespaces)
        return None


class KeysFile:
    """A TOML file of `[[keys]]` with `id`, `sha256` (hex), `scopes`, `namespaces`; hashes only.

    Read again when it changes; a version that cannot be read leaves the last good one standing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at_ns = -1
        self._keys: dict[str, StoredKey] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def load(self) -> None:
        """Read it if it changed.

        Raises:
            BadSettings: it cannot be read; says why, with no hash in it.
        """
        try:
            changed_at_ns = self._path.stat().st_mtime_ns
            if changed_at_ns != self._read_at_ns:
                self._keys = _parse(self._path.read_text(encoding="utf-8"))
                self._read_at_ns = changed_at_ns
        except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
            says = error.strerror if isinstance(error, OSError) else f"{error}"
            reason = f"cannot read {self._path}: {says}"
            raise BadSettings(
                f"CATCHMENT_KEYS_FILE {reason}.", [Problem("CATCHMENT_KEYS_FILE", reason)]
            ) from None

    async def find(self, key_id: str) -> StoredKey | None:
        """The key of that ID."""
        with suppress(BadSettings):  # a person is editing it; what was read last still holds
            self.load()
        return self._keys.get(key_id)


def _parse(text: str) -> dict[str, StoredKey]:
    found: dict[str, StoredKey] = {}
    for entry in tomllib.loads(text).get("keys", []):
        digest = bytes.fromhex(entry["sha256"])
        if len(digest) != hashlib.sha256().digest_size:
            raise ValueError(f"the sha256 of key {entry['id']} has not 64 hex digits")
        scopes = tuple(str(Scope(scope)) for scope in entry["scopes"])
        namespaces = tuple(str(glob) for glob in entry.get("namespaces", []))
        found[entry["id"]] = StoredKey(entry["id"], digest, scopes, namespaces)
    return found
