"""What people said of pairs: good or bad, why, who and when. Marks are added and never changed."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial

import orjson
from pydantic import TypeAdapter, ValidationError

from webscale_rl_dagster.errors import MarkError, StorageError
from webscale_rl_dagster.identity import shard_of
from webscale_rl_dagster.storage.objects import Objects

LONGEST_NOTE = 2000
LONGEST_NAME = 100
"""Characters."""
_MARKS = "marks"
_DIGITS = re.compile(r"[0-9a-f]{24}")
_AT_ONCE = 16
"""Marks read together: on S3 nearly all of the time is spent waiting."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one person said of one pair. `note` and `by` are text that anyone may have written."""

    qa_id: str
    good: bool
    note: str
    by: str
    time: str
    """ISO 8601, UTC, to the microsecond, so that the order of the texts is that of the times."""
    id: str


_STORED = TypeAdapter(Mark)


def add_mark(
    objects: Objects, qa_id: str, *, good: bool, note: str, by: str, time: datetime | None = None
) -> Mark:
    """Store a mark as one new object; whether there is such a pair is the caller's to know.

    Args:
        objects: Where the pair's shard is.
        qa_id: Of a published pair or of a rejected candidate.
        good: Whether it should be trained on.
        note: Why; may be empty.
        by: Who; the same name is the same person.
        time: With a time zone; None: now.

    Raises:
        MarkError: no id of a pair, no name, or a text that is too long.
    """
    folder = _folder(qa_id)
    note, by = _text(note).strip(), " ".join(_text(by).split())
    if len(note) > LONGEST_NOTE:
        raise MarkError(f"the note has {len(note):,} characters: cut it to {LONGEST_NOTE:,}")
    if len(by) > LONGEST_NAME:
        raise MarkError(f"the name has {len(by):,} characters: cut it to {LONGEST_NAME}")
    if not any(character.isprintable() for character in by):
        raise MarkError("a mark needs the name of whoever makes it")
    moment = (time or datetime.now(UTC)).astimezone(UTC)
    stamp = moment.isoformat(timespec="microseconds")
    mark = Mark(qa_id, good, note, by, stamp, uuid.uuid4().hex)
    key = f"{folder}/{moment:%Y%m%dT%H%M%S.%fZ}-{mark.id}.json"
    objects.put_new(key, orjson.dumps(asdict(mark)))
    return mark


def marks_of(objects: Objects, qa_id: str) -> list[Mark]:
    """Oldest first; none of what is no id."""
    try:
        folder = _folder(qa_id)
    except MarkError:
        return []
    return [_read(objects, key) for key in objects.list(folder)]


def all_marks(objects: Objects) -> Iterator[Mark]:
    """Those of a shard together, those of a pair together and the oldest of them first."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(partial(_read, objects), objects.list(_MARKS))


def newest_marks(objects: Objects, *, offset: int = 0, limit: int = 50) -> tuple[int, list[Mark]]:
    """How many there are of all pairs, and some of them; only those are read."""
    keys = sorted(objects.list(_MARKS), key=lambda key: key.rpartition("/")[2], reverse=True)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return len(keys), list(pool.map(partial(_read, objects), keys[offset : offset + limit]))


def _folder(qa_id: str) -> str:
    """Nothing but what an id may hold becomes part of a key."""
    try:
        shard = shard_of(qa_id)
    except ValueError:
        shard = ""
    digits = qa_id.rpartition(".")[2]
    if not shard or not _DIGITS.fullmatch(digits):
        raise MarkError(f"{qa_id[:200]!r} is no id of a pair: `trace` finds those most like it")
    return f"{_MARKS}/{shard}/{digits}"


def _text(text: str) -> str:
    """One form of each letter, and no half of a surrogate pair, which UTF-8 cannot hold."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))


def _read(objects: Objects, key: str) -> Mark:
    try:
        mark = _STORED.validate_json(objects.get(key))
        mine = key.startswith(f"{_folder(mark.qa_id)}/")
    except (ValidationError, MarkError):
        mine = False
    if not mine:
        raise StorageError(f"{objects.uri(key)} is no mark: move it out of the storage")
    return mark
