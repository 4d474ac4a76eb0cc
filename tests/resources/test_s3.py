"""S3 as a resource: its client is the configured one, its configuration holds no secret."""

from __future__ import annotations

import json
import socket
from contextlib import closing

import dagster as dg
import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from tests.servers.openai_server import free_port
from tests.servers.seaweedfs import BUCKET, KEY, SECRET, S3Server
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.resources import s3_client
from webscale_rl_dagster.resources.decontamination import DecontaminationResource
from webscale_rl_dagster.resources.s3 import S3ClientResource, s3_resource
from webscale_rl_dagster.resources.s3_client import ATTEMPTS, CONNECT_S, READ_S
from webscale_rl_dagster.resources.storage import StorageResource


@pytest.fixture
def config(seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("BUCKET_KEY", KEY)
    monkeypatch.setenv("BUCKET_SECRET", SECRET)
    return configured(seaweedfs.endpoint)


def configured(endpoint: str) -> Config:
    section = {
        "endpoint_url": endpoint,
        "region": "eu-central-1",
        "access_key_id_env": "BUCKET_KEY",
        "secret_access_key_env": "BUCKET_SECRET",
    }
    return Config.model_validate({"storage": f"s3://{BUCKET}/resource", "s3": section})


def test_the_client_reads_what_the_storage_resource_wrote(config: Config) -> None:
    StorageResource.of(config).objects().put("a", b"1")
    with closing(s3_resource(config).get_client()) as client:
        listed = client.list_objects_v2(Bucket=BUCKET, Prefix="resource/")
        assert [entry["Key"] for entry in listed["Contents"]] == ["resource/a"]
        assert client.meta.region_name == "eu-central-1"
        limits = client.meta.config
        assert (limits.connect_timeout, limits.read_timeout) == (CONNECT_S, READ_S)


def test_a_run_gets_it_and_its_configuration_holds_names_of_variables_only(config: Config) -> None:
    found: list[str] = []

    @dg.op
    def look(s3: S3ClientResource) -> None:
        with closing(s3.get_client()) as client:
            found.extend(bucket["Name"] for bucket in client.list_buckets()["Buckets"])

    @dg.job
    def looking() -> None:
        look()

    resources = (
        s3_resource(config),
        StorageResource.of(config),
        DecontaminationResource.of(config),
    )
    assert looking.execute_in_process(resources={"s3": resources[0]}).success
    assert BUCKET in found
    for resource in resources:
        written = json.dumps(resource.model_dump(mode="json"))
        assert "BUCKET_SECRET" in written
        assert SECRET not in written


def test_a_variable_that_is_not_set(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUCKET_KEY")
    with pytest.raises(StorageError, match="takes its key from BUCKET_KEY, not set here"):
        s3_resource(config).get_client()


def test_a_profile_that_is_not_there() -> None:
    config = Config.model_validate({"s3": {"profile": "no-such-profile"}})
    with pytest.raises(StorageError, match=r"no-such-profile.*`s3\.profile` in pipeline\.yaml"):
        s3_resource(config).get_client()


def test_a_server_that_is_not_there_is_given_up(config: Config) -> None:
    away = configured(f"http://127.0.0.1:{free_port()}")
    with closing(s3_resource(away).get_client()) as client:
        with pytest.raises((EndpointConnectionError, ConnectionClosedError)):
            client.list_buckets()


def test_a_server_that_never_answers_is_given_up(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In time for a sensor to say so: Dagster ends its tick after a minute."""
    assert (READ_S + CONNECT_S) * ATTEMPTS <= 30
    monkeypatch.setattr(s3_client, "READ_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        silent = configured(f"http://127.0.0.1:{server.getsockname()[1]}")
        with closing(s3_resource(silent).get_client()) as client:
            with pytest.raises(ReadTimeoutError):
                client.list_buckets()
        for _ in range(ATTEMPTS):
            server.accept()[0].close()
        with pytest.raises(TimeoutError):
            server.accept()
