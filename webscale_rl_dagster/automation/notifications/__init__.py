"""What people are told of Dagster's log, each receiver at a pace of its own."""
