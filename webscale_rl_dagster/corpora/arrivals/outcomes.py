"""What ingestion runs came to, a small object each, until the ledger takes them over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from pydantic import ValidationError

from webscale_rl_dagster.corpora.arrivals.rows import Outcome
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.objects import Objects

_AT_ONCE = 8


def record_outcome(objects: Objects, corpus: str, name: str, outcome: Outcome) -> None:
    """Under a name of its own, so that two runs of one file at once both tell."""
    objects.put(f"{_folder(corpus)}/{name}.json", outcome.model_dump_json().encode())


def read_outcomes(objects: Objects, corpus: str, *, most: int) -> dict[str, Outcome]:
    """By key, at most so many. StorageError if one is none of ours."""
    keys = list(islice(_keys(objects, corpus), most))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = zip(keys, pool.map(objects.get_if_there, keys), strict=True)
        return {key: _parse(objects, key, data) for key, data in found if data is not None}


def has_outcomes(objects: Objects, corpus: str) -> bool:
    """Whether a look will take some over."""
    return next(_keys(objects, corpus), None) is not None


def drop_outcomes(objects: Objects, keys: Iterable[str]) -> None:
    """Once the ledger that has them is on storage."""
    objects.delete(keys)


def _keys(objects: Objects, corpus: str) -> Iterator[str]:
    """What others left there, such as a console's placeholder of the folder, is no outcome."""
    return (key for key in objects.list(_folder(corpus)) if key.endswith(".json"))


def _parse(objects: Objects, key: str, data: bytes) -> Outcome:
    try:
        return Outcome.model_validate_json(data)
    except ValidationError as error:
        raise StorageError(
            f"{objects.uri(key)} is no outcome of an ingested file that is understood here: see "
            "that the daemon and runs are of one version. If it is deleted, its file is asked for "
            "again, and nothing is ingested twice"
        ) from error


def _folder(corpus: str) -> str:
    return f"arrivals/{corpus}/outcomes"
