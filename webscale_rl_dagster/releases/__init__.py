"""Immutable, versioned datasets made of published pairs, as `datasets.load_dataset` reads them."""
