"""Launches each run as a process of its own, which outlives the daemon and can be seen to be dead.

Dagster's default launcher starts runs inside the code server: they die with it, and a worker that
was killed while the database was away stays "started" for ever. This one is for one machine or
container; across machines, as in Kubernetes, the launchers made for them do the same.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

import dagster as dg
from dagster._core.launcher.base import (
    CheckRunHealthResult,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
)
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, ConfigurableClassData, serialize_value

from webscale_rl_dagster.automation.launching.processes import PROCESS, Whereabouts, worker_of

_ENDS_WITHIN_S = 60.0
"""Of a worker that was asked to stop; half of `cancel_timeout_seconds`, after which run monitoring
calls the run cancelled whatever became of its process."""


class ProcessRunLauncher(RunLauncher[dg.DagsterInstance], ConfigurableClass):
    """For `run_launcher` in dagster.yaml, with run monitoring on; Linux only.

    The daemon, the webserver and the workers share a machine, or a container.
    """

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Nothing that can fail comes after the start: Dagster fails a run whose launch raises."""
        run, origin = context.dagster_run, context.job_code_origin
        assert origin is not None, "runs of a code location have one"
        arguments = ExecuteRunArgs(
            job_origin=origin,
            run_id=run.run_id,
            instance_ref=self._instance.get_ref(),
            set_exit_code_on_failure=True,
        )
        self._instance.add_run_tags(run.run_id, {PROCESS: str(Whereabouts.here())})
        self._instance.report_engine_event(
            "Launching in a process of its own.", run, cls=self.__class__
        )
        self._reap()
        # By the code's own Python, as `dagster` need not be on PATH; and in a session of its own,
        # so that what ends the daemon's group does not end the run.
        python = origin.repository_origin.executable_path
        worker = subprocess.Popen(
            [python, "-m", "dagster", "api", "execute_run", serialize_value(arguments)],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._children[worker.pid] = worker

    def terminate(self, run_id: str) -> bool:
        """By SIGINT, upon which the run cleans up and says that it was cancelled.

        A worker that does not is killed after a minute. False where there is nothing to interrupt,
        or where it cannot be seen from here, which is said in the run's log.
        """
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        place, worker = Whereabouts.parse(run.tags.get(PROCESS, "")), self._alive(run)
        if worker is None and place is not None and not place.can_be_seen:
            self._instance.report_engine_event(
                f"Not interrupted: its process is on {place.host} and cannot be seen from here. "
                "Interrupt it there; if that machine or container is gone, force the termination.",
                run,
                cls=self.__class__,
            )
            return False
        self._instance.report_run_canceling(run)
        if worker is None:
            self._instance.report_run_canceled(run, "Its worker was gone already.")
            return False
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGINT)
        if run.job_code_origin is not None:
            late = threading.Timer(_ENDS_WITHIN_S, _kill, (run_id, worker))
            late.daemon = True
            late.start()
        return True

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """A process elsewhere counts as running if it is none of ours, like `webscale-rl run`'s."""
        self._reap()
        worker = self._alive(run)
        if worker is not None:
            return CheckRunHealthResult(WorkerStatus.RUNNING, run_worker_id=str(worker))
        place = Whereabouts.parse(run.tags.get(PROCESS, ""))
        if run.job_code_origin is None and place is not None and not place.can_be_seen:
            return CheckRunHealthResult(WorkerStatus.RUNNING, f"in a process on {place.host}")
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "its process is gone")

    def join(self, timeout: int = 30) -> None:
        for worker in list(self._children.values()):
            worker.wait(timeout)

    def _alive(self, run: dg.DagsterRun) -> int | None:
        """A run without an origin was not launched: the process that made it executes it."""
        if run.job_code_origin is not None:
            return worker_of(run.run_id)
        place = Whereabouts.parse(run.tags.get(PROCESS, ""))
        return place.alive() if place is not None and place.can_be_seen else None

    def _reap(self) -> None:
        """Else a dead worker would stay in the table of processes for as long as its parent.

        Threads of the daemon do this at once.
        """
        for pid, child in list(self._children.items()):
            if child.poll() is not None:
                self._children.pop(pid, None)


def _kill(run_id: str, worker: int) -> None:
    """With what it started; unless it ended meanwhile."""
    if worker_of(run_id) == worker:
        with suppress(ProcessLookupError):
            os.killpg(worker, signal.SIGKILL)
