"""Exports: a release as the rows, files and configuration that a trainer takes as they are."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .format import Format

FORMATS = (
    "verl",
    "trl",
    "openrlhf",
    "nemo_rl",
    "nemo_gym",
    "open_instruct",
    "skyrl",
    "slime",
    "verifiers",
    "sft",
)
"""One module each, of the same name."""


def load_format(name: str) -> "Format":
    """The format of that name; ValueError names those there are."""
    from importlib import import_module

    if name not in FORMATS:
        raise ValueError(f"no format {name!r}; there are {', '.join(FORMATS)}")
    found: Format = import_module(f"{__name__}.{name}").FORMAT
    return found
