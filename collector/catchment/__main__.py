"""`python -m catchment`, and the command `catchment`. Knows only where the command line lives."""

from catchment.cli import main

if __name__ == "__main__":
    main()
