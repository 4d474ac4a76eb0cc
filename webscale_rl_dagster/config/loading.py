"""Reads `pipeline.yaml`, and says what is wrong with it."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from webscale_rl_dagster.config.fields import Section
from webscale_rl_dagster.config.pipeline import Config
from webscale_rl_dagster.errors import ConfigError

CONFIG_VARIABLE = "WEBSCALE_RL_CONFIG"
DEFAULT_FILE = "pipeline.yaml"


def load_config(path: Path | None = None) -> Config:
    """Read the file, or `$WEBSCALE_RL_CONFIG`, or ./pipeline.yaml if it is there, or defaults.

    Raises ConfigError with every mistake in the file, one a line.
    """
    if path is None and CONFIG_VARIABLE in os.environ:
        path = Path(os.environ[CONFIG_VARIABLE])
    if path is None:
        path = Path(DEFAULT_FILE)
        if not path.exists():
            return _anchored(Config(), Path.cwd())
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; {CONFIG_VARIABLE} or --config names it") from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path}: not readable as YAML: {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: the file must hold keys, e.g. `storage: .webscale-rl`")
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(path, error)) from None
    return _anchored(config, path.absolute().parent)


def _anchored(config: Config, folder: Path) -> Config:
    def anchored(place: str) -> str:
        return place if place.startswith("s3://") else str(folder / Path(place).expanduser())

    corpora = tuple(
        corpus.model_copy(update={"uri": anchored(corpus.uri)}) for corpus in config.corpora
    )
    return config.model_copy(update={"storage": anchored(config.storage), "corpora": corpora})


def _explain(path: Path, error: ValidationError) -> str:
    lines = [_explain_one(dict(item)) for item in error.errors(include_url=False)]
    return "\n".join(f"{path}: {line}" for line in lines)


def _explain_one(item: dict[str, Any]) -> str:
    place = [str(part) for part in item["loc"]]
    if item["type"] != "extra_forbidden":
        return f"{'.'.join(place)}: {item['msg']}"
    known = _known_keys(place[:-1])
    near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(sorted(known))}"
    return f"{'.'.join(place)}: unknown key; {hint}"


def _known_keys(place: list[str]) -> list[str]:
    section: type[Section] = Config
    for part in place:
        field = section.model_fields.get(part)
        # A part that is no field is a place in a list or a name in a mapping.
        section = section if field is None else next(_sections(field.annotation), section)
    return [field.alias or name for name, field in section.model_fields.items()]


def _sections(annotation: Any) -> Iterator[type[Section]]:
    """Those within an annotation such as `tuple[CorpusConfig, ...]` or `EmailConfig | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _sections(part)
