"""What cannot work with S3 is told at once, in a paragraph that says what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import GenericError

from tests.servers.seaweedfs import (
    BUCKET,
    KEY,
    READER_KEY,
    READER_SECRET,
    SECRET,
    S3Server,
)
from tests.servers.skewed import skewed
from tests.servers.tls import tls_server
from webscale_rl_dagster.config import S3Config
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage import stores
from webscale_rl_dagster.storage.connected import connect
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.refusals import explained


@pytest.fixture
def root(seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Reached by variables, as a deployment would; a test sets some of them wrong."""
    for name in ("ENDPOINT_URL_S3", "ENDPOINT", "PROFILE", "SESSION_TOKEN", "REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", seaweedfs.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    return f"s3://{BUCKET}/{tmp_path.name}"


def refusal(root: str, s3: S3Config = S3Config()) -> str:
    with pytest.raises(StorageError) as raised:
        connect(root, s3)
    said = str(raised.value)
    assert "\n" not in said, "one paragraph"
    assert said.startswith(f"{root} cannot be used: ")
    assert SECRET not in said
    return said


def test_a_wrong_secret(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    said = refusal(root)
    assert "the secret access key does not belong to the access key" in said
    assert "section `s3`" in said


def test_a_wrong_key(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "wrong")
    assert "the server does not know the access key" in refusal(root)


def test_a_bucket_that_is_not_there(root: str, seaweedfs: S3Server) -> None:
    said = refusal("s3://no-such-bucket/prefix")
    assert f"there is no bucket 'no-such-bucket' at {seaweedfs.endpoint}: create it" in said


def test_a_clock_that_is_wrong(root: str, seaweedfs: S3Server) -> None:
    with skewed(seaweedfs.endpoint) as endpoint:
        said = refusal(root, S3Config(endpoint_url=endpoint))
    assert "this machine's clock and the server's are too far apart" in said
    assert "timedatectl" in said


def test_a_server_that_is_not_there(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "FIRST_ANSWER", timedelta(seconds=1))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    said = refusal(root, S3Config(endpoint_url=endpoint))
    assert f"{endpoint} does not answer" in said
    assert "`s3.endpoint_url`" in said


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_never_answers(
    root: str, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "FIRST_ANSWER", timedelta(seconds=1))
    monkeypatch.setattr(stores, "FIRST_TRY", timedelta(seconds=1))
    assert f"{silent} does not answer" in refusal(root, S3Config(endpoint_url=silent))


def test_a_certificate_of_an_unknown_authority(
    root: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stores, "FIRST_ANSWER", timedelta(seconds=1))
    with tls_server(tmp_path) as endpoint:
        said = refusal(root, S3Config(endpoint_url=endpoint))
    assert f"the certificate of {endpoint} is not trusted here (UnknownIssuer)" in said
    assert "SSL_CERT_FILE" in said


@pytest.mark.parametrize("key", ["a\tb", "a\nb", "a\x1b[2Jb", "a//b"])
@pytest.mark.parametrize(
    "use",
    [
        Objects.entry,
        Objects.get_if_there,
        Objects.open,
        lambda objects, key: objects.put(key, b""),
        lambda objects, key: list(objects.entries(key)),
        lambda objects, key: list(objects.list(key)),
    ],
)
def test_a_key_that_cannot_be_used_is_told_in_one_line(
    use: Callable[[Objects, str], object], key: str, root: str
) -> None:
    objects = connect(root, S3Config())
    with pytest.raises(StorageError, match="keys with a control character") as raised:
        use(objects, key)
    assert str(raised.value).isprintable()


def test_an_address_with_a_control_character_is_none() -> None:
    with pytest.raises(StorageError, match="a control character in it") as raised:
        connect("s3://bucket/a\tb", S3Config())
    assert str(raised.value).isprintable()


def test_an_answer_of_several_lines_is_told_in_one() -> None:
    said = str(explained("cannot read s3://b/a", GenericError("Generic S3 error:\n  one\n\ttwo")))
    assert said == "cannot read s3://b/a: Generic S3 error: one two"


def test_a_bucket_that_may_only_be_read(
    root: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connect(root, S3Config()).put("there", b"1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", READER_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", READER_SECRET)
    objects = connect(root, S3Config())
    assert (objects.get("there"), list(objects.list(""))) == (b"1", ["there"])
    (tmp_path / "big").write_bytes(bytes(stores.PART_BYTES + 1))
    for refused in (
        lambda: objects.put("new", b"1"),
        lambda: objects.put_new("new", b"1"),
        lambda: objects.put_file("big", tmp_path / "big"),
        lambda: objects.delete(["there"]),
    ):
        with pytest.raises(StorageError, match="or the bucket is read-only") as raised:
            refused()
        assert "s3:PutObject" in str(raised.value)
        assert "\n" not in str(raised.value)


def test_a_missing_bucket_is_not_taken_for_a_missing_object(seaweedfs: S3Server) -> None:
    objects = Objects("s3://no-such-bucket/prefix", s3=seaweedfs.options())
    for use in (lambda: objects.get_if_there("a"), lambda: list(objects.list("a"))):
        with pytest.raises(StorageError, match="there is no bucket 'no-such-bucket'"):
            use()


def test_credentials_that_cannot_be_renewed(seaweedfs: S3Server) -> None:
    def expired() -> obstore.store.S3Credential:
        raise RuntimeError("the sign-on of this profile has expired")

    options = {name: value for name, value in seaweedfs.options().items() if "key" not in name}
    objects = Objects(f"s3://{BUCKET}/renewed", s3=options, credentials=expired)
    with pytest.raises(StorageError, match="the sign-on of this profile has expired") as raised:
        objects.get("a")
    assert "\n" not in str(raised.value)
