"""Tables and ingested files as OpenLineage datasets, named as its naming convention wants."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import polars as pl
from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    base_subset_dataset,
    column_lineage_dataset,
    data_quality_assertions_dataset,
    dataset_version_dataset,
    documentation_dataset,
    output_statistics_output_dataset,
    schema_dataset,
)

import webscale_rl_dagster
from webscale_rl_dagster.lineage.columns import COLUMN_SOURCES, Source
from webscale_rl_dagster.schemas import TABLES

PRODUCER = f"urn:webscale-rl-dagster:{webscale_rl_dagster.__version__}"
_RELEASE = "dataset_release"
_SAYS = {
    "raw_documents": "Documents as they were ingested, the repeated ones marked.",
    "filtered_documents": "Windows of documents, and whether pairs should be made of them.",
    "classified_documents": "The domain of each window, and the personas to ask for.",
    "candidate_qa": "Questions and answers as they were generated.",
    "checked_qa": "What every check says of each candidate.",
    "verified_qa": "Accepted pairs with all that is published of them.",
    _RELEASE: "Published pairs of all shards, cleaned and split, as trainers load them.",
}


@dataclass(frozen=True, slots=True)
class Written:
    """One file of a table, or a release's files."""

    uri: str
    rows: int | None
    version: str | None
    """sha256."""


def table(root: str, name: str) -> tuple[str, str]:
    """Namespace and name of a table under the storage root."""
    return _named(f"{root}/{'releases' if name == _RELEASE else name}")


def upstream(name: str) -> list[str]:
    """The tables that a table is made of."""
    sources = (source for deps in _columns(name).values() for source in deps)
    return list(dict.fromkeys(table for table, _ in sources))


def source(uri: str) -> InputDataset:
    """A file that was ingested."""
    return InputDataset(*_named(uri))


def written(root: str, name: str, file: Written) -> OutputDataset:
    """A table of which this file was written."""
    says = documentation_dataset.DocumentationDatasetFacet(_SAYS[name], producer=PRODUCER)
    fields = [_field(column, dtype) for column, dtype in TABLES[name].items()]
    dataset = OutputDataset(*table(root, name))
    dataset.facets = {
        "schema": schema_dataset.SchemaDatasetFacet(fields, producer=PRODUCER),
        "documentation": says,
    }
    if columns := _columns(name):
        dataset.facets["columnLineage"] = _lineage(root, columns)
    if file.version:
        dataset.facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(
            file.version, producer=PRODUCER
        )
    place = base_subset_dataset.LocationSubsetCondition([file.uri])
    dataset.outputFacets = {
        "subset": base_subset_dataset.OutputSubsetOutputDatasetFacet(place, producer=PRODUCER),
        "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=file.rows, producer=PRODUCER
        ),
    }
    return dataset


def judged(
    root: str, name: str, suite: str, passed: bool, shut_by: tuple[str, ...]
) -> InputDataset:
    """A table as its suite found it: the verdict, and the expectations that shut the gate."""
    said = [(suite, passed), *((expectation, False) for expectation in shut_by)]
    assertions = [
        data_quality_assertions_dataset.Assertion(one, success, severity="error")
        for one, success in said
    ]
    facet = data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
        assertions, producer=PRODUCER
    )
    dataset = InputDataset(*table(root, name))
    dataset.inputFacets = {"dataQualityAssertions": facet}
    return dataset


def _named(uri: str) -> tuple[str, str]:
    """A path is a file, and so is what only looks like an address."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return "file", uri
    if parts.scheme and parts.netloc:
        return f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")
    return "file", uri


def _columns(name: str) -> dict[str, tuple[Source, ...]]:
    if name != _RELEASE:
        return COLUMN_SOURCES[name]
    published = TABLES["verified_qa"]
    kept = {column: (("verified_qa", column),) for column in TABLES[name] if column in published}
    return {**kept, "split": (("verified_qa", "document_id"),)}


def _lineage(
    root: str, columns: dict[str, tuple[Source, ...]]
) -> column_lineage_dataset.ColumnLineageDatasetFacet:
    fields = {
        column: column_lineage_dataset.Fields(
            [
                column_lineage_dataset.InputField(*table(root, upstream), field)
                for upstream, field in sources
            ]
        )
        for column, sources in columns.items()
    }
    return column_lineage_dataset.ColumnLineageDatasetFacet(fields, producer=PRODUCER)


def _field(column: str, dtype: pl.DataType) -> schema_dataset.SchemaDatasetFacetFields:
    kind = "Struct" if isinstance(dtype, pl.Struct) else str(dtype)
    return schema_dataset.SchemaDatasetFacetFields(column, kind)
