"""Blank out what looks like a secret, in an event that is shown to someone without scope `raw`.

The log keeps the bytes; this is only how they are served. A value is blanked if its key, or the
`name` or `key` beside it, sounds like a secret; passwords in URLs are cut wherever they stand.
"""

import json
import re
from typing import Any

BLANK = "[redacted]"
_SECRET = re.compile(r"(?i)passw|secret|token|api.?key|credential|private.?key|authorization")
_IN_URL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*://[^/\s:@]*):[^/\s@]+@")


def redact(body: bytes) -> bytes:
    """The same JSON with secrets blanked; what is no JSON is withheld whole."""
    try:
        return json.dumps(_clean(json.loads(body)), separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return json.dumps(BLANK).encode()


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        label = value.get("name", value.get("key"))
        named = isinstance(label, str) and bool(_SECRET.search(label)) and "value" in value
        return {
            key: BLANK if _SECRET.search(key) or (named and key == "value") else _clean(member)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_clean(member) for member in value]
    if isinstance(value, str):
        return _IN_URL.sub(r"\1@", value)
    return value
