"""HTML pages in, documents of their main content out."""
