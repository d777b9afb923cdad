"""Between the doors and the log: batches, bounds, verdicts. Knows no HTTP, Kafka or SQL."""

from catchment.pipeline.pipeline import Pipeline, Verdict

__all__ = ["Pipeline", "Verdict"]
