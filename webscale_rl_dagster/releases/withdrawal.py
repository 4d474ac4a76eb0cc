"""A release that is withdrawn: nobody may load it, its name stays taken, its manifest is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import orjson

from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.layout import MANIFEST, WITHDRAWN, key_of
from webscale_rl_dagster.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why a release is no more. `reason` is text that a person wrote."""

    reason: str
    time: str
    """ISO 8601, UTC."""
    tombstones: tuple[str, ...]
    """Ids of the removals behind it."""


def withdraw(objects: Objects, name: str, withdrawal: Withdrawal) -> None:
    """Say so first, then delete its files, so that a crash leaves none that looks whole."""
    folder = key_of(name)
    if objects.exists(key_of(name, MANIFEST)):
        body = orjson.dumps(asdict(withdrawal), option=orjson.OPT_INDENT_2)
        objects.put_new(key_of(name, WITHDRAWN), body)
    kept = {key_of(name, MANIFEST), key_of(name, WITHDRAWN)}
    objects.delete([key for key in objects.list(folder) if key not in kept])


def withdrawal_of(objects: Objects, name: str) -> Withdrawal | None:
    """None of a release that is not withdrawn."""
    key = key_of(name, WITHDRAWN)
    if not objects.exists(key):
        return None
    found = orjson.loads(objects.get(key))
    return Withdrawal(found["reason"], found["time"], tuple(found["tombstones"]))


def refuse_withdrawn(objects: Objects, name: str) -> None:
    """ReleaseError if it is withdrawn."""
    found = withdrawal_of(objects, name)
    if found is not None:
        raise ReleaseError(
            f"release {name} was withdrawn on {found.time[:10]}, {found.reason}. Its name stays "
            "taken: make a release of another name"
        )
