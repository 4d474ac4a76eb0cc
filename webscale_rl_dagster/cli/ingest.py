"""`webscale-rl ingest`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from webscale_rl_dagster.cli.console import INTERRUPTED, console, errors
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.errors import IngestError


def ingest(
    paths: Annotated[
        list[str], typer.Argument(help="Corpus files or folders, also s3://bucket/prefix.")
    ],
    corpus: Annotated[str, typer.Option(help="The corpus they belong to.")],
    licence: Annotated[
        str | None, typer.Option(help="SPDX id for records that name no licence.")
    ] = None,
    text_field: Annotated[
        str | None, typer.Option(help="The field that holds the text; else `text`.")
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(help="jsonl, parquet, text, warc or html; else by the file's ending."),
    ] = None,
    subset: Annotated[
        str | None, typer.Option(help="Of a Hugging Face dataset's folder; else its default one.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(help="Of a Hugging Face dataset's folder; else all.")
    ] = None,
) -> None:
    """Add documents to a corpus: cut into shards, registered with Dagster; safe to repeat.

    What is not given comes from the corpus of that name in pipeline.yaml, if there is one.
    """
    from webscale_rl_dagster.cli.bars import IngestBar, new_bars
    from webscale_rl_dagster.cli.local import execute, failure_of, local_instance
    from webscale_rl_dagster.definitions import build_definitions
    from webscale_rl_dagster.inference.interrupts import signals_noted
    from webscale_rl_dagster.partitions import CORPUS_TAG

    config = load_config()
    with new_bars() as bars, local_instance(config) as instance, signals_noted() as interrupted:
        definitions = build_definitions(config, ingest_report=IngestBar(bars))
        for path in paths:
            source = {
                "corpus": corpus,
                "path": path if "://" in path else str(Path(path).absolute()),
                "format": format,
                "subset": subset,
                "split": split,
                "text_field": text_field,
                "licence": licence,
            }
            result = execute(
                definitions,
                "ingest_corpus",
                instance=instance,
                run_config={"ops": {"ingest_files": {"config": source}}},
                tags={CORPUS_TAG: corpus},
            )
            if interrupted():
                errors.print(f"interrupted in {path}; the shards written so far are whole")
                raise typer.Exit(INTERRUPTED)
            if not result.success:
                raise IngestError(f"{path}: {failure_of(result)}")
            shards = [event.partition for event in result.get_asset_materialization_events()]
            added = ", ".join(str(shard) for shard in shards) or "nothing new"
            console.print(f"{path}: {added}", soft_wrap=True)
