"""What must hold of bytes before they are read as JSON: UTF-8, no BOM, bounded depth.

Depth is checked before any recursive parse, because a parser's own limit depends on its stack.
"""

import re

from catchment.errors import NotJson, Problem, TooLarge

_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\n\r"
_NOT_STRUCTURE = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_QUOTED = re.compile(rb'"[^"]*"')
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


def strip(body: bytes) -> bytes:
    """The slice of the JSON value: without a BOM and outer white space."""
    return body.removeprefix(_BOM).strip(_SPACE)


def require_utf8(body: bytes) -> None:
    """Raises NotJson, saying where, if these bytes are not UTF-8."""
    if body.isascii():
        return
    try:
        body.decode()
    except UnicodeDecodeError as error:
        hint = " (it looks like UTF-16)" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        reason = f"not UTF-8 at byte {error.start}{hint}; send UTF-8"
        raise NotJson(f"The body is {reason}.", [Problem("", reason)]) from None


def require_depth(body: bytes, depth_max: int) -> None:
    """Raises TooLarge if arrays and objects are nested deeper than `depth_max`."""
    if depth_over(body, depth_max):
        reason = f"nested deeper than {depth_max} levels"
        raise TooLarge(f"The body is {reason} (depth_max).", [Problem("", reason)])


def depth_over(body: bytes, depth_max: int) -> bool:
    """Whether arrays and objects are nested deeper than `depth_max`. Exact for JSON; linear."""
    # Without escapes, only quotes and brackets matter; without what is in quotes, only brackets.
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"") if b'\\"' in body else body
    shape = plain.translate(None, _NOT_STRUCTURE).replace(b'""', b"")
    if len(shape) <= depth_max:
        return False
    if b'"' in shape:
        shape = _QUOTED.sub(b"", shape)
    # Each round peels one level or two.
    for _ in range(depth_max // 2):
        peeled = shape.replace(b"{}", b"").replace(b"[]", b"")
        if not peeled:
            return False
        if len(peeled) == len(shape):
            break
        shape = peeled
    return _scanned_depth(body, depth_max) > depth_max


def _scanned_depth(body: bytes, depth_max: int) -> int:
    depth = deepest = 0
    for match in _STRUCTURE.finditer(body):
        byte = body[match.start()]
        if byte in b"[{":
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest > depth_max:
                    break
        elif byte in b"]}":
            depth -= 1
    return deepest
