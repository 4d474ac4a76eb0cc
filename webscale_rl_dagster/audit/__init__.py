"""Where a pair is from and who said that it is right; what became of a document."""
