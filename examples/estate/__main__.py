"""Write the estate to stdout: `python -m examples.estate 2026-03-01 | catchment ingest -`."""

import sys
from datetime import date

from . import ndjson

if __name__ == "__main__":
    sys.stdout.buffer.writelines(ndjson(date.fromisoformat(sys.argv[1])))
