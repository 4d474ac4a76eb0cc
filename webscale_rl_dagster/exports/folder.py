"""A folder that appears whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webscale_rl_dagster.errors import StorageError


@contextmanager
def new_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """A folder beside the path that becomes it on a clean exit, and vanishes on any other.

    Raises:
        StorageError: it cannot be written, or something is there already and not to be replaced.
    """
    _refuse(path, replace)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        holder = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error}") from error
    try:
        new = holder / "new"
        new.mkdir()
        yield new
        _refuse(path, replace)
        _swap(new, path, holder / "old")
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error}") from error
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def _swap(new: Path, path: Path, old: Path) -> None:
    if not path.is_dir():
        os.rename(new, path)
        return
    os.rename(path, old)
    try:
        os.rename(new, path)
    except OSError:
        os.rename(old, path)
        raise


def _refuse(path: Path, replace: bool) -> None:
    if path.exists() and not path.is_dir():
        raise StorageError(f"{path} is no folder: name another")
    if path.exists() and not replace and any(path.iterdir()):
        raise StorageError(f"{path} is not empty: name another folder, or --force to replace it")
