"""The embedded engine with its real model, alone and through the whole pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inference.test_dispatch import request
from tests.pipeline import Pipeline, town
from webscale_rl_dagster.errors import EngineUnavailable, RequestRejected
from webscale_rl_dagster.inference.engines.llama_cpp import LlamaCppEngine, packaged_model
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling, TemplateRef

pytestmark = pytest.mark.slow


def ask_for(schema: dict[str, object], text: str = "Say hello.") -> CompletionRequest:
    return CompletionRequest(
        messages=({"role": "user", "content": text},),
        sampling=Sampling(max_tokens=60),
        template=TemplateRef("filter", "1", "abc"),
        role="filter",
        document_id="d",
        schema=schema,
    )


@pytest.fixture(scope="module")
def engine() -> LlamaCppEngine:
    return LlamaCppEngine(packaged_model(), context_tokens=1024)


async def test_a_schema_binds_the_answer(engine: LlamaCppEngine) -> None:
    colour = {"type": "string", "enum": ["teal", "ochre"]}
    schema: dict[str, object] = {
        "type": "object",
        "properties": {"colour": colour},
        "required": ["colour"],
        "additionalProperties": False,
    }
    completion = await engine.complete(ask_for(schema))
    assert json.loads(completion.text)["colour"] in {"teal", "ochre"}
    assert completion.finish_reason == "stop"
    assert completion.prompt_tokens > 0


async def test_a_document_is_computed_once_for_all_its_calls(engine: LlamaCppEngine) -> None:
    """Also after another document came between, as the next stage finds it."""
    schema: dict[str, object] = {"type": "object", "properties": {"a": {"type": "boolean"}}}
    first = await engine.complete(ask_for(schema, f"{town(3)}\n\nIs it old?"))
    await engine.complete(ask_for(schema, f"{town(4)}\n\nIs it old?"))
    again = await engine.complete(ask_for(schema, f"{town(3)}\n\nIs it large?"))
    assert first.cached_tokens < 0.3 * first.prompt_tokens
    assert again.cached_tokens > 0.8 * again.prompt_tokens


async def test_a_prompt_beyond_the_window_is_rejected(engine: LlamaCppEngine) -> None:
    with pytest.raises(RequestRejected, match="exceeds the available context size"):
        await engine.complete(request("word " * 3000))


def test_a_file_that_is_no_model_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + b"\x00" * 100)
    with pytest.raises(EngineUnavailable, match="cannot load broken.gguf"):
        LlamaCppEngine(path)


def test_the_pipeline_runs_on_the_packaged_model(pipeline: Pipeline) -> None:
    pipeline.configure(
        models={"default": {"engine": "llama_cpp"}},
        gates={"min_kept_documents": 0.0, "acceptance_rate": [0.0, 1.0], "max_domain_share": 1.0},
        generator={},
    )
    pipeline.ingest("towns.jsonl", [town(number) for number in range(3)])
    pipeline("run", "--all")
    status = pipeline.status()
    assert status["shards"][0]["reconciled"]
    candidates = pipeline.tables.read("candidate_qa", pipeline.shards[0])
    assert set(candidates.filter("kept")["style"]) <= {"cloze"}
    assert set(candidates["model"]) <= {packaged_model().stem}


def test_config_check_names_a_missing_model_file(pipeline: Pipeline) -> None:
    pipeline.configure(models={"default": {"engine": "llama_cpp", "model": "/no/such.gguf"}})
    result = pipeline("config", "check", exit_code=1)
    assert "models.filter: /no/such.gguf: no such model file" in str(result.exception)
