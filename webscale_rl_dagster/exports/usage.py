"""The files beside the data: what the trainer imports, and the lines that tell it to."""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

USAGE = "USAGE.txt"
INSTALL = """\
# Where the trainer runs; scoring needs nothing else of what the package depends on. Instead of
# its name, the first may be given the path of a checkout or of a wheel.
pip install --no-deps webscale-rl-dagster
pip install 'math-verify>=0.9,<0.10' pint
"""


def write_files(name: str, folder: Path, values: Mapping[str, str]) -> str:
    """The templates of a format into the folder, filled in; its usage, which is one of them."""
    root = files(__package__).joinpath("files", name)
    for relative, template in _templates(root, ""):
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        text = Template(template.read_text(encoding="utf-8")).substitute(values)
        path.write_text(text, encoding="utf-8")
    return (folder / USAGE).read_text(encoding="utf-8")


def _templates(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _templates(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".in"):
            found.append((prefix + entry.name.removesuffix(".in"), entry))
    return found
