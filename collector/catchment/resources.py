"""Where the files lie that travel with the program. Knows only places.

In a wheel they are inside the package; in an editable installation they are read from the checkout.
"""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parents[1]


def migrations_dir() -> Path:
    """The folder of the `NNNN_verb_noun.sql` files."""
    packaged = _PACKAGE / "migrations"
    return packaged if packaged.is_dir() else _CHECKOUT / "migrations"


def schemas_dir() -> Path:
    """The folder of the JSON Schemas."""
    packaged = _PACKAGE / "schemas"
    return packaged if packaged.is_dir() else _CHECKOUT / "schemas"


def estate_dir() -> Path:
    """The folder of the example estate, a Python package."""
    packaged = _PACKAGE / "examples" / "estate"
    return packaged if packaged.is_dir() else _CHECKOUT / "examples" / "estate"
