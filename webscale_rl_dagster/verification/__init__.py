"""Rules, answer types and duplicates: what can be verified without asking a model."""
