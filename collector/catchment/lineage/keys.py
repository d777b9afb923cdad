"""Natural keys: 128 bits of SHA-256 over length-prefixed parts. Equal names have equal keys.

Computed over the names as they were emitted; knows nothing of where they are stored.
"""

from functools import lru_cache
from hashlib import sha256

from catchment.events.names import to_text


def digest(kind: bytes, *parts: bytes) -> bytes:
    """16 bytes that stand for these parts in this order; no two lists of parts run together."""
    hasher = sha256(kind)
    for part in parts:
        hasher.update(len(part).to_bytes(4))
        hasher.update(part)
    return hasher.digest()[:16]


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


class Name:
    """A namespace and a name of one job or dataset, with their keys.

    `namespace` and `name` are in the form that fits a text column (see `events.names.to_text`);
    the keys are over the original. Compared by key.
    """

    __slots__ = ("key", "name", "namespace", "namespace_key")

    def __init__(self, kind: bytes, namespace: str, name: str) -> None:
        self.namespace = to_text(namespace)
        self.name = to_text(name)
        self.namespace_key = namespace_key(namespace)
        self.key = digest(kind, _bytes(namespace), _bytes(name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Name) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Name({self.namespace!r}, {self.name!r})"


@lru_cache(maxsize=65_536)
def namespace_key(namespace: str) -> bytes:
    """The key of a namespace."""
    return digest(b"namespace", _bytes(namespace))


def source_key(name: str) -> bytes:
    """The key of a source of data; its name is global."""
    return digest(b"source", _bytes(name))


@lru_cache(maxsize=65_536)
def job_name(namespace: str, name: str) -> Name:
    """The name of a job."""
    return Name(b"job", namespace, name)


@lru_cache(maxsize=65_536)
def dataset_name(namespace: str, name: str) -> Name:
    """The name of a dataset."""
    return Name(b"dataset", namespace, name)
