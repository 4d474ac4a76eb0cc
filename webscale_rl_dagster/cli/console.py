"""Where the commands print: results to standard output, progress and errors beside it."""

from __future__ import annotations

from rich.console import Console

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)
