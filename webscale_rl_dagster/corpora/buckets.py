"""Finds the corpus files that an address in a bucket names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from webscale_rl_dagster.addresses import is_key
from webscale_rl_dagster.corpora.bucket_files import StoredSource, StoredSources
from webscale_rl_dagster.corpora.folders import (
    ONE_BY_FOLDER,
    Format,
    format_of,
)
from webscale_rl_dagster.corpora.huggingface import CARD, read_card
from webscale_rl_dagster.corpora.refused import (
    nothing_to_read,
    refuse_choice,
    several_formats,
    unknown_suffix,
)
from webscale_rl_dagster.corpora.sources import named_format
from webscale_rl_dagster.errors import IngestError, ObjectRefused, SourceUnreadable
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.refusals import UNUSABLE_KEY, printable

OpenBucket = Callable[[str], Objects]
"""Opens s3://bucket; StorageError if it cannot be used."""


def find_object(uri: str, format: str, open_bucket: OpenBucket) -> StoredSource | None:
    """What s3://bucket/key names, whatever lies below that name; None if there is no such object.

    Raises:
        IngestError: it can be no object, or there is no format for it.
        SourceUnreadable: it may not be read.
        StorageError: the bucket cannot be reached or read.
    """
    objects, key = _opened(uri, open_bucket)
    return _object(objects, key, uri, named_format(format))


def find_stored(
    uri: str,
    format: str,
    open_bucket: OpenBucket,
    *,
    subset: str | None = None,
    split: str | None = None,
) -> tuple[Iterable[StoredSource], int]:
    """What s3://bucket/key or s3://bucket/prefix names, and its bytes; a key of that name is first.

    Formats, dataset cards and what is passed over are as `sources.find_sources` has them, but every
    text or HTML file is one of its own.

    Raises:
        IngestError: nothing there can be read, or text or HTML lies among other formats.
        StorageError: the bucket cannot be reached or read.
    """
    wanted = named_format(format)
    objects, key = _opened(uri, open_bucket)
    found = _object(objects, key, uri, wanted)
    if found is not None:
        refuse_choice(uri, subset or split)
        return [found], found.size()
    prefix = key.removesuffix("/")
    readme = objects.get_if_there(f"{prefix}/{CARD}".removeprefix("/"))
    card = None if readme is None else read_card(readme, f"{uri.removesuffix('/')}/{CARD}")
    if card is None:
        refuse_choice(uri, subset or split)
        return _under(StoredSources(objects, prefix, wanted), uri)
    patterns = card.patterns(subset, split)
    return _under(StoredSources(objects, prefix, wanted, card.licence, patterns), uri)


def _opened(uri: str, open_bucket: OpenBucket) -> tuple[Objects, str]:
    """The bucket, and the key in it."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not bucket:
        raise IngestError(f"{uri} names no bucket: it is s3://bucket/key or s3://bucket/prefix")
    if key and not is_key(key.removesuffix("/")):
        raise IngestError(f"{printable(uri)}: {UNUSABLE_KEY}")
    return open_bucket(f"s3://{bucket}"), key


def _object(objects: Objects, key: str, uri: str, wanted: Format | None) -> StoredSource | None:
    try:
        entry = objects.entry(key) if key and not key.endswith("/") else None
    except ObjectRefused as error:
        raise SourceUnreadable(str(error)) from error
    if entry is None:
        return None
    kind = wanted or format_of(Path(key))
    if kind is None:
        raise unknown_suffix(uri)
    return StoredSource(objects, entry, kind)


def _under(sources: StoredSources, uri: str) -> tuple[StoredSources, int]:
    size, first = 0, dict[Format, str]()
    for source in sources:
        size += source.size()
        first.setdefault(source.format, source.entry.key)
    if not first:
        raise nothing_to_read(uri, sources.wanted, sources.patterns)
    if len(first) > 1 and any(kind in first for kind in ONE_BY_FOLDER):
        names = {kind: PurePosixPath(key).name for kind, key in first.items()}
        raise several_formats(uri, names)
    return sources, size
