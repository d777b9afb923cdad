"""The ways in, one file each. They map verdicts to their own yes and no; no SQL, no graph."""
