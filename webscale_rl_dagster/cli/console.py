"""Where the commands print: results to standard output, progress and errors beside it.

No markup: what is printed stems from documents, servers and paths, and a `[/b]` in it is text.
"""

from __future__ import annotations

from rich.console import Console

console = Console(highlight=False, markup=False)
errors = Console(stderr=True, highlight=False, markup=False)

FAILED, GATE_SHUT, INTERRUPTED = 1, 3, 130
"""Exit statuses beside 0 and Typer's own 2 for wrong usage."""
