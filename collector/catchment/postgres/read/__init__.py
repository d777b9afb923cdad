"""Questions to the graph and the log: sets of rows in, plain values out. Never writes.

One round trip a question and level of detail, however many nodes or runs there are.
"""

import asyncpg

from catchment.postgres.contents import Contents
from catchment.postgres.read.bindings import Bindings
from catchment.postgres.read.columns import Columns
from catchment.postgres.read.details import Details
from catchment.postgres.read.events import Events
from catchment.postgres.read.lineage import Lineage
from catchment.postgres.read.log import Log
from catchment.postgres.read.marks import MarkBook
from catchment.postgres.read.names import Names
from catchment.postgres.read.provenance import Provenance
from catchment.postgres.read.search import Search
from catchment.postgres.read.sources import Sources
from catchment.postgres.read.stats import Stats
from catchment.postgres.read.versions import Versions

__all__ = ["Questions"]


class Questions:
    """Everything that can be asked, over the read pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        contents = Contents(pool)
        self.names = Names(pool)
        self.details = Details(pool, contents)
        self.lineage = Lineage(pool)
        self.columns = Columns(pool)
        self.log = Log(pool)
        self.marks = MarkBook(pool)
        self.bindings = Bindings(pool)
        self.provenance = Provenance(pool)
        self.events = Events(pool)
        self.sources = Sources(pool)
        self.stats = Stats(pool)
        self.versions = Versions(pool, self.details)
        self.search = Search(pool)
