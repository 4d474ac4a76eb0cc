"""Content-addressed identity: the same content has the same id on every machine and every run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def sha256_text(text: str) -> str:
    """Hex sha256 of the text's UTF-8 bytes; lone surrogates are hashed as they stand."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sha256_json(value: Any) -> str:
    """Hex sha256 of the canonical JSON: sorted keys, no white space, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256_text(text)


def document_id(text: str) -> str:
    """A document is its text: the same text from two sources has one id."""
    return sha256_text(text)


def qa_id(shard: str, parts: Mapping[str, str | int]) -> str:
    """`<corpus>.<file>.<number>.<24 hex digits>`: content-addressed, and its shard is read off it.

    `parts` holds what makes the pair what it is: document, persona, prompt version, model, sample.
    """
    return f"{shard.replace('/', '.')}.{sha256_json(dict(parts))[:24]}"


def shard_of(qa_id: str) -> str:
    """The shard key inside a `qa_id`; ValueError if it is not one."""
    corpus, file, number, _digest = qa_id.split(".")
    return f"{corpus}/{file}/{number}"
