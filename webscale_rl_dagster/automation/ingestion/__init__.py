"""Files of a corpus, found by its sensor and read by one job."""
