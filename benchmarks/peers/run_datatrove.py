"""DataTrove's inference runner on one endpoint; --durable: with checkpoints and request cache."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from datatrove.data import Document
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.inference.run_inference import InferenceConfig, InferenceRunner
from datatrove.pipeline.writers import JsonlWriter

from benchmarks.peers.phase import measured, read_job

# DataTrove imports these on first use, which would be within the measured phase.
for _late in ("aiofiles", "aiosqlite", "httpx", "orjson"):
    import_module(_late)


async def rollout(document: Document, generate: Any) -> Any:
    """One call; the document's messages are in its metadata."""
    return await generate({"messages": document.metadata["messages"], "max_tokens": 120})


def main() -> None:
    job = read_job()
    documents = [
        Document(text=messages[-1]["content"], id=str(number), metadata={"messages": messages})
        for number, messages in enumerate(job.messages())
    ]
    runner = InferenceRunner(
        rollout_fn=rollout,
        config=InferenceConfig(
            server_type="endpoint",
            endpoint_url=job.url.removesuffix("/v1"),
            model_name_or_path="test-model",
            max_concurrent_generations=job.in_flight,
        ),
        output_writer=JsonlWriter(
            str(job.folder / "output"),
            output_filename="${rank}_chunk_${chunk_index}.jsonl",
            compression=None,
        ),
        checkpoints_local_dir=str(job.folder / "checkpoints") if job.durable else None,
    )
    executor = LocalPipelineExecutor([documents, runner], logging_dir=str(job.folder / "logs"))
    with measured(job):
        executor.run()


if __name__ == "__main__":
    main()
