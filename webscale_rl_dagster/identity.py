"""Content-addressed identity: the same content has the same id on every machine and every run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CORPUS_NAME = r"[a-z0-9][a-z0-9_-]{0,62}"

_SHARD_KEY = re.compile(rf"({CORPUS_NAME})/([0-9a-f]{{10}})/([0-9]{{5}})")


@dataclass(frozen=True, slots=True)
class ShardKey:
    """`<corpus>/<first 10 hex digits of the file's sha256>/<number of the shard in the file>`."""

    corpus: str
    file: str
    number: int

    def __str__(self) -> str:
        return f"{self.corpus}/{self.file}/{self.number:05d}"

    @classmethod
    def parse(cls, key: str) -> ShardKey:
        match = _SHARD_KEY.fullmatch(key)
        if match is None:
            raise ValueError(f"{key!r} is no shard key; they look like wiki/3f9a1c77d0/00012")
        return cls(match[1], match[2], int(match[3]))


def identifier(corpus: str) -> str:
    """A corpus's name within a name of Dagster's, which may have no hyphen; two may share one."""
    return corpus.replace("-", "_")


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
    shard, _, _digest = qa_id.rpartition(".")
    return str(ShardKey.parse(shard.replace(".", "/")))
