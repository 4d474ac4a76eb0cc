"""The logic of each stage: rows in, rows out. Nothing here imports Dagster."""
