"""A large synthetic storage, and the look-ups of the audit that are timed on it."""
