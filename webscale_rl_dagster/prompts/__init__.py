"""Versioned prompt templates and the demonstration library."""
