"""The logic of each stage: frame in, frame out. Nothing here imports Dagster."""
