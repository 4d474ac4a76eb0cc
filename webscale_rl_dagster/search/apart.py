"""An update in a process of its own, which gives its memory back and leaves readers their time."""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from webscale_rl_dagster.config import S3Config
from webscale_rl_dagster.errors import StorageError, WebscaleError
from webscale_rl_dagster.search.updating import Progress, Updated, update
from webscale_rl_dagster.storage.connected import connect
from webscale_rl_dagster.storage.tables import Tables


def update_apart(
    root: str, folder: Path, *, on_progress: Progress, s3: S3Config = S3Config()
) -> Updated:
    """As `update` of the storage at `root`; it ends soon after this process does.

    Raises:
        IndexBusy: another update of the same folder is under way.
        StorageError: the storage cannot be listed, the folder cannot be written, the process was
            killed, or it ended with any other error.
    """
    # Not forked: a process of many threads, as a server is, cannot be.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_update, args=(root, s3, folder, there), daemon=True)
    process.start()
    there.close()
    try:
        with here:
            while not isinstance(told := here.recv(), Updated | WebscaleError):
                on_progress(*told)
    except EOFError:
        process.join()
        raise StorageError(
            f"the update of {folder} was cut short, by signal or for want of memory "
            f"(exit status {process.exitcode}); the next one goes on from what is there"
        ) from None
    process.join()
    if isinstance(told, WebscaleError):
        raise told
    return told


def _update(root: str, s3: S3Config, folder: Path, there: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        tables = Tables(connect(root, s3))
        there.send(update(tables, folder, on_progress=lambda done, of: there.send((done, of))))
    except BrokenPipeError:
        return
    except WebscaleError as error:
        there.send(error)
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        there.send(StorageError(f"the update of {folder} was cut short: {why}"))
