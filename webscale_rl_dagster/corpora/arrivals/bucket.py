"""A corpus in S3, listed 1,000 objects a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from webscale_rl_dagster.corpora.arrivals.listing import PAGE, Listed, Page
from webscale_rl_dagster.corpora.folders import format_of, is_corpus_file
from webscale_rl_dagster.errors import StorageError


class BucketListing:
    """Of `s3://bucket/prefix`, a folder, or of `s3://bucket/key`, an object.

    Datasets are folders with names like a file's, such as Spark's `out.parquet`, and files have
    names like a folder's, so an address without a `/` at its end is looked for as both.

    Pages follow the server's own tokens: not every server sorts by name, and a token is all that is
    known of its order.
    """

    settles_s = 0.0
    """S3 shows an object once it is whole."""

    def __init__(self, client: Any, uri: str, format: str, *, page_files: int = PAGE) -> None:
        self._client, self.uri, self._format = client, uri, format
        self._page_files = page_files
        self._bucket, _, key = uri.removeprefix("s3://").partition("/")
        self._file = key if key and not key.endswith("/") else None
        self._folder = f"{key.rstrip('/')}/" if key else ""
        self._beside = bool(self._file and format_of(Path(key), wide=format == "jsonl"))
        """Whether one listing shows both. Below a folder's name it would show `name-old/` too."""

    def page(self, token: str | None) -> Page:
        """From the beginning where the server refuses the token, as one of other days may be."""
        from botocore.exceptions import ClientError

        try:
            return self._list({"ContinuationToken": token} if token else {})
        except StorageError as error:
            cause = error.__cause__
            if token is None or not isinstance(cause, ClientError):
                raise
            if cause.response["Error"]["Code"] != "InvalidArgument":
                raise
            return self._list({})

    def after(self, uri: str, token: str | None) -> Page:
        if token is not None:
            return self.page(token)
        return self._list({"StartAfter": uri.removeprefix(f"s3://{self._bucket}/")})

    def _list(self, place: Mapping[str, str]) -> Page:
        from botocore.exceptions import BotoCoreError, ClientError

        prefix = self._file if self._file and self._beside else self._folder
        try:
            answer = self._client.list_objects_v2(
                Bucket=self._bucket, Prefix=prefix, MaxKeys=self._page_files, **place
            )
            found = answer.get("Contents", [])
            if self._file and not self._beside and not place:
                found = [*self._object(self._file), *found]
        except (BotoCoreError, ClientError) as error:
            raise StorageError(
                f"{self.uri} cannot be listed: {error}. Look at the corpus's `uri` and at `s3` in "
                "pipeline.yaml; reading needs the right s3:ListBucket"
            ) from error
        more = answer["NextContinuationToken"] if answer.get("IsTruncated") else None
        return Page(list(self._files(found)), more)

    def _object(self, key: str) -> Iterator[dict[str, Any]]:
        """As a listing shows it, if it is there."""
        from botocore.exceptions import ClientError

        try:
            head = self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] != "404":
                raise
        else:
            yield {"Key": key, "Size": head["ContentLength"], **head}

    def _files(self, found: list[dict[str, Any]]) -> Iterator[Listed]:
        for entry in found:
            key = entry["Key"]
            below = key.startswith(self._folder)
            name = key.removeprefix(self._folder)
            if key == self._file or (below and is_corpus_file(name, self._format)):
                yield Listed(
                    f"s3://{self._bucket}/{key}",
                    entry["ETag"].strip('"'),
                    entry["Size"],
                    entry["LastModified"].astimezone(UTC),
                )
