"""Exact and near duplicates among questions and among documents, by MinHash-LSH."""
