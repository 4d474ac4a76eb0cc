"""Runs in processes of their own: real ones, on an instance in SQLite."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status
from dagster._core.definitions.reconstruct import ReconstructableJob
from dagster._core.launcher.base import LaunchRunContext, WorkerStatus

from tests.waiting import wait_until
from webscale_rl_dagster.automation.launching import launcher as module
from webscale_rl_dagster.automation.launching.launcher import ProcessRunLauncher
from webscale_rl_dagster.automation.launching.processes import PROCESS, Whereabouts, worker_of

JOB = '''
import time
from pathlib import Path

import dagster as dg

@dg.op
def waits(context):
    """Until it is interrupted, or, where it is stubborn, killed; a file says that it has begun."""
    while True:
        try:
            Path(__file__).with_name(context.run.run_id).touch()
            time.sleep(60)
        except BaseException:
            if context.run.tags["stubborn"] == "no":
                raise

@dg.job(executor_def=dg.in_process_executor)
def waiting():
    waits()
'''
HOME = f"""
telemetry: {{enabled: false}}
run_launcher: {{module: {module.__name__}, class: ProcessRunLauncher}}
"""


class Runs:
    """Of a job that goes on until it is stopped."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance) -> None:
        self._folder = folder
        (folder / "waits.py").write_text(JOB)
        self._job = ReconstructableJob.for_file(str(folder / "waits.py"), "waiting")
        self.instance = instance
        assert isinstance(instance.run_launcher, ProcessRunLauncher)
        self.launcher = instance.run_launcher

    def new(self, tags: Mapping[str, str] | None = None, *, launched: bool = True) -> dg.DagsterRun:
        return self.instance.create_run_for_job(
            self._job.get_definition(),
            status=Status.STARTING if launched else Status.STARTED,
            job_code_origin=self._job.get_python_origin() if launched else None,
            tags={"stubborn": "no", **(tags or {})},
        )

    def launch(self, run: dg.DagsterRun) -> None:
        self.launcher.launch_run(LaunchRunContext(run, None))

    def started(self, tags: Mapping[str, str] | None = None) -> tuple[dg.DagsterRun, int]:
        """A run that waits in its op, and its process."""
        run = self.new(tags)
        self.launch(run)
        wait_until((self._folder / run.run_id).exists)
        return self.now(run), appears(run)

    def now(self, run: dg.DagsterRun) -> dg.DagsterRun:
        found = self.instance.get_run_by_id(run.run_id)
        assert found is not None
        return found

    def health(self, run: dg.DagsterRun) -> WorkerStatus:
        return self.launcher.check_run_worker_health(self.now(run)).status

    def said(self, run: dg.DagsterRun) -> str:
        return "\n".join(
            entry.get_dagster_event().message or "" for entry in self.instance.all_logs(run.run_id)
        )


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(HOME)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        made = Runs(tmp_path, instance)
        yield made
        for worker in made.launcher._children.values():
            worker.kill()
        made.launcher.join()


@contextmanager
def stand_in(run: dg.DagsterRun, code: str = "input()") -> Iterator[subprocess.Popen[bytes]]:
    """A process with a worker's command line, which nobody wrote down."""
    command = [sys.executable, "-c", code, "api", "execute_run", f'{{"run_id": "{run.run_id}"}}']
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, start_new_session=True) as process:
        try:
            appears(run)
            yield process
        finally:
            process.kill()


def is_there(pid: int) -> bool:
    """If only as what is left of it until it is reaped."""
    return Path(f"/proc/{pid}").exists()


def appears(run: dg.DagsterRun) -> int:
    """A process has no command line for a moment after it was started."""
    wait_until(lambda: worker_of(run.run_id) is not None)
    worker = worker_of(run.run_id)
    assert worker is not None
    return worker


def test_a_launched_run_is_seen_and_ends_when_it_is_cancelled(runs: Runs) -> None:
    run, worker = runs.started()
    assert runs.health(run) is WorkerStatus.RUNNING
    assert os.getsid(worker) == worker
    assert runs.launcher.terminate(run.run_id)
    wait_until(lambda: runs.now(run).status is Status.CANCELED)
    wait_until(lambda: runs.health(run) is WorkerStatus.NOT_FOUND and not is_there(worker))
    assert not runs.launcher.terminate(run.run_id)


