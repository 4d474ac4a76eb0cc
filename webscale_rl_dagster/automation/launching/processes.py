"""Which process executes a run, as /proc shows it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

PROCESS = "webscale_rl/process"
"""The tag of a run that says where its process is, see `Whereabouts`."""
_STARTED = 19
"""Of the fields of /proc/*/stat after the name: when it started, in ticks since the boot."""
_PLACE = 4
"""Words of a tag that names no process."""


class Whereabouts(NamedTuple):
    """A machine, and one process there where it is known beforehand."""

    host: str
    machine: str
    """Its id, for machines may be named alike; `-` where there is none, as in most containers."""
    boot: str
    space: str
    """In which process ids count: those of a container mean others outside."""
    pid: str = ""
    started: str = ""

    @classmethod
    def here(cls) -> Whereabouts:
        """Of processes that this one can see."""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return cls(os.uname().nodename, _machine_id(), boot, os.readlink("/proc/self/ns/pid"))

    @classmethod
    def of_this_process(cls) -> Whereabouts:
        pid = os.getpid()
        return cls.here()._replace(pid=str(pid), started=_started(pid))

    @classmethod
    def parse(cls, tag: str) -> Whereabouts | None:
        """None for a tag that is not there, or is none of ours: whoever starts a run sets tags."""
        parts = tag.split(" ")
        known = len(parts) == _PLACE or (len(parts) == _PLACE + 2 and parts[_PLACE].isdecimal())
        return cls(*parts) if known else None

    def __str__(self) -> str:
        return " ".join(part for part in self if part)

    @property
    def can_be_seen(self) -> bool:
        """Or the machine was started anew since, so that nothing is left of it."""
        here = Whereabouts.here()
        same = (self.host, self.machine) == (here.host, here.machine)
        return same and (self.boot != here.boot or self.space == here.space)

    def alive(self) -> int | None:
        """Its process id, of what can be seen and names a process; None if it is gone."""
        same = self.boot == Whereabouts.here().boot and bool(self.pid)
        return int(self.pid) if same and _started(int(self.pid)) == self.started else None


def worker_of(run_id: str) -> int | None:
    """The process that was launched to execute this run, wherever its launch was cut short.

    It leads a session, which tells it from what it forked; what is dead has no command line.
    """
    wanted = f'"{run_id}"'.encode()
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        try:
            command = (folder / "cmdline").read_bytes()
            if b"\0execute_run\0" in command and wanted in command and os.getsid(pid) == pid:
                return pid
        except OSError:
            continue
    return None


def _machine_id() -> str:
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip() or "-"
    except (OSError, UnicodeDecodeError):
        return "-"


def _started(pid: int) -> str:
    """Empty if there is no such process, or only what is left of it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[_STARTED]
