"""What a run of the ingestion job reads."""

# No `from __future__ import annotations`: Dagster reads the config's annotations as objects.
import dagster as dg
from pydantic import Field

from webscale_rl_dagster.config import Config, CorpusConfig


class ArrivedFile(dg.Config):
    """A version of a file in the ledger of arrivals."""

    path: str
    version: str


class IngestConfig(dg.Config):
    """What to ingest. What is left out comes from the corpus of that name in pipeline.yaml."""

    corpus: str = Field(
        default="", description="Its name; empty: the only corpus of pipeline.yaml."
    )
    path: str | None = Field(
        default=None, description="A file, a folder or s3://bucket/prefix; else the corpus's `uri`."
    )
    files: list[ArrivedFile] = Field(
        default=[],
        description="What the corpus's sensor found, in place of `path`; leave it out.",
    )
    format: str | None = Field(
        default=None, description="As `corpora[].format`; else by the file's ending."
    )
    subset: str | None = Field(default=None, description="Of a Hugging Face dataset.")
    split: str | None = Field(default=None, description="Of a Hugging Face dataset.")
    text_field: str | None = Field(
        default=None, description="The field that holds the text; else the corpus's, else `text`."
    )
    licence: str | None = Field(
        default=None, description="SPDX id for records that name no licence."
    )


def resolve(config: IngestConfig, settings: Config) -> CorpusConfig:
    """How the corpus's files arrive is no matter of the run's."""
    only = settings.corpora[0].name if len(settings.corpora) == 1 else ""
    name = config.corpus or only
    known = next((corpus for corpus in settings.corpora if corpus.name == name), None)
    if not name:
        names = ", ".join(corpus.name for corpus in settings.corpora) or "none"
        raise dg.Failure(
            f"which corpus? Give its name as `corpus`; pipeline.yaml knows {names}",
            allow_retries=False,
        )
    if known is None and config.path is None:
        raise dg.Failure(
            f"corpus {name!r} is not in pipeline.yaml: add it under `corpora`, or give the path "
            "to ingest",
            allow_retries=False,
        )
    base = known.model_dump(exclude={"ingestion"}) if known else {}
    given = {
        "uri": config.path,
        "format": config.format,
        "subset": config.subset,
        "split": config.split,
        "text_field": config.text_field,
        "licence": config.licence,
    }
    chosen = {name: value for name, value in given.items() if value is not None}
    return CorpusConfig.model_validate({"name": name} | base | chosen)