def test_a_worker_that_does_not_stop_is_killed(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ENDS_WITHIN_S", 0.5)
    run, _ = runs.started({"stubborn": "yes"})
    assert runs.launcher.terminate(run.run_id)
    wait_until(lambda: runs.health(run) is WorkerStatus.NOT_FOUND)
    assert runs.now(run).status is Status.CANCELING


def test_a_killed_worker_is_seen_to_be_gone(runs: Runs) -> None:
    run = runs.new()
    runs.launch(run)
    os.kill(appears(run), signal.SIGKILL)
    wait_until(lambda: worker_of(run.run_id) is None)
    assert runs.health(run) is WorkerStatus.NOT_FOUND
    assert not runs.launcher.terminate(run.run_id)
    assert runs.now(run).status is Status.CANCELED
    assert "Its worker was gone already." in runs.said(run)


@pytest.mark.parametrize("part", ["add_run_tags", "report_engine_event"])
def test_a_launch_that_raises_has_started_nothing(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def away(*arguments: object, **named: object) -> None:
        raise ConnectionError("the database is away")

    run = runs.new()
    monkeypatch.setattr(runs.instance, part, away)
    with pytest.raises(ConnectionError):
        runs.launch(run)
    assert worker_of(run.run_id) is None


def test_a_worker_is_found_by_a_daemon_that_did_not_launch_it(runs: Runs) -> None:
    run, other = runs.new(), runs.new()
    with stand_in(run) as worker:
        assert runs.health(run) is WorkerStatus.RUNNING
        assert runs.health(other) is WorkerStatus.NOT_FOUND
        assert runs.launcher.terminate(run.run_id)
        assert worker.wait() != 0
    assert runs.now(run).status is Status.CANCELING


def test_what_a_dead_worker_forked_is_no_worker(runs: Runs) -> None:
    run = runs.new()
    forks = "import os, time; child = os.fork(); child and print(child, flush=True); time.sleep(60)"
    with stand_in(run, forks) as worker:
        assert worker.stdout is not None
        child = int(worker.stdout.readline())
        try:
            assert worker_of(run.run_id) == worker.pid
            worker.kill()
            wait_until(lambda: worker_of(run.run_id) is None)
            assert run.run_id.encode() in Path(f"/proc/{child}/cmdline").read_bytes()
            assert runs.health(run) is WorkerStatus.NOT_FOUND
        finally:
            os.kill(child, signal.SIGKILL)


def test_a_worker_that_cannot_be_seen_is_not_said_to_be_gone(runs: Runs) -> None:
    elsewhere = Whereabouts.here()._replace(host="another", space="pid:[1]")
    run = runs.new({PROCESS: str(elsewhere)})
    assert not runs.launcher.terminate(run.run_id)
    assert runs.now(run).status is Status.STARTING
    assert "its process is on another and cannot be seen from here" in runs.said(run)


HERE = Whereabouts.of_this_process()


@pytest.mark.parametrize(
    ("where", "status"),
    [
        (HERE, WorkerStatus.RUNNING),
        (HERE._replace(started="1"), WorkerStatus.NOT_FOUND),
        (HERE._replace(boot="an-earlier-one"), WorkerStatus.NOT_FOUND),
        (HERE._replace(host="another", boot="another"), WorkerStatus.RUNNING),
        (HERE._replace(machine="another", boot="another"), WorkerStatus.RUNNING),
        (HERE._replace(host="a-container", space="pid:[1]"), WorkerStatus.RUNNING),
    ],
    ids=[
        "here",
        "pid of another",
        "before a reboot",
        "another machine",
        "one of that name",
        "a container",
    ],
)
def test_a_run_in_the_process_of_a_command_is_left_alone_while_it_may_live(
    runs: Runs, where: Whereabouts, status: WorkerStatus
) -> None:
    run = runs.new({PROCESS: str(where)}, launched=False)
    assert runs.health(run) is status


@pytest.mark.parametrize("tag", ["mine", "a b c d e", "a b c d pid 1", "a b c d 1 2 3", "a  b c "])
def test_a_tag_that_somebody_else_set_says_nothing(runs: Runs, tag: str) -> None:
    run = runs.new({PROCESS: tag}, launched=False)
    assert runs.health(run) is WorkerStatus.NOT_FOUND
    assert not runs.launcher.terminate(run.run_id)


def test_a_command_says_which_process_its_run_is_in(runs: Runs) -> None:
    from webscale_rl_dagster.cli.local import execute

    @dg.op
    def looks() -> str:
        [run] = runs.instance.get_runs()
        return runs.health(run).value

    @dg.job
    def looking() -> None:
        looks()

    result = execute(dg.Definitions(jobs=[looking]), "looking", instance=runs.instance)
    assert result.output_for_node("looks") == "RUNNING"


def test_threads_of_the_daemon_reap_at_once(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one thread that launches and three that look."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    monkeypatch.setattr(threading, "excepthook", lambda failed: failures.append(failed.exc_value))
    failures: list[BaseException | None] = []
    done, run = threading.Event(), runs.new()

    def look() -> None:
        while not done.is_set():
            runs.launcher._reap()

    threads = [threading.Thread(target=look) for _ in range(3)]
    try:
        for thread in threads:
            thread.start()
        for _ in range(100):
            child = subprocess.Popen(["true"])
            runs.launcher._children[child.pid] = child
    finally:
        done.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(before)
    assert not failures
    assert runs.health(run) is WorkerStatus.NOT_FOUND
