"""Dagster's resources: thin over `inference` and `storage`."""
