"""croissant.json: the release in the vocabulary that dataset search and loaders share.

Croissant 1.1, http://mlcommons.org/croissant/1.1. `verdicts` is left out: it has no type there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from webscale_rl_dagster.releases.layout import data_place
from webscale_rl_dagster.schemas import TABLES

CONFORMS_TO = "http://mlcommons.org/croissant/1.1"

_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field",
    "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset",
    "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
    "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS},
}
"""As the specification gives it."""

_TYPES = {pl.String(): "sc:Text", pl.Int32(): "sc:Integer", pl.Int64(): "sc:Integer",
    pl.Float64(): "sc:Float"}  # fmt: skip
_PARQUET = "application/x-parquet"


def croissant(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """JSON-LD: a record set for each split that has rows, and every data file with its sha256."""
    splits = [split for split, rows in manifest["splits"].items() if rows]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": manifest["name"],
        "description": "Verified question-answer pairs for reinforcement learning.",
        "license": list(manifest["licences"]),
        "datePublished": manifest["created"],
        "distribution": [
            *(_file(file) for file in manifest["files"] if data_place(file["path"])),
            *(_file_set(split) for split in splits),
        ],
        "recordSet": [_record_set(split) for split in splits],
    }


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file["path"],
        "name": file["path"],
        "contentUrl": file["path"],
        "contentSize": f"{file['bytes']} B",
        "encodingFormat": _PARQUET,
        "sha256": file["sha256"],
    }


def _file_set(split: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{split}-files",
        "name": f"{split}-files",
        "encodingFormat": _PARQUET,
        "includes": f"data/{split}-*.parquet",
    }


def _record_set(split: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "key": {"@id": f"{split}/qa_id"},
        "field": [
            _field(split, name, dtype)
            for name, dtype in TABLES["dataset_release"].items()
            if not isinstance(dtype, pl.Struct)
        ],
    }


def _field(split: str, name: str, dtype: pl.DataType) -> dict[str, Any]:
    many = isinstance(dtype, pl.List)
    return {
        "@type": "cr:Field",
        "@id": f"{split}/{name}",
        "name": name,
        "dataType": _TYPES[pl.String() if many else dtype],
        "source": {"fileSet": {"@id": f"{split}-files"}, "extract": {"column": name}},
        **({"isArray": True, "arrayShape": "-1"} if many else {}),
    }
