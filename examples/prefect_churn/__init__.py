"""Who will leave? Raw data, features, a model, scores and a report, as a Prefect flow."""
