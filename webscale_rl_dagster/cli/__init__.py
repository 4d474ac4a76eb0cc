"""`webscale-rl`: drives the same Dagster definitions as the UI; it is no second pipeline.

Exit status: 0 all done, 1 something failed, 2 wrong usage, 3 done but a gate is shut,
130 interrupted.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from webscale_rl_dagster.cli.arrivals import arrivals
from webscale_rl_dagster.cli.audit import audit
from webscale_rl_dagster.cli.benchmarks import benchmarks_app
from webscale_rl_dagster.cli.configuration import config_app
from webscale_rl_dagster.cli.console import errors
from webscale_rl_dagster.cli.export import export
from webscale_rl_dagster.cli.fate import fate
from webscale_rl_dagster.cli.ingest import ingest
from webscale_rl_dagster.cli.instance import instance_app
from webscale_rl_dagster.cli.marks import mark, marks
from webscale_rl_dagster.cli.notify import notify
from webscale_rl_dagster.cli.release import push, release
from webscale_rl_dagster.cli.remove import remove
from webscale_rl_dagster.cli.run import run
from webscale_rl_dagster.cli.show import home, show
from webscale_rl_dagster.cli.status import status
from webscale_rl_dagster.cli.trace import trace
from webscale_rl_dagster.config import CONFIG_VARIABLE
from webscale_rl_dagster.errors import WebscaleError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Turn documents into verified question-answer pairs for reinforcement learning.",
)
app.add_typer(config_app, name="config")
app.add_typer(benchmarks_app, name="benchmarks")
app.add_typer(instance_app, name="instance")
for command in (
    ingest,
    arrivals,
    run,
    status,
    trace,
    fate,
    audit,
    mark,
    marks,
    remove,
    release,
    push,
    show,
    home,
    export,
    notify,
):
    app.command()(command)


def main() -> None:
    """The console script. Our own errors end it with their message, not with a stack trace."""
    _hear_signals()
    try:
        app()
    except WebscaleError as error:
        errors.print(f"error: {error}", style="red", soft_wrap=True)
        raise SystemExit(1) from None


def _hear_signals() -> None:
    """SIGTERM interrupts as Ctrl-C does, and both do in a process that was started to ignore them.

    Shells start background jobs that way, and Dagster hands SIGTERM whatever SIGINT has.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


@app.callback()
def options(
    config: Annotated[
        Path | None,
        typer.Option(help=f"pipeline.yaml; else ${CONFIG_VARIABLE}, else ./pipeline.yaml."),
    ] = None,
) -> None:
    """Options before the command."""
    if config is not None:
        os.environ[CONFIG_VARIABLE] = str(config.absolute())
