"""What runs are found by: their tags, and the names of their jobs."""

from __future__ import annotations

CORPUS, SHARD = "webscale_rl/corpus", "webscale_rl/shard"
"""Tags."""
ONE_INGESTS = "webscale_rl/ingests"
"""The tag of every run of `ingest_corpus`, of which the queue lets one go at a time."""

INGESTS, MAKES = "ingest_corpus", "make_pairs"
"""Jobs."""
