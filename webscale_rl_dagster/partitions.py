"""The one partition dimension: a shard of a corpus, and how its key is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

import dagster as dg

from webscale_rl_dagster.schemas import CORPUS_NAME

SHARDS = dg.DynamicPartitionsDefinition(name="shards")

_KEY = re.compile(rf"(?P<corpus>{CORPUS_NAME})/(?P<file>[0-9a-f]{{10}})/(?P<number>\d{{5}})")


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
        match = _KEY.fullmatch(key)
        if match is None:
            raise ValueError(f"{key!r} is no shard key; they look like wiki/3f9a1c77d0/00012")
        return cls(match["corpus"], match["file"], int(match["number"]))
