"""The one tree of errors: would the same input fail again?

    CatchmentError
    ├── Permanent                the same input fails again; say what is wrong and how to mend it
    │   ├── NotJson              the bytes are not one JSON value
    │   ├── NoIdentity           readable JSON, but nothing says which run, job or dataset, or when
    │   ├── Invalid              an event, but not as its schemas want it; asked for in strict mode
    │   ├── TooLarge             over a bound; the message names the bound
    │   ├── Unsupported          a content type or encoding that we do not read
    │   ├── Refused              key missing, wrong or without the scope
    │   ├── Unknown              a question about something that was never named
    │   ├── BadQuestion          a query parameter that cannot be read
    │   ├── Unstorable           Postgres refuses the values themselves, and will do so again
    │   ├── BadSettings          settings that cannot work; all of them named at once
    │   ├── SchemaMismatch       the database's schema is of another version than this program
    │   └── CannotStart          port in use, data dir of another major version, no permission, ...
    └── Transient                the same input may succeed later
        ├── Overloaded           a bound of the moment is reached; try again soon
        └── DatabaseAway         Postgres cannot be reached or is restarting

An error's default text is its docstring. This module knows nothing else of the program.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Problem(NamedTuple):
    """One thing wrong with an input: a JSON pointer (RFC 6901, "" is the whole) and a reason."""

    pointer: str
    reason: str


class CatchmentError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.problems = tuple(problems)


class Permanent(CatchmentError):
    """The same input would fail again."""


class Transient(CatchmentError):
    """The same input may succeed later."""


class NotJson(Permanent):
    """The body is not JSON."""


class NoIdentity(Permanent):
    """The event does not say which run, job or dataset it is about, or when."""


class Invalid(Permanent):
    """The event is not valid by the schemas of OpenLineage (CATCHMENT_VALIDATION=strict)."""


class TooLarge(Permanent):
    """The input is larger than a bound allows."""


class Unsupported(Permanent):
    """The content type or encoding is not one that is read here."""


class Refused(Permanent):
    """The key is missing, unknown, or lacks the scope."""


class Unknown(Permanent):
    """Nothing of that name was ever seen."""


class BadQuestion(Permanent):
    """A parameter of the question cannot be read."""


class Unstorable(Permanent):
    """The database refuses to hold this."""


class BadSettings(Permanent):
    """The settings cannot work together."""


class SchemaMismatch(Permanent):
    """The database's schema is of another version than this program."""


class CannotStart(Permanent):
    """The service cannot start."""


class Overloaded(Transient):
    """Too much is under way at the moment; try again in a second."""


class DatabaseAway(Transient):
    """The database cannot be reached at the moment; try again in a second."""
