"""The same promises on a folder and on a real S3 server."""

from __future__ import annotations

import filecmp
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from tests.servers.seaweedfs import BUCKET, S3Server
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.stores import PART_BYTES, part_bytes


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


def test_what_is_listed_is_fetched_in_that_version_or_not_at_all(
    objects: Objects, tmp_path: Path
) -> None:
    data = os.urandom(2 * PART_BYTES + 1000)
    objects.put("corpus/a.bin", data)
    objects.put("corpus/b.bin", b"")
    a, b = sorted(objects.entries("corpus"), key=lambda entry: entry.key)
    assert (a.key, a.size, b.key, b.size) == ("corpus/a.bin", len(data), "corpus/b.bin", 0)
    assert (objects.entry("corpus/a.bin"), objects.entry("corpus/c.bin")) == (a, None)
    for entry in (a, b):
        objects.download(entry, tmp_path / "fetched")
        assert (tmp_path / "fetched").read_bytes() == objects.get(entry.key)
    objects.put("corpus/a.bin", data[::-1])
    with pytest.raises(StorageError, match=r"corpus/a.bin was replaced while it was read"):
        objects.download(a, tmp_path / "fetched")


def test_the_same_new_object_twice_is_no_conflict(objects: Objects) -> None:
    assert objects.put_new("a", b"1")
    assert objects.put_new("a", b"1")
    assert not objects.put_new("a", b"2")
    assert objects.get("a") == b"1"


def test_a_large_file_is_stored_in_parts_and_in_little_memory(
    seaweedfs: S3Server, tmp_path: Path
) -> None:
    size = 15 * PART_BYTES + 12_345
    with (tmp_path / "large").open("wb") as file:
        for _ in range(16):
            file.write(os.urandom(PART_BYTES))
        file.truncate(size)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from webscale_rl_dagster.storage.objects import Objects\n"
        "objects = Objects(sys.argv[1], s3=dict(pair.split('=', 1) for pair in sys.argv[3:]))\n"
        "def peak():\n"
        "    return int(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])\n"
        "path, before = Path(sys.argv[2]), peak()\n"
        "objects.put_file('large', path)\n"
        "stored = peak()\n"
        "objects.download(objects.entry('large'), path.with_suffix('.back'))\n"
        "print(stored - before, peak() - stored)\n"
    )
    root, options = f"s3://{BUCKET}/{tmp_path.name}", seaweedfs.options()
    ran = subprocess.run(
        [sys.executable, "-c", script, root, str(tmp_path / "large")]
        + [f"{name}={value}" for name, value in options.items()],
        check=True,
        capture_output=True,
        text=True,
    )
    assert filecmp.cmp(tmp_path / "large", tmp_path / "large.back", shallow=False)
    entry = Objects(root, s3=options).entry("large")
    assert entry is not None
    assert (entry.size, entry.e_tag.endswith('-16"')) == (size, True), "the tag counts the parts"
    in_upload, in_download = map(int, ran.stdout.split())
    assert 0 < in_upload < size / 2 / 1024
    assert in_download < size / 2 / 1024


@pytest.mark.parametrize("size", [0, 1, PART_BYTES, 10**9, 10**12, 5 * 10**12])
def test_no_file_has_more_parts_than_s3_takes(size: int) -> None:
    assert PART_BYTES <= part_bytes(size) <= 5 * 2**30
    assert -(-size // part_bytes(size)) <= 10_000


class _Uploads(BaseHTTPRequestHandler):
    """A bucket that remembers the type of what it is given."""

    types: ClassVar[dict[str, str | None]] = {}

    def do_PUT(self) -> None:
        self.types[self.path] = self.headers.get("Content-Type")
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_bucket_is_told_what_a_browser_should_take_an_object_for(tmp_path: Path) -> None:
    """SeaweedFS, unlike S3, would guess it."""
    (tmp_path / "page.css").write_text("p {}")
    with ThreadingHTTPServer(("127.0.0.1", 0), _Uploads) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        options = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "aws_region": "r"}
        options |= {"aws_endpoint_url": endpoint, "aws_allow_http": "true"}
        objects = Objects("s3://bucket", s3=options)
        objects.put("index.html", b"<p>")
        objects.put_file("style.css", tmp_path / "page.css")
        objects.put_new("no-suffix", b"")
        server.shutdown()
    assert _Uploads.types == {
        "/bucket/index.html": "text/html",
        "/bucket/style.css": "text/css",
        "/bucket/no-suffix": "application/octet-stream",
    }
