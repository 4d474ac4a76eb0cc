"""A large background of real text in which no benchmark is: documentation and dictionaries."""

from __future__ import annotations

import gzip
import html
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

PACKAGES = (
    "rust-doc",
    "openjdk-17-doc",
    "cppreference-doc-en-html",
    "python3.11-doc",
    "postgresql-doc-15",
    "maxima-doc",
    "debian-handbook",
    "gnucash-docs",
    "dict-gcide",
    "dict-wn",
    "dict-foldoc",
)
"""Of Debian; their text is some 190 MB."""

CHUNK = 2_500
"""Characters."""

_ENDINGS = (".html", ".htm", ".txt", ".rst", ".md", ".dict.dz", ".txt.gz")
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_BLANK = re.compile(r"\n\s*\n+")


def unpacked(folder: Path, packages: Sequence[str] = PACKAGES) -> Path:
    """Debian's packages, fetched and unpacked but not installed."""
    subprocess.run(["apt-get", "download", "-qq", *packages], check=True, cwd=folder)
    tree = folder / "tree"
    for package in sorted(folder.glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", package, tree], check=True)
        package.unlink()
    return tree


def chunks(folder: Path) -> Iterator[str]:
    """The text of every file under a folder that has some, in pieces cut at ends of lines."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name.endswith(_ENDINGS):
            yield from _cut(_text(path))


def _text(path: Path) -> str:
    raw = gzip.decompress(path.read_bytes()) if path.suffix in (".gz", ".dz") else path.read_bytes()
    text = raw.decode("utf-8", "replace")
    if path.suffix in (".html", ".htm"):
        text = html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text)))
    return _BLANK.sub("\n\n", text)


def _cut(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + CHUNK
        if end < len(text):
            line = text.rfind("\n", start + CHUNK // 2, end)
            end = line + 1 if line > 0 else end
        if chunk := text[start:end].strip():
            yield chunk
        start = end
