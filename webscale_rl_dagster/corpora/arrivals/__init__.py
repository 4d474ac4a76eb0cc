"""What arrived for a corpus: every file seen under its address, in which version, and its fate."""
