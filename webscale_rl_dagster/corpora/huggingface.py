"""Datasets laid out as on the Hugging Face Hub: what the front matter of README.md says of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from webscale_rl_dagster.errors import IngestError

_FRONT_MATTER = re.compile(r"\A\ufeff?\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
CARD = "README.md"
_MOST_BYTES = 1_000_000
_NO_LICENCE = ("unknown", "other")


@dataclass(frozen=True, slots=True)
class DatasetCard:
    """Its `configs`, which the Hub shows as subsets, and its licence."""

    where: str
    fields: dict[str, Any]

    @property
    def licence(self) -> str | None:
        """Several hold at once. `other` stands for the name that goes with it, if there is one."""
        said = self.fields.get("license")
        several = said if isinstance(said, list) else [said]
        named = [str(one) for one in several if one and one not in _NO_LICENCE]
        if not named and isinstance(name := self.fields.get("license_name"), str):
            return name
        return " AND ".join(named) or None

    def patterns(self, subset: str | None, split: str | None) -> tuple[str, ...] | None:
        """Of the files to read, all splits without one named; None: every file.

        Without a name it is the subset that is marked or called default, or the only one.
        """
        subsets = self._subsets()
        if not subsets:
            self._refuse_unknown("subset", subset, [])
            self._refuse_unknown("split", split, [])
            return None
        self._refuse_unknown("subset", subset, list(subsets))
        splits = _splits(subsets[subset or self._default(subsets)])
        self._refuse_unknown("split", split, list(splits))
        return tuple(
            pattern for name, those in splits.items() if split in (None, name) for pattern in those
        )

    def _subsets(self) -> dict[str, dict[str, Any]]:
        configs = self.fields.get("configs")
        if not isinstance(configs, list):
            return {}
        return {
            str(config["config_name"]): config
            for config in configs
            if isinstance(config, dict) and config.get("config_name") and _splits(config)
        }

    def _default(self, subsets: dict[str, dict[str, Any]]) -> str:
        marked = [name for name, config in subsets.items() if config.get("default") is True]
        only = list(subsets) if len(subsets) == 1 else []
        for name in (*marked, "default", *only):
            if name in subsets:
                return name
        raise IngestError(
            f"{self.where} names several subsets and none as the default: choose one of "
            f"{', '.join(subsets)} with `subset`"
        )

    def _refuse_unknown(self, kind: str, name: str | None, known: list[str]) -> None:
        if name is not None and name not in known:
            there = f"those it names are {', '.join(known)}" if known else "it names none"
            raise IngestError(f"{self.where} knows no {kind} {name!r}: {there}")


def card_of(folder: Path) -> DatasetCard | None:
    """None without a README.md that has front matter; IngestError if that is no YAML."""
    path = folder / CARD
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return read_card(file.read(_MOST_BYTES), str(path))


def read_card(readme: bytes, where: str) -> DatasetCard | None:
    """None without front matter; IngestError if that is no YAML."""
    found = _FRONT_MATTER.match(readme[:_MOST_BYTES].decode(errors="replace"))
    if found is None:
        return None
    try:
        fields = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise IngestError(
            f"the front matter of {where} says which files to read under which licence, but is no "
            f"YAML: mend it, or move the file away ({' '.join(str(error).split())})"
        ) from error
    return DatasetCard(where, fields) if isinstance(fields, dict) else None


def matching(
    folder: Path, files: Iterable[Path], patterns: tuple[str, ...] | None
) -> Iterable[Path]:
    """The files whose names below the folder match one of the patterns."""
    matches = matcher(patterns)
    return (file for file in files if matches(file.relative_to(folder).as_posix()))


def matcher(patterns: tuple[str, ...] | None) -> Callable[[str], bool]:
    """`*` stops at a folder's end, `**` does not, as on the Hub; None matches everything."""
    if patterns is None:
        return lambda name: True
    from fsspec.utils import glob_translate

    wanted = [re.compile(glob_translate(pattern.removeprefix("./"))) for pattern in patterns]
    return lambda name: any(pattern.match(name) for pattern in wanted)


def _splits(config: dict[str, Any]) -> dict[str, list[str]]:
    """`data_files` in each of the forms that the Hub takes, patterns by split."""
    said, folder = config.get("data_files"), config.get("data_dir")
    if said is None and isinstance(folder, str):
        return {"train": [f"{folder.strip('/')}/**"]}
    if isinstance(said, dict):
        return {str(split): _listed(path) for split, path in said.items()}
    splits: dict[str, list[str]] = {}
    for entry in _several(said):
        if isinstance(entry, dict):
            splits.setdefault(str(entry.get("split", "train")), []).extend(
                _listed(entry.get("path"))
            )
        elif isinstance(entry, str):
            splits.setdefault("train", []).append(entry)
    return {split: patterns for split, patterns in splits.items() if patterns}


def _listed(paths: Any) -> list[str]:
    return [path for path in _several(paths) if isinstance(path, str)]


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
