"""Where a corpus's files lie in tests: a folder, or a bucket of SeaweedFS."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

import boto3

from tests.servers.seaweedfs import BUCKET, KEY, SECRET, S3Server
from webscale_rl_dagster.corpora.arrivals.bucket import BucketListing
from webscale_rl_dagster.corpora.arrivals.folder import FolderListing
from webscale_rl_dagster.corpora.arrivals.listing import Listing


class Place(Protocol):
    """A corpus that files are put into."""

    uri: str

    def put(self, name: str, data: bytes) -> None: ...

    def delete(self, name: str) -> None: ...

    def listing(self, page_files: int = 1000, format: str = "auto") -> Listing: ...


class Folder:
    """Of this machine. As in a bucket, what is put again unchanged is the same version."""

    def __init__(self, path: Path) -> None:
        path.mkdir()
        self.uri = str(path)
        self._path = path
        self._changed: dict[tuple[Path, bytes], int] = {}

    def put(self, name: str, data: bytes) -> None:
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        changed = self._changed.setdefault((path, data), path.stat().st_mtime_ns)
        os.utime(path, ns=(changed, changed))

    def delete(self, name: str) -> None:
        (self._path / name).unlink()

    def listing(self, page_files: int = 1000, format: str = "auto") -> Listing:
        return FolderListing(Path(self.uri), format, page_files=page_files)


class Bucket:
    """A prefix of its own in the server's bucket."""

    def __init__(self, server: S3Server, prefix: str) -> None:
        self.uri = f"s3://{BUCKET}/{prefix}"
        self._prefix = prefix
        self.client = client_of(server)

    def put(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"{self._prefix}/{name}", Body=data)

    def delete(self, name: str) -> None:
        self.client.delete_object(Bucket=BUCKET, Key=f"{self._prefix}/{name}")

    def listing(self, page_files: int = 1000, format: str = "auto") -> Listing:
        return BucketListing(self.client, self.uri, format, page_files=page_files)


def client_of(server: S3Server) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )
