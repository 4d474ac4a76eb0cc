"""Bespoke Curator's OpenAI backend, which keeps every answer in a file as it comes."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from benchmarks.peers.phase import Job, measured, read_job


def stay_local(job: Job) -> None:
    """Caches under the job's folder, no progress display, and no word to any other server."""
    litellm = importlib.util.find_spec("litellm")
    assert litellm is not None
    assert litellm.origin is not None
    tokenizers = Path(litellm.origin).parent / "litellm_core_utils" / "tokenizers"
    os.environ.update(
        CURATOR_DISABLE_RICH_DISPLAY="1",
        HF_HOME=str(job.folder / "datasets"),
        HF_HUB_OFFLINE="1",
        LITELLM_LOCAL_MODEL_COST_MAP="True",
        TELEMETRY_ENABLED="False",
        TIKTOKEN_CACHE_DIR=str(tokenizers),
    )


def main() -> None:
    job = read_job()
    stay_local(job)
    from bespokelabs import curator

    class Caller(curator.LLM):
        def prompt(self, row: dict[str, Any]) -> Any:
            return row["messages"]

        def parse(self, row: dict[str, Any], response: str) -> dict[str, Any]:
            return {"answer": response}

    caller = Caller(
        model_name="test-model",
        backend="openai",
        generation_params={"max_tokens": 120},
        backend_params={
            "base_url": job.url,
            "api_key": "none",
            "max_concurrent_requests": job.in_flight,
            # Limits far above what is reached here: it waits in steps of 0.1 s at a limit.
            "max_requests_per_minute": 1_000_000,
            "max_tokens_per_minute": 10_000_000_000,
        },
    )
    rows = [{"messages": messages} for messages in job.messages()]
    with measured(job):
        answers = caller(rows, working_dir=str(job.folder / "curator"))
        assert len(answers.dataset) == len(rows)


if __name__ == "__main__":
    main()
