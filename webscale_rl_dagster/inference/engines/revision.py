"""Which weights answer: a hash that is cheap at any size and changes with what is in the files."""

from __future__ import annotations

import hashlib
from pathlib import Path

_BLOCKS, _BLOCK_BYTES = 64, 1 << 16


def of_file(path: Path) -> str:
    """A hash of the size and of 64 blocks spread over the file, weights included, in a blink."""
    return _sampled(path).hexdigest()[:12]


def of_folder(folder: Path) -> str:
    """The same of a model folder: weights, configuration, tokenizer and chat template."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if path.is_file() and not hidden and path.suffix != ".md":
            digest.update(name.as_posix().encode() + b"\0" + _sampled(path).digest())
    return digest.hexdigest()[:12]


def _sampled(path: Path) -> hashlib._Hash:
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for block in range(_BLOCKS):
            file.seek(max(0, size - _BLOCK_BYTES) * block // (_BLOCKS - 1))
            digest.update(file.read(_BLOCK_BYTES))
    return digest
