"""Where credentials and the server's address come from, tried on a real S3 server."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.servers.openai_server import free_port
from tests.servers.seaweedfs import BUCKET, KEY, SECRET, S3Server
from webscale_rl_dagster.config import Config, S3Config
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.resources.s3_client import client_of
from webscale_rl_dagster.storage import stores
from webscale_rl_dagster.storage.connected import bucket_objects, objects_of, tables_of
from webscale_rl_dagster.storage.credentials import credentials_of


@pytest.fixture(autouse=True)
def nothing_usual(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials anywhere, whatever this machine has."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "PROFILE", "REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("ENDPOINT_URL", "ENDPOINT_URL_S3", "ENDPOINT", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def configured(tmp_path: Path, **s3: str) -> Config:
    return Config(storage=f"s3://{BUCKET}/{tmp_path.name}", s3=S3Config(**s3))


def write_and_read(config: Config) -> None:
    objects_of(config).put("a", b"1")
    assert tables_of(config).objects.get("a") == b"1"
    assert bucket_objects(f"s3://{BUCKET}", config).get(f"{config.storage.split('/')[-1]}/a")


def test_the_usual_variables(
    seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", seaweedfs.endpoint)
    write_and_read(configured(tmp_path))


def test_variables_that_the_section_names(
    seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "another's")
    monkeypatch.setenv("CORPUS_KEY", KEY)
    monkeypatch.setenv("CORPUS_SECRET", SECRET)
    config = configured(
        tmp_path,
        endpoint_url=seaweedfs.endpoint,
        access_key_id_env="CORPUS_KEY",
        secret_access_key_env="CORPUS_SECRET",
    )
    write_and_read(config)
    monkeypatch.delenv("CORPUS_SECRET")
    with pytest.raises(StorageError, match="takes its key from CORPUS_SECRET, not set here"):
        objects_of(config)


@pytest.mark.parametrize("by", ["section", "variable", "default"])
def test_a_profile(
    by: str, seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = "default" if by == "default" else "corpora"
    header = name if by == "default" else f"profile {name}"
    (tmp_path / "credentials").write_text(
        f"[{name}]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    )
    (tmp_path / "config").write_text(
        f"[{header}]\nregion = eu-central-1\nendpoint_url = {seaweedfs.endpoint}\n"
    )
    if by == "variable":
        monkeypatch.setenv("AWS_PROFILE", name)
    write_and_read(configured(tmp_path, **({"profile": name} if by == "section" else {})))


def test_a_profile_goes_before_the_usual_variables(
    seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    (tmp_path / "credentials").write_text(
        f"[corpora]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    )
    write_and_read(configured(tmp_path, profile="corpora", endpoint_url=seaweedfs.endpoint))


def test_an_address_that_is_empty_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As a container has it that is to use AWS itself; there is no AWS here, and no way there."""
    monkeypatch.setattr(stores, "FIRST_ANSWER", timedelta(seconds=1))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT"):
        monkeypatch.setenv(name, "")
    with pytest.raises(StorageError, match="cannot be used"):
        tables_of(configured(tmp_path, region="us-east-1"))


@pytest.mark.parametrize(
    "address", ["minio:9000", "10.0.0.5:9000", "http://", "ftp://h", "http://h:99999", "http://h:a"]
)
@pytest.mark.parametrize("by", ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "profile"])
def test_an_address_that_is_none_is_told(
    by: str, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    if by == "profile":
        (tmp_path / "config").write_text(f"[default]\nendpoint_url = {address}\n")
    else:
        monkeypatch.setenv(by, address)
    for opened in (objects_of, lambda config: client_of(config.s3)):
        with pytest.raises(StorageError, match=f"is '{address}': it begins with http:// or"):
            opened(configured(tmp_path))


def test_an_address_may_be_in_capitals(
    seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ENDPOINT_URL", seaweedfs.endpoint.replace("http", "HTTP"))
    write_and_read(configured(tmp_path))


KEYS: dict[str, tuple[dict[str, str], tuple[str, str]]] = {
    "usual": ({}, ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
    "named": (
        {"access_key_id_env": "A_KEY", "secret_access_key_env": "A_SECRET"},
        ("A_KEY", "A_SECRET"),
    ),
}
"""The section `s3`, and which variables hold the key."""


PLACES: dict[str, str] = {
    "profile": "endpoint_url = {address}",
    "services": "services = ours\n[services ours]\ns3 =\n  endpoint_url = {address}",
    "not in services": "endpoint_url = {address}\nservices = ours\n[services ours]\ns3 = http://h",
    "AWS_ENDPOINT": "",
}
"""What a profile says, or else the variable."""


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("how", PLACES)
def test_the_server_of_the_storage_is_that_of_the_sensors(
    key: str, how: str, seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    section, (key_id, secret) = KEYS[key]
    monkeypatch.setenv(key_id, KEY)
    monkeypatch.setenv(secret, SECRET)
    if how == "AWS_ENDPOINT":
        monkeypatch.setenv(how, seaweedfs.endpoint)
    said = PLACES[how].format(address=seaweedfs.endpoint)
    (tmp_path / "config").write_text(f"[default]\nregion = eu-west-1\n{said}\n")
    config = configured(tmp_path, **section)
    write_and_read(config)
    assert credentials_of(config.s3).options["aws_region"] == "eu-west-1"
    with closing(client_of(config.s3)) as client:
        assert client.list_objects_v2(Bucket=BUCKET, Prefix=tmp_path.name)["KeyCount"] == 1
        assert client.meta.region_name == "eu-west-1"


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "eu-north-1"}, "ap-south-1"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-north-1"}, "eu-north-1"),
        ({}, "eu-west-1"),
    ],
)
def test_the_variables_for_the_region_go_before_the_profile(
    variables: dict[str, str], region: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[default]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert credentials_of(S3Config()).options["aws_region"] == region
    with closing(client_of(S3Config())) as client:
        assert client.meta.region_name == region


def test_nothing_said_is_aws_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert credentials_of(S3Config()).options == {"aws_region": "us-east-1"}


def test_a_program_for_credentials_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile corpora]\ncredential_process = /no/such/program\n")
    for opened in (objects_of, lambda config: client_of(config.s3)):
        with pytest.raises(StorageError, match="/no/such/program"):
            opened(configured(tmp_path, profile="corpora"))


def test_no_credentials_at_all(seaweedfs: S3Server, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no credentials for S3: set AWS_ACCESS_KEY_ID"):
        objects_of(configured(tmp_path, endpoint_url=seaweedfs.endpoint))


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"profile \(corpora\) could not be found"):
        objects_of(configured(tmp_path, profile="corpora"))


def test_a_folder_needs_none_of_it(tmp_path: Path) -> None:
    objects_of(Config(storage=str(tmp_path), s3=S3Config(profile="no such"))).put("a", b"1")
    assert (tmp_path / "a").read_bytes() == b"1"
