"""What is searched of facets, and whether texts have all words. Pure.

The database finds candidates by what their facets ever said; here is decided by what they say
today, to this caller: a secret that is not shown is not found either.
"""

import re
from collections.abc import Iterable

from catchment.api.shapes import fields
from catchment.api.tagged import tags_by_field
from catchment.events.facets.cache import view
from catchment.events.facets.reading import items, obj, text
from catchment.postgres.read.facets import Facets
from catchment.postgres.read.marks import Marks
from catchment.postgres.read.words import INSIDE_CHARS_MIN, Word, Words

_HIGH = re.compile("[\x80-\xff]")
_GAP = re.compile("[^a-z0-9]+")


def texts(facets: Facets, marks: Marks) -> list[str]:
    """Columns and their descriptions, the description, and the tags."""
    found = [part for field in fields(facets) for part in (field["name"], field["description"])]
    documentation = facets.get("documentation")
    if documentation is not None:
        found.append(text(view(documentation).get("description")))
    tags = facets.get("tags")
    if tags is not None:
        for tag in items(view(tags).get("tags")):
            found.append(text(obj(tag).get("value")))
    found += [tag for on_one in tags_by_field(facets, marks).values() for tag in on_one]
    return [part for part in found if part]


def has_words(words: Words, parts: Iterable[str]) -> bool:
    """Whether each word is in one of these texts at least."""
    small = [part.lower() for part in parts]
    return all(any(_has(word, part) for part in small) for word in words.words)


def _has(word: Word, small: str) -> bool:
    if word.literal not in small:
        return False
    short = 0 < len(word.form) < INSIDE_CHARS_MIN
    return not short or f" {word.form}" in search_form(small)


def search_form(small: str) -> str:
    """A text in small letters as the database's function of this name writes it."""
    raw = small.encode("utf-8", "backslashreplace").decode("latin-1").replace("\\", "")
    return " " + _GAP.sub(" ", _HIGH.sub(lambda found: f"{ord(found[0]):o}", raw)).strip()
