"""The index that comes with the package; `benchmarks/contamination/ready_index.py` makes it."""

from __future__ import annotations

from pathlib import Path

READY = "ready"
"""Its name where benchmarks are named."""

READY_INDEX = Path(__file__).with_name("ready.zip")
