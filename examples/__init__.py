"""Examples to run: `python -m examples.estate`, and what the README sends."""
