"""The same promises on a folder and on a real S3 server."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.objects import Objects


def test_what_was_put_is_read_back(objects: Objects) -> None:
    objects.put("a/b/c.bin", b"\x00data")
    assert objects.get("a/b/c.bin") == b"\x00data"
    assert objects.exists("a/b/c.bin")


def test_a_put_replaces_the_whole_object(objects: Objects) -> None:
    objects.put("a", b"a long first version")
    objects.put("a", b"short")
    assert objects.get("a") == b"short"


def test_a_missing_object_is_a_clear_error(objects: Objects) -> None:
    with pytest.raises(StorageError, match="no/such does not exist"):
        objects.get("no/such")
    assert not objects.exists("no/such")


def test_list_is_sorted_and_bounded_by_the_folder(objects: Objects) -> None:
    for key in ("t/b", "t/a/1", "t/a/0", "tt/x"):
        objects.put(key, b"1")
    assert list(objects.list("t")) == ["t/a/0", "t/a/1", "t/b"]
    assert list(objects.list("none")) == []


def test_of_many_writers_of_a_new_object_one_wins(objects: Objects) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: objects.put_new("race", b"%d" % n), range(8)))
    assert sum(won) == 1
    assert objects.get("race") == b"%d" % won.index(True)


def test_deleting_twice_is_no_error(objects: Objects) -> None:
    objects.put("a", b"1")
    objects.delete(["a", "a", "never"])
    assert not objects.exists("a")


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    objects = Objects(str(tmp_path / "root"))
    (tmp_path / "root" / "a").write_text("a file where a folder must be")
    with pytest.raises(StorageError, match="cannot write"):
        objects.put("a/b", b"1")


def test_a_file_is_read_by_ranges(objects: Objects, tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    (tmp_path / "local").write_bytes(data)
    objects.put_file("a/file", tmp_path / "local")
    with objects.open("a/file") as file:
        assert file.read(3) == data[:3]
        file.seek(-5, os.SEEK_END)
        assert file.read() == data[-5:]
        file.seek(1000)
        assert (file.read(24), file.tell()) == (data[1000:1024], 1024)
        assert file.seek(20_000) == 20_000
        assert file.read(1) == b""


def test_a_file_replaced_while_it_is_read_is_never_mixed_with_the_new_one(objects: Objects) -> None:
    objects.put("a", b"old" * 100)
    file = objects.open("a")
    assert file.read(3) == b"old"
    objects.put("a", b"new" * 100)
    with pytest.raises(StorageError, match="was replaced while it was read"):
        file.read(3)
    objects.delete(["a"])
    with pytest.raises(StorageError, match="was replaced while it was read"):
        file.read(3)


def test_a_missing_object_cannot_be_opened(objects: Objects) -> None:
    with pytest.raises(StorageError, match="no/such does not exist"):
        objects.open("no/such")
