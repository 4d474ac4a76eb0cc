"""`webscale-rl config check`."""

from __future__ import annotations

import typer

from webscale_rl_dagster.cli.console import console
from webscale_rl_dagster.cli.notify import waiting
from webscale_rl_dagster.config import Config, EngineConfig, load_config
from webscale_rl_dagster.errors import WebscaleError

config_app = typer.Typer(no_args_is_help=True, help="The configuration file.")


@config_app.callback()
def _group() -> None:
    """Keeps `check` a command of its own."""


@config_app.command()
def check() -> None:
    """Read pipeline.yaml, open all that it names, and say what is in force.

    That is the storage, each engine, tokenizer and benchmark, and the buckets of corpora.
    """
    from webscale_rl_dagster.storage.connected import objects_of

    config = load_config()
    console.print(f"storage: {objects_of(config).root}", soft_wrap=True)
    opened: list[tuple[EngineConfig, str]] = []
    for role in config.roles:
        engine = config.models.for_role(role)
        said = next((line for known, line in opened if known == engine), None)
        if said is None:
            said = _open(role, engine)
            opened.append((engine, said))
        console.print(f"{role}: {said}", soft_wrap=True)
    console.print(f"benchmarks: {_benchmarks(config)}", soft_wrap=True)
    console.print(f"corpora: {_corpora(config)}", soft_wrap=True)
    console.print(f"notifications: {_receivers(config)}", soft_wrap=True)
    console.print("the configuration is good")


def _open(role: str, config: EngineConfig) -> str:
    from webscale_rl_dagster.inference.engines import open_engine
    from webscale_rl_dagster.inference.tokens import token_counter

    try:
        identity = open_engine(config).identity
        token_counter(config)("x")
    except WebscaleError as error:
        raise type(error)(f"models.{role}: {error}") from error
    engine = f"{identity.engine} {identity.engine_version}".strip()
    if config.ray is not None:
        engine += f" on the nodes of Ray at {config.ray.address}"
    return f"{identity.model} on {engine}, windows of {config.window_tokens} tokens"


def _benchmarks(config: Config) -> str:
    from webscale_rl_dagster.decontamination.store import BenchmarkStore
    from webscale_rl_dagster.storage.connected import objects_of

    store = BenchmarkStore(objects_of(config))
    found: list[str] = []
    try:
        for name in config.decontamination.benchmarks:
            with store.open(name) as index:
                found.append(f"{name} ({index.summary.items:,} items)")
    except WebscaleError as error:
        raise type(error)(f"decontamination.benchmarks: {error}") from error
    if not found:
        return "none: nothing is decontaminated"
    return f"{', '.join(found)}, profile {config.decontamination_profile}"


def _corpora(config: Config) -> str:
    from webscale_rl_dagster.corpora.records import is_stored
    from webscale_rl_dagster.storage.connected import bucket_objects

    for corpus in config.corpora:
        try:
            if is_stored(corpus.uri):
                bucket_objects(corpus.uri, config)
        except WebscaleError as error:
            raise type(error)(f"corpora.{corpus.name}: {error}") from error
    return ", ".join(corpus.name for corpus in config.corpora) or "none named"


def _receivers(config: Config) -> str:
    """Who they are and whose notices wait; raises if a variable that one needs is not set."""
    from webscale_rl_dagster.notices.receivers import receivers_of

    if config.notifications is None:
        return "none: nobody is told"
    receivers = receivers_of(config.notifications)
    for receiver in receivers:
        try:
            receiver.check()
        except WebscaleError as error:
            raise type(error)(f"notifications.{receiver.name}: {error}") from error
    return ", ".join(f"{one.goes_to}{waiting(config, one.name)}" for one in receivers)
