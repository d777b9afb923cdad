"""A code location."""

from place import definitions

defs = definitions("north")
