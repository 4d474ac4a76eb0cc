"""Pairs of every shard that arrives: when a shard is run, and when again."""
