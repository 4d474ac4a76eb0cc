"""Writes pairs: answers chosen first, then a question to each, by rules or by the model."""
