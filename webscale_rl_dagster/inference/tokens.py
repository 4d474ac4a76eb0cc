"""How many tokens a text is to a role's model, and the tokenizer that says so.

Tokenizers come from `transformers`, which needs no torch for them. Each is loaded once a process,
when the first text is counted; one that lies in a folder or in a GGUF file never asks the network.
"""

from __future__ import annotations

import functools
import logging
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import ConfigError
from webscale_rl_dagster.inference import gguf
from webscale_rl_dagster.inference.engines.llama_cpp import packaged_model

Count = Callable[[str], int]

_LOWER = string.ascii_lowercase.encode()
_HUB_TIMEOUT_S = 10.0


class TokenizerSource(NamedTuple):
    """Where a role's tokenizer is, and the key of pipeline.yaml that says so."""

    name: str
    key: str


def tokenizer_source(config: EngineConfig) -> TokenizerSource | None:
    """None for an engine behind a server whose tokenizer is not named."""
    if config.tokenizer is not None:
        return TokenizerSource(config.tokenizer, "tokenizer")
    if config.engine == "llama_cpp":
        return TokenizerSource(config.model or str(packaged_model()), "model")
    if config.engine != "vllm":
        return None
    if config.model is None:
        raise ConfigError("engine vllm needs `model` in pipeline.yaml: a model folder or hub name")
    return TokenizerSource(config.model, "model")


def token_counter(config: EngineConfig) -> Count:
    """Counts the tokens of a text, special tokens of the prompt around it left out.

    The first call may raise ConfigError, naming the key, if the tokenizer cannot be loaded. Equal
    sources give the same counter.
    """
    source = tokenizer_source(config)
    return estimate_tokens if source is None else _counter(source)


def estimate_tokens(text: str) -> int:
    """Rather too many tokens than too few, for a tokenizer that is not at hand.

    A token per UTF-8 byte, but one per three for a to z. Against SmolLM2's tokenizer that is 1.8
    to 2.7 times the true count for the documents of the sample corpus, 1.5 to 2.9 times for Python
    and C, 1.4 to 2.6 for Chinese, Russian and Arabic, and hardly more than it for Polish prose and
    minified JavaScript. Only what is none of these can have more: base64 had 1.1 times as many.
    """
    data = text.encode("utf-8", "surrogatepass")
    others = len(data.translate(None, _LOWER))
    return others + -(-(len(data) - others) // 3)


def load_tokenizer(name: str, *, key: str = "tokenizer") -> Any:
    """The `transformers` tokenizer of a folder, a hub name or a GGUF file, chat template and all.

    `key` is the key of pipeline.yaml that ConfigError blames if it cannot be loaded.
    """
    path = Path(name).expanduser()
    if path.is_file():
        header = gguf.read_header(path)
        if not gguf.has_known_tokenizer(header):
            kind = header.get("tokenizer.ggml.pre") or header.get("tokenizer.ggml.model")
            raise ConfigError(
                f"{name}: a GGUF file with a tokenizer we cannot rebuild ({kind}); "
                "set `tokenizer` in pipeline.yaml to a folder or hub name of the same model's"
            )
        _silence_the_lack_of_torch()
        return gguf.build_tokenizer(header)
    if not path.is_dir() and (path.is_absolute() or name.startswith((".", "~"))):
        raise ConfigError(f"{key}: {name}: no such file or folder")
    return _from_pretrained(str(path) if path.is_dir() else name, key, local=path.is_dir())


def _from_pretrained(name: str, key: str, *, local: bool) -> Any:
    _silence_the_lack_of_torch()
    from transformers import AutoTokenizer

    def load(*, local_files_only: bool) -> Any:
        return AutoTokenizer.from_pretrained(
            name, local_files_only=local_files_only, trust_remote_code=False
        )

    try:  # each tokenizer class and the hub's client fail in their own ways
        return load(local_files_only=True)
    except Exception as error:
        if local:
            raise _unloadable(name, key, error) from error
    try:
        _reach_hub(name)
        return load(local_files_only=False)
    except Exception as error:
        raise _unloadable(name, key, error) from error


def _reach_hub(name: str) -> None:
    """Fails at once where loading would try again for a minute."""
    from huggingface_hub import model_info

    model_info(name, timeout=_HUB_TIMEOUT_S)


def _unloadable(name: str, key: str, error: Exception) -> ConfigError:
    said = (str(error).strip() or repr(error)).splitlines()[0]
    return ConfigError(
        f"{key}: {name!r} is no folder, GGUF file or hub name from which a tokenizer can be "
        f"loaded here: {said}"
    )


@functools.cache
def _counter(source: TokenizerSource) -> Count:
    @functools.cache
    def loaded() -> Count:
        return _counting(source)

    return lambda text: loaded()(text)


def _counting(source: TokenizerSource) -> Count:
    path = Path(source.name).expanduser()
    if path.is_file() and not gguf.has_known_tokenizer(gguf.read_header(path)):
        logging.getLogger(__name__).warning(
            "%s: its tokenizer is not known, so its tokens are estimated from a text's length and "
            "documents are cut shorter than need be; `tokenizer` in pipeline.yaml names another",
            source.name,
        )
        return estimate_tokens
    tokenizer = load_tokenizer(source.name, key=source.key)
    if not tokenizer.is_fast:
        return lambda text: len(tokenizer.encode(text, add_special_tokens=False, verbose=False))
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    return lambda text: len(backend.encode(text, add_special_tokens=False))


def _silence_the_lack_of_torch() -> None:
    """On import, `transformers` tells stderr that without torch only tokenizers work."""
    logging.getLogger("transformers").addFilter(_is_not_about_torch)


def _is_not_about_torch(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("PyTorch was not found")
