"""`decontamination` and `deduplication`: what is dropped for being elsewhere already."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from webscale_rl_dagster.config.fields import Section


class DecontaminationConfig(Section):
    """Which benchmarks documents, questions and answers are cleaned against."""

    benchmarks: tuple[str, ...] = ("ready",)
    """Names that `webscale-rl benchmarks list` shows; none turns decontamination off."""
    profile: Literal["default", "paper"] | None = None
    """default: 8-grams confirmed by a score. paper: 13 words in a row.
    None: paper under verification's profile of that name, else default."""

    @field_validator("benchmarks")
    @classmethod
    def _once(cls, benchmarks: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(benchmarks)) < len(benchmarks):
            raise ValueError("a benchmark is named twice")
        return benchmarks


class DeduplicationConfig(Section):
    """Which documents are taken for repeats at ingestion, besides exact ones."""

    documents: float | None = Field(default=0.8, ge=0.5, le=1)
    """Least estimated Jaccard similarity, on runs of five words, to a document that is stored.
    None: only exact repeats."""
