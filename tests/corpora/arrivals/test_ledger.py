"""Two writers at once lose nothing of each other's, on a folder and on S3."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime

import pytest

from tests.servers.seaweedfs import S3Server
from webscale_rl_dagster.corpora.arrivals.ledger import (
    change_ledger,
    read_ledger,
    write_ledger,
)
from webscale_rl_dagster.corpora.arrivals.listing import Listed
from webscale_rl_dagster.corpora.arrivals.rows import with_listed
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.objects import Objects

_EACH = 5


def listed(name: str) -> Listed:
    return Listed(f"/corpus/{name}.jsonl", "1", 2, datetime(2026, 11, 20, tzinfo=UTC))


def add(objects: Objects, *names: str) -> None:
    change_ledger(objects, "towns", lambda rows: with_listed(rows, map(listed, names), listing=1))


def add_many(root: str, s3: dict[str, str] | None, writer: int) -> None:
    """In a process of its own."""
    objects = Objects(root, s3=s3)
    for number in range(_EACH):
        add(objects, f"{writer}-{number}")


def test_writers_in_two_processes(objects: Objects, request: pytest.FixtureRequest) -> None:
    options = None
    if objects.root.startswith("s3://"):
        server: S3Server = request.getfixturevalue("seaweedfs")
        options = server.options()
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=add_many, args=(objects.root, options, n)) for n in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    ledger = read_ledger(objects, "towns")
    assert ledger.snapshot == ledger.rows.height == 2 * _EACH
    assert len(list(objects.list("arrivals/towns/ledger"))) == 2


def test_a_writer_that_comes_second_writes_nothing(objects: Objects) -> None:
    before = read_ledger(objects, "towns")
    add(objects, "a")
    assert not write_ledger(objects, before, before.rows, before.listing)
    assert read_ledger(objects, "towns").rows.height == 1


def test_a_writer_that_comes_long_after_writes_nothing_either(objects: Objects) -> None:
    """The place of its snapshot is free again by then."""
    before = read_ledger(objects, "towns")
    for name in "abcd":
        add(objects, name)
    assert not write_ledger(objects, before, before.rows, before.listing)
    assert read_ledger(objects, "towns").rows.height == 4


def test_what_is_no_ledger_says_what_to_do(objects: Objects) -> None:
    objects.put("arrivals/towns/ledger/000000001.parquet", b"not a table")
    with pytest.raises(StorageError, match="Delete the folder arrivals/towns/ledger"):
        read_ledger(objects, "towns")
