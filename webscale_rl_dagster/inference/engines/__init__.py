"""One module per engine, all behind `inference.protocol.Engine`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import ConfigError, EngineUnavailable
from webscale_rl_dagster.inference.engines.llama_cpp import LlamaCppEngine, packaged_model
from webscale_rl_dagster.inference.engines.openai import OpenAIEngine
from webscale_rl_dagster.inference.protocol import Engine


def open_engine(config: EngineConfig) -> Engine:
    """The engine a role is configured for; EngineUnavailable says what is missing."""
    if config.ray is not None:
        return _on_ray(config)
    return _OPENERS[config.engine](config)


def _on_ray(config: EngineConfig) -> Engine:
    from webscale_rl_dagster.inference.engines.ray.engine import RayEngine

    return RayEngine(config)


def _llama_cpp(config: EngineConfig) -> Engine:
    path = Path(config.model).expanduser() if config.model else packaged_model()
    if not path.is_file():
        raise EngineUnavailable(
            f"{path}: no such model file; `model` of a llama_cpp engine is the path of a GGUF file"
        )
    return LlamaCppEngine(
        path,
        context_tokens=config.window_tokens,
        threads=config.threads,
        gpu_layers=config.gpu_layers,
        prompt_cache_mib=config.prompt_cache_mib,
    )


def _openai(config: EngineConfig) -> Engine:
    if not config.base_url or not config.model:
        raise ConfigError("engine openai needs `base_url` and `model` in pipeline.yaml")
    return OpenAIEngine(
        config.base_url,
        config.model,
        api_key_env=config.api_key_env,
        max_in_flight=config.in_flight,
    )


def _fleet(config: EngineConfig) -> Engine:
    from webscale_rl_dagster.inference.engines.fleet import FleetEngine

    if not config.base_urls or not config.model:
        raise ConfigError("engine fleet needs `base_urls` and `model` in pipeline.yaml")
    return FleetEngine(
        config.base_urls,
        config.model,
        api_key_env=config.api_key_env,
        max_in_flight=config.in_flight,
    )


def _vllm(config: EngineConfig) -> Engine:
    from webscale_rl_dagster.inference.engines.vllm import VllmEngine

    return VllmEngine(config)


_OPENERS: dict[str, Callable[[EngineConfig], Engine]] = {
    "llama_cpp": _llama_cpp,
    "openai": _openai,
    "fleet": _fleet,
    "vllm": _vllm,
}
