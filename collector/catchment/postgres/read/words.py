"""The words of a search, as patterns for Postgres, in which all that a user wrote is literal.

A word of one or two letters or digits is looked for where words begin, a longer one anywhere: there
is no index for less than three characters in the middle of a word.
"""

from collections.abc import Mapping
from dataclasses import dataclass

INSIDE_CHARS_MIN = 3
_LOOKED_UP_MAX = 3
_ANY = "%"


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `literal` in small letters, `form` as `search_form` in the database has it.

    The form of a word that is all punctuation is empty: only the literal says what is meant.
    """

    literal: str
    form: str

    @property
    def inside(self) -> str:
        """The pattern of forms that hold it."""
        return f"%{self.form}%" if len(self.form) >= INSIDE_CHARS_MIN else self.beginning

    @property
    def beginning(self) -> str:
        """The pattern of forms in which it begins a word."""
        return f"% {self.form}%" if self.form else _ANY


@dataclass(frozen=True, slots=True)
class Words:
    """All words of a search; something is found if it has all of them."""

    asked: str
    words: tuple[Word, ...]

    @property
    def literals(self) -> list[str]:
        """Patterns of names, in small letters, that hold the words."""
        return [f"%{_escaped(word.literal)}%" for word in self.words]

    @property
    def forms(self) -> list[str]:
        """Patterns of forms, for words that must stand at the beginning of one."""
        return [word.inside for word in self.words if 0 < len(word.form) < INSIDE_CHARS_MIN]

    @property
    def inside(self) -> list[str]:
        """Patterns of forms that have all words somewhere."""
        return [word.inside for word in self.words]

    @property
    def beginnings(self) -> list[str]:
        """Patterns of forms in which each word begins one."""
        return [word.beginning for word in self.words]

    @property
    def tokens(self) -> list[str]:
        """Patterns of forms for each run of letters and digits by itself."""
        return [_token(token) for token in sorted({t for w in self.words for t in w.form.split()})]

    @property
    def indexed(self) -> bool:
        """Whether trigrams can find anything."""
        return any(word.form for word in self.words)

    def alone(self, word: Word) -> "Words":
        """A search for one of the words."""
        return Words(word.literal, (word,))


def looked_up(estimates: Mapping[str, float], common: float) -> list[str]:
    """Which patterns are given to the index, the rarest of them; the others are compared only.

    A common pattern costs the index more than it spares: none is given but where all are common.
    """
    able = estimates.keys() - {_ANY}
    ordered = sorted(able, key=lambda pattern: (estimates[pattern], pattern))
    rare = [pattern for pattern in ordered if estimates[pattern] < common] or ordered
    chosen = rare[:_LOOKED_UP_MAX]
    # Once more the same: for a pattern that fits all, the planner would leave the index.
    return chosen + chosen[:1] * (_LOOKED_UP_MAX - len(chosen))


def _token(token: str) -> str:
    return f"%{token}%" if len(token) >= INSIDE_CHARS_MIN else f"% {token}%"


def _escaped(literal: str) -> str:
    return literal.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
