"""`corpora`, and the `ingestion` of one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from webscale_rl_dagster.config.fields import Section
from webscale_rl_dagster.identity import CORPUS_NAME


class IngestionConfig(Section):
    """That a corpus's files are ingested as they arrive, and pairs are made of them."""

    every_s: int = Field(default=60, ge=1)
    """Seconds between two looks for files."""
    schedule: str | None = None
    """A cron line in UTC: files are looked for at these times only. None: every `every_s`."""
    names_sort: bool = True
    """Whether later files have names that sort later; they are then found with the next look."""
    max_queued_shards: int = Field(default=20, ge=1)
    """Shards that may wait or be under way in make_pairs; files wait beyond them."""
    batch_files: int = Field(default=500, ge=1, le=1000)
    """Files that one run ingests at most; it holds one gibibyte of them, or one larger file.
    At most as many as one look takes outcomes over, so that none of a run that ended lie unread
    while its files are asked for again."""
    expected_every: float | None = Field(default=None, gt=0)
    """Hours within which a file is expected; a check on raw_documents fails after them."""

    @field_validator("schedule")
    @classmethod
    def _cron(cls, schedule: str | None) -> str | None:
        if schedule is not None and len(schedule.split()) != 5:
            raise ValueError("must be a cron line of five fields, e.g. '0 3 * * *' for 3:00 UTC")
        return schedule


class CorpusConfig(Section):
    """A corpus that `webscale-rl ingest` and the ingestion job know by name."""

    name: str = Field(pattern=f"^{CORPUS_NAME}$")
    uri: str
    """A file or folder, relative to pipeline.yaml's, or s3://bucket/key or s3://bucket/prefix."""
    format: Literal["auto", "jsonl", "parquet", "text", "warc", "html"] = "auto"
    subset: str | None = None
    """Of a folder with a dataset card as on the Hugging Face Hub; None: the default one."""
    split: str | None = None
    """Of such a folder; None: all splits."""
    text_field: str = "text"
    licence: str | None = None
    ingestion: IngestionConfig | None = None
    """None: files are ingested when the command or the job is told to."""

    @model_validator(mode="after")
    def _whole(self) -> CorpusConfig:
        if self.ingestion is not None and (self.subset or self.split):
            raise ValueError(
                "subset and split choose among the files of a folder that is read at once; with "
                "`ingestion`, let `uri` be the folder of the files that are meant"
            )
        return self
