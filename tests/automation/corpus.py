"""A corpus with `ingestion`, its definitions and an instance, and a stand-in for the daemon."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from tests.corpora.arrivals.places import Place
from tests.servers.seaweedfs import KEY, SECRET, S3Server
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.corpora.arrivals.ledger import read_ledger
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.storage.connected import objects_of


def secrets(server: S3Server) -> tuple[dict[str, str], dict[str, str]]:
    """The section `s3`, and the environment that it names."""
    section = {
        "endpoint_url": server.endpoint,
        "region": "us-east-1",
        "access_key_id_env": "TOWNS_KEY",
        "secret_access_key_env": "TOWNS_SECRET",
    }
    return section, {"TOWNS_KEY": KEY, "TOWNS_SECRET": SECRET}


@dataclass
class Arriving:
    """What a test drives: it ticks the sensors and runs what they request, or does not."""

    config: Config
    place: Place
    instance: dg.DagsterInstance

    @property
    def definitions(self) -> dg.Definitions:
        return build_definitions(self.config)

    def configure(self, **ingestion: Any) -> None:
        """The same corpus with these keys of `ingestion`."""
        settings = self.config.model_dump(mode="json")
        settings["corpora"][0]["ingestion"] |= ingestion
        self.config = Config.model_validate(settings)

    def move(self, uri: str) -> None:
        """The same corpus at another address."""
        settings = self.config.model_dump(mode="json")
        settings["corpora"][0]["uri"] = uri
        self.config = Config.model_validate(settings)

    def drop(self, name: str, *texts: str) -> None:
        lines = "".join(json.dumps({"text": text}) + "\n" for text in texts or (name,))
        self.place.put(name, lines.encode())

    def tick(self, sensor: str = "arrivals_towns", cursor: str | None = None) -> dg.SensorResult:
        return self.ticker(sensor, cursor)()

    def ticker(self, sensor: str, cursor: str | None = None) -> Callable[[], dg.SensorResult]:
        """Ticks with what is defined now."""
        definitions = self.definitions
        found = definitions.get_repository_def().get_sensor_def(sensor)
        given = definitions.resources or {}
        needed = {name: given[name] for name in ("storage", "s3") if sensor != "chain"}

        def tick() -> dg.SensorResult:
            with dg.build_sensor_context(
                instance=self.instance, cursor=cursor, resources=needed
            ) as context:
                result = found(context)
            assert isinstance(result, dg.SensorResult)
            return result

        return tick

    def requested(self) -> list[str]:
        """Names of the files that a tick asks for."""
        return [name for request in requests(self.tick()) for name in names_of(request)]

    def ingest(self) -> bool:
        """A tick, and the one run that it requests."""
        [request] = requests(self.tick())
        return self.launch(request)

    def launch(self, request: dg.RunRequest) -> bool:
        """Whether the run succeeds."""
        job = self.definitions.resolve_job_def("ingest_corpus")
        tags = {**request.tags, "dagster/run_key": str(request.run_key)}
        done = job.execute_in_process(
            instance=self.instance, run_config=request.run_config, tags=tags, raise_on_error=False
        )
        return done.success

    def queue(self, job: str, tags: dict[str, str], **ingests: str) -> str:
        """A run that never comes to do anything."""
        definition = self.definitions.resolve_job_def(job)
        run = self.instance.create_run_for_job(
            definition,
            tags=tags,
            run_config={"ops": {"ingest_files": {"config": ingests}}} if ingests else None,
            status=dg.DagsterRunStatus.STARTED,
        )
        return run.run_id

    def lose(self, run_id: str) -> None:
        """Its machine is gone."""
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        self.instance.report_run_failed(run, "its machine is gone")

    def rows(self) -> pl.DataFrame:
        return read_ledger(objects_of(self.config), "towns").rows

    def states(self) -> dict[str, str]:
        newest = self.rows().filter("current")
        return dict(newest.select(pl.col("uri").str.split("/").list.last(), "state").rows())


def requests(result: dg.SensorResult) -> list[dg.RunRequest]:
    return list(result.run_requests or ())


def names_of(request: dg.RunRequest) -> list[str]:
    """Of the files of a batch."""
    files = request.run_config["ops"]["ingest_files"]["config"]["files"]
    return [file["path"].rpartition("/")[2] for file in files]


def why_none(towns: Arriving) -> str:
    """Why a tick requests no run."""
    held = towns.tick()
    assert requests(held) == []
    assert isinstance(held.skip_reason, dg.SkipReason)
    return held.skip_reason.skip_message or ""


@contextmanager
def arriving(
    storage: str, place: Place, s3: dict[str, str], **ingestion: Any
) -> Iterator[Arriving]:
    corpus = {"name": "towns", "uri": place.uri, "ingestion": ingestion}
    config = Config.model_validate({"storage": storage, "s3": s3, "corpora": [corpus]})
    with dg.instance_for_test() as instance:
        yield Arriving(config, place, instance)
