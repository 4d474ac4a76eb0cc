"""Reads a GGUF file's header and builds the tokenizer it holds.

`transformers` can do it only where torch is installed, and splits SmolLM's numbers wrongly.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO

from webscale_rl_dagster.errors import ConfigError

Header = dict[str, Any]

_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_CONTROL, _USER_DEFINED = 3, 4
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|NUMBER"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_SPLITS: dict[str, str | None] = {
    "default": None,
    "gpt-2": None,
    "smollm": r"\p{N}",
    "qwen2": _WORDS.replace("NUMBER", r"\p{N}"),
    "deepseek-r1-qwen": _WORDS.replace("NUMBER", r"\p{N}"),
    "llama-bpe": _WORDS.replace("NUMBER", r"\p{N}{1,3}"),
    "smaug-bpe": _WORDS.replace("NUMBER", r"\p{N}{1,3}"),
}
"""What llama.cpp cuts at before it merges, by its name for it; GPT-2's own rule where a value
does not replace it."""
_AND_GPT2 = frozenset({"default", "gpt-2", "smollm"})


def read_header(path: Path) -> Header:
    """The file's metadata, vocabulary included, weights not; ConfigError if it is no GGUF."""
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ConfigError(f"{path}: not a GGUF file")
        try:
            _, _, entries = _unpack(file, "IQQ")
            return {_string(file): _value(file, *_unpack(file, "I")) for _ in range(entries)}
        except (struct.error, KeyError, UnicodeDecodeError, OverflowError) as error:
            raise ConfigError(f"{path}: a damaged GGUF file ({error!r})") from error


def has_known_tokenizer(header: Header) -> bool:
    """Whether `build_tokenizer` can rebuild it: byte-level BPE with a known split."""
    return (
        header.get("tokenizer.ggml.model") == "gpt2"
        and header.get("tokenizer.ggml.pre", "default") in _SPLITS
    )


def build_tokenizer(header: Header) -> Any:
    """A `transformers` tokenizer with the file's chat template."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import AddedToken, PreTrainedTokenizerFast

    tokens: list[str] = header["tokenizer.ggml.tokens"]
    kind = header.get("tokenizer.ggml.pre", "default")
    merges = [tuple(merge.split(" ")) for merge in header["tokenizer.ggml.merges"]]
    bpe = models.BPE(
        vocab={token: number for number, token in enumerate(tokens)},
        merges=merges,
        ignore_merges=kind == "llama-bpe",
    )
    backend = Tokenizer(bpe)
    steps: list[Any] = []
    split = _SPLITS[kind]
    if split is not None:
        steps.append(pre_tokenizers.Split(Regex(split), behavior="isolated"))
    steps.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=kind in _AND_GPT2))
    backend.pre_tokenizer = pre_tokenizers.Sequence(steps)
    typed = list(zip(tokens, header.get("tokenizer.ggml.token_type", ()), strict=False))
    backend.add_special_tokens([token for token, type_ in typed if type_ == _CONTROL])
    whole = [token for token, type_ in typed if type_ == _USER_DEFINED]
    backend.add_tokens([AddedToken(token, normalized=False) for token in whole])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        chat_template=header.get("tokenizer.chat_template"),
        bos_token=_named(header, "bos"),
        eos_token=_named(header, "eos"),
        pad_token=_named(header, "padding"),
    )


def _named(header: Header, role: str) -> str | None:
    number = header.get(f"tokenizer.ggml.{role}_token_id")
    return None if number is None else str(header["tokenizer.ggml.tokens"][number])


def _unpack(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))


def _string(file: BinaryIO) -> str:
    return file.read(*_unpack(file, "Q")).decode("utf-8")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        element, length = _unpack(file, "IQ")
        if element in _SCALARS:
            return list(_unpack(file, f"{length}{_SCALARS[element]}"))
        return [_value(file, element) for _ in range(length)]
    return _unpack(file, _SCALARS[kind])[0]
