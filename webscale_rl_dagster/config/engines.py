"""`models` and `prices`: which engine serves each role, and what its calls cost."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, field_validator

from webscale_rl_dagster.config.fields import Section

Role = Literal["filter", "classifier", "generator", "checker", "prober"]


class RayConfig(Section):
    """The Ray cluster whose nodes run an engine each."""

    address: str
    """HOST:PORT of the cluster's GCS, from a machine that is one of its nodes;
    ray://HOST:PORT of its client server, from any other. Clusters are joined, never started."""
    engines: int | None = Field(default=None, ge=1)
    """How many, placed by Ray. None: one on each node with a CPU to spare, or, where engines use
    GPUs, as many as the node's GPUs allow; nodes that join later get theirs."""
    gpus_per_engine: float | None = Field(default=None, ge=0)
    """None: as many as vllm's tensor_parallel and data_parallel need, none for openai."""
    cpus_per_engine: float = Field(default=1.0, gt=0)
    wait_s: float = Field(default=600.0, gt=0)
    """Seconds without any engine that serves, as models load or nodes are lost, before the run
    stops."""

    @field_validator("address")
    @classmethod
    def _host_and_port(cls, address: str) -> str:
        if not re.fullmatch(r"(ray://)?([\w.-]+|\[[0-9A-Fa-f:]+\]):[0-9]{1,5}", address):
            raise ValueError("must be HOST:PORT on a node of the cluster, else ray://HOST:PORT")
        return address


class EngineConfig(Section):
    """Where one role's completions come from."""

    engine: Literal["llama_cpp", "vllm", "openai", "fleet"] = "llama_cpp"
    model: str | None = None
    """llama_cpp: path of a GGUF file (None: the packaged SmolLM2-135M-Instruct).
    vllm: a model folder or a hub name. openai, fleet: the name the servers know the model by."""
    base_url: str | None = None
    """openai only, e.g. http://127.0.0.1:8000/v1."""
    base_urls: tuple[str, ...] = ()
    """fleet only: servers of one and the same model."""
    api_key_env: str | None = None
    """openai, fleet: the environment variable that holds the key; the key is never stored."""
    max_in_flight: int | None = Field(default=None, ge=1)
    """Requests under way at once; None: 64 (openai), 64 a server (fleet), 256 (vllm).
    llama_cpp serves one at a time."""
    context_tokens: int | None = Field(default=None, ge=2048)
    """The window that prompt and completion share; longer documents are cut into windows.
    None: 4096 for llama_cpp, 8192 for every other engine."""
    tokenizer: str | None = None
    """Folder or hub name of the tokenizer that counts tokens. None: the model's own for llama_cpp
    and vllm; for openai and fleet a cautious estimate from the text's length."""
    threads: int | None = Field(default=None, ge=1)
    """llama_cpp only; None takes all cores for prompts and all but one for generation."""
    gpu_layers: int = Field(default=0, ge=0)
    """llama_cpp only: layers to put on a GPU."""
    prompt_cache_mib: int = Field(default=4096, ge=0)
    """llama_cpp only: memory for the computed prompts of earlier requests, about 23 KB a token for
    the packaged model; the next stage then finds its documents' tokens there."""
    tensor_parallel: int = Field(default=1, ge=1)
    """vllm only: GPUs that share one copy of the model."""
    data_parallel: int = Field(default=1, ge=1)
    """vllm only: copies of the model, each on GPUs of its own."""
    engine_options: dict[str, Any] = Field(default_factory=dict)
    """vllm only: further arguments of its AsyncEngineArgs, e.g. {quantization: fp8}."""
    ray: RayConfig | None = None
    """vllm, openai: the engine runs on every node of this cluster, rather than in this process."""
    request_deadline_s: float = Field(default=300.0, gt=0)
    """Seconds one attempt may take."""
    stage_deadline_s: float = Field(default=86_400.0, gt=0)
    """Seconds one stage of one shard may take; it then stops, and a rerun goes on from there."""
    attempts: int = Field(default=5, ge=1)
    """Tries per request before it is recorded as failed."""
    max_failed_share: float = Field(default=0.2, ge=0, le=1)
    """A stage stops once more than this share of its requests (and more than 10) failed."""

    @property
    def packaged(self) -> bool:
        """Whether this is the 135M model that comes as a package, which needs help to be of use."""
        return self.engine == "llama_cpp" and self.model is None

    @property
    def window_tokens(self) -> int:
        """The window in force."""
        return self.context_tokens or (4096 if self.engine == "llama_cpp" else 8192)

    @property
    def in_flight(self) -> int:
        """Requests under way at once, of a fleet per server, on Ray per engine."""
        most = {"llama_cpp": 1, "vllm": 256}.get(self.engine, 64)
        return most if self.engine == "llama_cpp" else self.max_in_flight or most


class ModelsConfig(Section):
    """One default engine, and an override per role."""

    default: EngineConfig = EngineConfig()
    filter: EngineConfig | None = None
    classifier: EngineConfig | None = None
    generator: EngineConfig | None = None
    checker: EngineConfig | None = None
    prober: EngineConfig | None = None

    def for_role(self, role: Role) -> EngineConfig:
        """An override that names no engine changes the default's keys, else it stands alone."""
        override: EngineConfig | None = getattr(self, role)
        if override is None or "engine" in override.model_fields_set:
            return override or self.default
        changes = {name: getattr(override, name) for name in override.model_fields_set}
        return self.default.model_copy(update=changes)


class Price(Section):
    """What a model costs, in US dollars per million tokens."""

    prompt: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Prompt tokens found in the prefix cache; None: as any prompt token."""
    completion: float = Field(ge=0)
