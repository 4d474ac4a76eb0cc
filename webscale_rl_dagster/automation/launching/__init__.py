"""Runs as processes of one machine."""
