"""Who may write what: names that can be ones, namespaces of the caller, and what belongs to all."""

from starlette.requests import Request

from catchment.access.grants import Scope, grant_of
from catchment.api.sight import Sight, sight_of
from catchment.api.writes.bodies import WORD_CHARS_MAX
from catchment.errors import Invalid, Problem, Refused
from catchment.events.names import NAME_CHARS_MAX, cut_password


def require_name(name: str, what: str) -> str:
    """The name of a namespace or source, if it can be one.

    Raises:
        Invalid: blank, or longer than names may be.
    """
    return _require(name, what, NAME_CHARS_MAX)


def require_tag(tag: str) -> str:
    """The same of a tag."""
    return _require(tag, "tag", WORD_CHARS_MAX)


def _require(name: str, what: str, chars_max: int) -> str:
    if not name.strip():
        raise _unfit(what, "it is blank")
    if len(name) > chars_max:
        raise _unfit(what, f"it is longer than {chars_max} characters")
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


def require_own(sight: Sight, namespace: str) -> None:
    """Make sure that the caller's key may write there. What is written need not be there yet.

    Raises:
        Refused: it may not.
    """
    if not sight.sees(namespace):
        raise Refused(
            "The key may not write into this namespace.",
            [Problem("/namespace", "not one of the namespaces of this key")],
        )


def writer(request: Request, namespace: str | None) -> Sight:
    """The eyes of a caller who may write events here and read what became of them."""
    sight = sight_of(request)
    if namespace is not None:
        require_own(sight, cut_password(namespace))
    if not grant_of(request.scope).may(Scope.READ):
        raise Refused("The key has no scope `read`, and this answers with what is known then.")
    return sight
