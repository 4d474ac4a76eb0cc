"""Prompt templates with one of them edited, as a researcher edits a file of the package."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from webscale_rl_dagster.prompts import library


@contextmanager
def edited_template(name: library.TemplateName, old: str, new: str) -> Iterator[None]:
    """Within it, prompts are made from a copy of the templates in which `old` reads `new`."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "templates"
        shutil.copytree(str(library._FOLDER), copy)
        file = copy / f"{name}.md"
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{name}.md does not say {old!r}"
        file.write_text(text.replace(old, new), encoding="utf-8")
        try:
            with patch.object(library, "_FOLDER", copy):
                library.load_template.cache_clear()
                yield
        finally:
            library.load_template.cache_clear()
