"""A small pipeline with a model, as Dagster assets."""
