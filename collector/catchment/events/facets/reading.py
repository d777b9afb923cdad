"""Tolerant access to decoded JSON: the wrong type reads as nothing."""

from catchment.events.names import NAME_CHARS_MAX, cut_password


def obj(value: object) -> dict[str, object]:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """A string, or an empty one."""
    return value if isinstance(value, str) else ""


def names(members: dict[str, object]) -> tuple[str, str] | None:
    """`namespace` and `name` of a job or dataset, if both can be an identity."""
    namespace, name = text(members.get("namespace")), text(members.get("name"))
    if not (0 < len(namespace) <= NAME_CHARS_MAX and 0 < len(name) <= NAME_CHARS_MAX):
        return None
    return cut_password(namespace), name
