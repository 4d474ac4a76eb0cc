"""How the audit's commands end in vain."""

from __future__ import annotations

from typing import NoReturn

import typer

from webscale_rl_dagster.audit.nearest import Unknown
from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.cli.console import FAILED, errors


def give_up(unknown: Unknown) -> NoReturn:
    """Say what there is instead, and exit."""
    errors.print(visible(unknown.message), style="red", soft_wrap=True)
    for name in unknown.nearest:
        errors.print(f"  {visible(name)}", soft_wrap=True)
    raise typer.Exit(FAILED)
