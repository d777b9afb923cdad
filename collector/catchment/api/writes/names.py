"""Names that a write brings in, and whose they may be."""

from catchment.api.sight import Sight
from catchment.api.writes.bodies import NAME_CHARS_MAX
from catchment.errors import Invalid, Problem, Refused


def require_name(name: str, what: str) -> str:
    """The name, if it can be one.

    Raises:
        Invalid: blank, or longer than `NAME_CHARS_MAX`.
    """
    if not name.strip():
        raise _unfit(what, "it is blank")
    if len(name) > NAME_CHARS_MAX:
        raise _unfit(what, f"it is longer than {NAME_CHARS_MAX} characters (NAME_CHARS_MAX)")
    return name


def _unfit(what: str, why: str) -> Invalid:
    return Invalid(f"This cannot be the name of a {what}: {why}.", [Problem(f"/{what}", why)])


def require_everything(sight: Sight, what: str) -> None:
    """Make sure that the caller's key is for all namespaces: what is written is everybody's.

    Raises:
        Refused: it is not.
    """
    if sight.limited:
        raise Refused(f"The key is limited to some namespaces, and {what} belong to all.")
