"""What a caller may do: scopes, and globs over namespaces. Without keys everybody may everything.

Knows no key's secret and no request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """The classes of what can be done. `admin` includes the others."""

    INGEST = "ingest"
    READ = "read"
    RAW = "raw"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """One caller's rights. `key_id` is None where no key was asked for; no globs: any namespace."""

    key_id: str | None
    scopes: frozenset[Scope]
    namespaces: tuple[str, ...] = field(default=())

    def may(self, scope: Scope) -> bool:
        """Whether the caller has this scope."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def sees(self, namespace: str) -> bool:
        """Whether the namespace is one of the caller's."""
        return not self.namespaces or any(matches(glob, namespace) for glob in self.namespaces)


EVERYTHING = Grant(None, frozenset(Scope))
SCOPE_KEY = "catchment.grant"


def grant_of(scope: Any) -> Grant:
    """The grant that the guard found for this request. Without a guard nothing is granted."""
    grant: Grant = scope[SCOPE_KEY]
    return grant


def matches(glob: str, text: str) -> bool:
    """Whether `text` fits `glob`, in which `*` stands for any characters, and nothing else does.

    Linear, and no regex: a glob is something that a person wrote.
    """
    first, *rest = glob.split("*")
    if not rest:
        return glob == text
    last = rest.pop()
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    if not text.endswith(last):
        return False
    return _in_order(rest, text[len(first) : len(text) - len(last)])


def _in_order(parts: Sequence[str], text: str) -> bool:
    at = 0
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True
