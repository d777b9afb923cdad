"""Write the estate to stdout: `python -m examples.estate 2026-03-01 | catchment ingest -`."""

import argparse
import sys
from datetime import date

from . import ndjson


def main() -> None:
    """Its first day is the argument."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("first_day", type=date.fromisoformat, help="e.g. 2026-03-01")
    sys.stdout.buffer.writelines(ndjson(parser.parse_args().first_day))


if __name__ == "__main__":
    main()
