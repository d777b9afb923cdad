"""Names as they are emitted and as they are stored.

Only two things are ever done to a name: a password in a namespace's user-info is cut (a rotated
password is the same database), and characters that a text column cannot hold are escaped, so that
they can be had back.
"""

import re
from collections.abc import Iterable

NAME_CHARS_MAX = 8_192
SECRETS_CUT_VERSION = 1

_USER_INFO = re.compile(r"\A([A-Za-z][A-Za-z0-9+.\-]*://)([^/?#]*)@")
_ESCAPE = "\x1a"
_UNSTORABLE = re.compile("[\x00\x1a\ud800-\udfff]")
_ESCAPED = re.compile("\x1a([0-9a-f]{4})")


def cut_password(namespace: str) -> str:
    """`scheme://user:password@host/...` without `:password`; anything else as it is."""
    found = _USER_INFO.match(namespace) if "@" in namespace else None
    if found is None:
        return namespace
    user, colon, _ = found[2].partition(":")
    if not colon:
        return namespace
    return f"{found[1]}{user}@{namespace[found.end() :]}"


def to_text(name: str) -> str:
    """The name in a form that a text column holds; ordinary names are unchanged, none collide."""
    if not _UNSTORABLE.search(name):
        return name
    return _UNSTORABLE.sub(lambda found: f"{_ESCAPE}{ord(found[0]):04x}", name)


def from_text(stored: str) -> str:
    """The name as it was emitted."""
    if _ESCAPE not in stored:
        return stored
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), stored)


def stored_namespace(namespace: str) -> str:
    """An emitted namespace as it stands in the database."""
    return to_text(cut_password(namespace))


def stored_namespaces(namespaces: Iterable[str] | None) -> list[str] | None:
    """The same of several; None stays None, which stands for all."""
    return None if namespaces is None else [stored_namespace(name) for name in namespaces]
