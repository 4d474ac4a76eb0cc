"""Takes documents out of everything that was made of them, and keeps them out."""
