"""A process that extracts pages one after another, and is replaced when one of them kills it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import IO

import orjson

from webscale_rl_dagster.corpora.pages.frames import OUT_OF_MEMORY, read_frame, write_frame
from webscale_rl_dagster.errors import IngestError

_FATAL = {-signal.SIGPROF: "extraction_timeout", OUT_OF_MEMORY: "extraction_out_of_memory"}


class PageProcess:
    """Ends with this one: its pipe closes then, and no page takes it longer than its limit."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "webscale_rl_dagster.corpora.pages.main_content"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Sets are walked in the order of their hashes.
            env={**os.environ, "PYTHONHASHSEED": "0"},
            # Ctrl-C is for this process alone to answer.
            process_group=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in: IO[bytes] = self._process.stdin
        self._out: IO[bytes] = self._process.stdout
        if read_frame(self._out) is None:
            self.close()
            raise IngestError(
                "the process that extracts pages did not start, and said why on standard error: "
                f"try `{sys.executable} -m webscale_rl_dagster.corpora.pages.main_content`"
            )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def content(self, page: bytes, content_type: str | None) -> dict[str, str | None]:
        """What `main_content.main_content` says; a page that kills the process is a reason too."""
        try:
            write_frame(self._in, (content_type or "").encode("utf-8", "replace"))
            write_frame(self._in, page)
            answer = read_frame(self._out)
        except BrokenPipeError:
            answer = None
        if answer is not None:
            content: dict[str, str | None] = orjson.loads(answer)
            return content
        status = self._process.wait()
        self.close()
        reason = _FATAL.get(status, "extraction_crashed")
        return {"reason": reason, "detail": f"a page of {len(page)} bytes; exit status {status}"}

    def kill(self) -> None:
        """From any thread; one that waits for a page then gets an answer."""
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._in, self._out):
            try:
                pipe.close()
            except BrokenPipeError:
                pass
