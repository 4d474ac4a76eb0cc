"""A corpus in a folder of this machine; each file is one of its own, text files too."""

from __future__ import annotations

import bisect
import functools
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from webscale_rl_dagster.corpora.arrivals.listing import PAGE, Listed, Page
from webscale_rl_dagster.corpora.folders import is_corpus_file, walk
from webscale_rl_dagster.errors import StorageError


class FolderListing:
    """Of a folder, or of one file. The folder is walked once for all pages of a listing."""

    settles_s = 10.0
    """Copying into a folder shows a file before it is whole."""

    def __init__(self, path: Path, format: str, *, page_files: int = PAGE) -> None:
        self._path, self._format = path.absolute(), format
        self.uri = str(self._path)
        self._page_files = page_files

    def page(self, token: str | None) -> Page:
        first = bisect.bisect_right(self._names, token) if token is not None else 0
        names = self._names[first : first + self._page_files]
        more = names[-1] if first + self._page_files < len(self._names) else None
        with self._looking():
            return Page([listed for name in names if (listed := version_of(Path(name)))], more)

    def after(self, uri: str, token: str | None) -> Page:
        return self.page(token or uri)

    @functools.cached_property
    def _names(self) -> list[str]:
        with self._looking():
            if stat.S_ISREG(self._path.stat().st_mode):
                return [str(self._path)]
            found = [(path, path.relative_to(self._path).as_posix()) for path in walk(self._path)]
        return sorted(str(path) for path, name in found if is_corpus_file(name, self._format))

    @contextmanager
    def _looking(self) -> Iterator[None]:
        """What a file system that is away says is told of the corpus: it is no file's fault."""
        try:
            yield
        except OSError as error:
            raise StorageError(
                f"{self._path} cannot be listed: {error.strerror or error} "
                f"({error.filename or self._path}). Look at the corpus's `uri` in pipeline.yaml"
            ) from error


def version_of(path: Path) -> Listed | None:
    """None if it is gone."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    version = f"{found.st_size}-{found.st_mtime_ns}"
    modified = datetime.fromtimestamp(found.st_mtime, UTC)
    return Listed(str(path), version, found.st_size, modified)
