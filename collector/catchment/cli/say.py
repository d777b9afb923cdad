"""How the command line talks: answers on stdout, everything else on stderr, nothing unescaped.

What is shown may come from anybody who sent an event: control characters, which could repaint a
terminal, are written as escapes. Knows nothing of what is said.
"""

import json
import sys
import unicodedata
from typing import Any

_DANGEROUS = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def printable(text: str) -> str:
    """The text with control, formatting and unassigned characters written as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _DANGEROUS
        else character
        for character in text
    )


def answer(text: str) -> None:
    """One line of an answer, on stdout."""
    sys.stdout.write(text + "\n")


def answer_json(value: Any) -> None:
    """An answer for a program to parse: pure ASCII, so that no terminal can be harmed."""
    answer(json.dumps(value, indent=2, ensure_ascii=True))


def remark(text: str) -> None:
    """A line for the person, on stderr."""
    sys.stderr.write(text + "\n")
