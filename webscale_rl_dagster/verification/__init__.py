"""Rules and answer types: what can be verified without asking a model."""
