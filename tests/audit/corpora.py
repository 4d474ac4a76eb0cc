"""Source files of every format, and reading one row of them by means of its format alone."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl

from tests.pipeline import Pipeline, town
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.corpora.records import is_stored
from webscale_rl_dagster.storage.connected import bucket_objects


def ingest_all(pipeline: Pipeline) -> None:
    """Six towns as jsonl, gz, parquet and text files; one is no use, one repeated, one broken."""
    rows = [{"text": town(n), "title": town(n).split(" is ")[0]} for n in range(6)]
    rows[0]["url"] = "https://example.org/aldermoor"
    lines = [json.dumps(row) for row in rows]
    plain, packed = pipeline.folder / "plain.jsonl", pipeline.folder / "packed.jsonl.gz"
    unfit = json.dumps({"text": f"{town(20)} UNFIT."})
    plain.write_text("\n".join([*lines[:2], "{broken", lines[0], unfit]) + "\n")
    packed.write_bytes(gzip.compress("\n".join(["", lines[2], lines[3]]).encode()))
    pl.DataFrame(rows[4:5]).write_parquet(pipeline.folder / "rows.parquet")
    texts = pipeline.folder / "texts"
    texts.mkdir()
    (texts / "Farrowgate.txt").write_text(town(5))
    for name in ("plain.jsonl", "packed.jsonl.gz", "rows.parquet", "texts"):
        pipeline("ingest", str(pipeline.folder / name), "--corpus", "wiki")


def text_at(uri: str, row: int) -> str:
    """The text of one row of a source file, also of one in S3."""
    path, data = Path(uri), source(uri)
    if path.suffix == ".txt":
        return data.decode()
    if path.suffix == ".parquet":
        return str(pl.read_parquet(data)["text"][row])
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    return str(json.loads(data.split(b"\n")[row])["text"])


def source(uri: str) -> bytes:
    """A whole source file."""
    if not is_stored(uri):
        return Path(uri).read_bytes()
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket_objects(f"s3://{bucket}", load_config()).get(key)
