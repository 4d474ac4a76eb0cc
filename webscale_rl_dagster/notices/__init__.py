"""What people are told of, and how it reaches them. Knows nothing of Dagster."""
