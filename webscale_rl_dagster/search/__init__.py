"""Full-text and facet search over pairs, candidates and documents, by an index beside the data."""
