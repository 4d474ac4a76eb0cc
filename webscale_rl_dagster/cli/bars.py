"""Progress bars: documents done, model calls done, tokens a second, time left."""

from __future__ import annotations

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from webscale_rl_dagster.automation.ingestion.job import IngestReport
from webscale_rl_dagster.cli.console import errors
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.releases.progress import ReleaseProgress
from webscale_rl_dagster.stages.ingest import IngestProgress


def new_bars() -> Progress:
    """Bars on standard error, so that standard output stays a script's to read."""
    return Progress(
        TextColumn("{task.fields[shard]}", markup=False),
        TextColumn("{task.description}", style="bold", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=errors,
    )


class StageBars:
    """A bar per stage and shard, kept on screen when the stage is done; `total` sums all."""

    def __init__(self, bars: Progress, total: Usage) -> None:
        self._bars = bars
        self._total = total
        self._task: TaskID | None = None

    def started(self, stage: str, shard: str, rows: int) -> None:
        self._task = self._bars.add_task(stage, total=rows, shard=shard, note="")

    def advanced(self, usage: Usage, *, rows: int = 0) -> None:
        assert self._task is not None, "a stage starts before it advances"
        self._bars.update(self._task, advance=rows, note=_note(usage))

    def finished(self, usage: Usage) -> None:
        assert self._task is not None, "a stage starts before it finishes"
        self._total.add(usage)
        self._bars.update(self._task, note=_note(usage))
        self._bars.stop_task(self._task)


class IngestBar(IngestReport):
    """Megabytes read of a file, with the documents and quarantined records so far."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, progress: IngestProgress) -> None:
        name = str(progress.file)
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(
                "bytes read", total=progress.bytes_total, shard=name.rsplit("/", 1)[-1], note=""
            )
        self._bars.update(
            self._tasks[name],
            completed=progress.bytes_read,
            note=f"{progress.documents} documents, {progress.quarantined} quarantined",
        )


class StepBars(ReleaseProgress):
    """A bar for each step, in `things` that are read."""

    def __init__(self, bars: Progress, things: str = "shards") -> None:
        self._bars = bars
        self._things = things
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, done: int, of: int) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step, total=of, shard=self._things, note="")
        self._bars.update(self._tasks[step], completed=done)


def _note(usage: Usage) -> str:
    return f"{usage.requests} calls, {usage.reused} from the journal"
