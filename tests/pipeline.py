"""The whole pipeline in a folder of its own, driven by the command, against a scripted server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from tests.servers.openai_server import Script, minimal_answer, running, schema_of
from tests.waiting import wait_until
from webscale_rl_dagster.cli import app
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.storage.connected import tables_of
from webscale_rl_dagster.storage.tables import Tables

TOWNS = ("Aldermoor", "Brackwater", "Cindleford", "Dunharrow", "Eastmere", "Farrowgate")
FOUNDERS = (
    "Edmund Hale",
    "Agnes Thorne",
    "Rupert Vane",
    "Matilda Crewe",
    "Oswin Pike",
    "Ida Marsh",
)


def town(number: int) -> str:
    """A document of about a hundred words, with dates, names and quantities to ask for."""
    name, founder = TOWNS[number % 6], FOUNDERS[number % 6]
    label = name if number < 6 else f"{name} {number}"
    return (
        f"{label} is a market town on the northern bank of the River Swale. {label} was founded "
        f"in {1200 + number} by the wool merchant {founder}, who built the first stone bridge "
        f"over the river. The old bridge at {label} is {60 + number} metres long and carries a "
        f"narrow cobbled road. In {1700 + number}, {label} opened its covered market hall, which "
        "was designed by the architect Jonas Whitlock and still shelters forty stalls. The parish "
        f"church of {label} keeps a bell that weighs {900 + number} kilograms and was cast in "
        f"{1500 + number}. Every autumn the people of the valley gather in the square for a fair "
        "with cider, music and a race of small wooden boats."
    )


def reply(body: dict[str, Any]) -> str:
    """What a model of fair quality would say; a document with the word UNFIT does not qualify."""
    schema = schema_of(body)
    prompt = body["messages"][-1]["content"]
    if schema is None:
        return "It is told. <answer>unknown</answer>"
    answer = json.loads(minimal_answer(schema))
    if "qualified" in answer:
        answer["qualified"] = "UNFIT" not in prompt
    if "answer_leaked" in answer:
        answer |= {"answer_leaked": False, "answer_correct": "Agnes" not in prompt.splitlines()[-1]}
    if "personas" in answer:
        answer["personas"] = ["local historian", "bridge engineer"]
    return json.dumps(answer)


@dataclass
class Pipeline:
    """A configured folder and the server that it asks."""

    folder: Path
    script: Script
    settings: dict[str, Any]

    def configure(self, **changes: Any) -> None:
        self.settings |= changes
        (self.folder / "pipeline.yaml").write_text(yaml.safe_dump(self.settings))

    def __call__(self, *arguments: str, exit_code: int = 0) -> Result:
        config = str(self.folder / "pipeline.yaml")
        result = CliRunner().invoke(app, ["--config", config, *arguments])
        assert result.exit_code == exit_code, (result.output, result.exception)
        return result

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """The command in a process of its own, which says what it says in `process.log`.

        Killed at the end, if it is still there.
        """
        code = "from webscale_rl_dagster.cli import main; main()"
        config = str(self.folder / "pipeline.yaml")
        with (self.folder / "process.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", code, "--config", config, *arguments],
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def wait_for_requests(self, number: int) -> None:
        """Until the server was asked so often."""
        wait_until(lambda: len(self.script.requests) >= number, self._said)

    def _said(self) -> str:
        log = self.folder / "process.log"
        said = log.read_text(errors="replace")[-4000:] if log.exists() else ""
        return f"{len(self.script.requests)} requests came\n{said}"

    def write(self, name: str, texts: list[str]) -> Path:
        path = self.folder / name
        lines = (
            json.dumps({"text": text, "title": text.split(" is ")[0], "licence": "CC0-1.0"})
            for text in texts
        )
        path.write_text("\n".join(lines) + "\n")
        return path

    def ingest(self, name: str, texts: list[str], corpus: str = "wiki") -> None:
        self("ingest", str(self.write(name, texts)), "--corpus", corpus)

    @property
    def tables(self) -> Tables:
        return tables_of(Config.model_validate(self.settings))

    @property
    def shards(self) -> list[str]:
        return self.tables.shards("raw_documents")

    def verified(self) -> pl.DataFrame:
        return pl.concat(
            [self.tables.read("verified_qa", key) for key in self.tables.shards("verified_qa")]
        )

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self("status", "--json").stdout)
        return found


Recipe = Callable[[Pipeline], object]


@dataclass
class Kitchen:
    """Pipelines as recipes leave them: each made once, and given anew, in the same folder."""

    folder: Path
    _settings: dict[Recipe, dict[str, Any]] = field(default_factory=dict)

    @contextmanager
    def made_by(self, recipe: Recipe) -> Iterator[Pipeline]:
        """As after the recipe, with a server that was asked nothing yet."""
        folder = self.folder / recipe.__name__
        kept = self.folder / f"{recipe.__name__}.kept"
        if recipe not in self._settings:
            folder.mkdir()
            with pipeline_in(folder) as pipeline, _configured_by(folder):
                recipe(pipeline)
            shutil.copytree(folder, kept)
            self._settings[recipe] = pipeline.settings
        shutil.rmtree(folder)
        shutil.copytree(kept, folder)
        with pipeline_in(folder) as pipeline, _configured_by(folder):
            settings = self._settings[recipe]
            pipeline.configure(**settings | {"models": pipeline.settings["models"]})
            yield pipeline


@contextmanager
def _configured_by(folder: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv("WEBSCALE_RL_CONFIG", str(folder / "pipeline.yaml"))
        yield


@contextmanager
def pipeline_in(folder: Path) -> Iterator[Pipeline]:
    """A pipeline whose every role asks one scripted server, in cloze style."""
    script = Script(reply=reply)
    with running(script) as url:
        engine = {"engine": "openai", "base_url": url, "model": "test-model", "max_in_flight": 8}
        pipeline = Pipeline(
            folder,
            script,
            {
                "storage": str(folder / "store"),
                "models": {"default": engine},
                "generator": {"style": "cloze"},
                "gates": {"acceptance_rate": [0.05, 1.0], "max_domain_share": 1.0},
            },
        )
        pipeline.configure()
        yield pipeline
