"""Readers of corpus files: bytes in, documents and quarantined records out."""
