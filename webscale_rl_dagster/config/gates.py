"""`gates`: the thresholds of the expectation suites."""

from __future__ import annotations

from pydantic import Field, field_validator

from webscale_rl_dagster.config.fields import Section, Share


class GatesConfig(Section):
    """Thresholds of the expectation suites; a shard or release outside them goes nowhere."""

    min_kept_documents: float = Field(default=0.3, ge=0, le=1)
    """Least share of raw documents that the filter keeps."""
    max_failed_share: float = Field(default=0.1, ge=0, le=1)
    """Greatest share of a stage's rows that failed rather than were judged."""
    min_candidate_share: float = Field(default=0.05, ge=0, le=1)
    """Least share of document-persona pairs that yield a candidate."""
    acceptance_rate: tuple[Share, Share] = (0.05, 1.0)
    """Band of the share of candidates that the check accepts. Below it something is broken; an
    upper end under 1 shuts the gate on a checker that accepts all, as the packaged model does."""
    max_domain_share: float = Field(default=0.9, ge=0, le=1)
    """Greatest share of one domain among a shard's classified documents, or a release's pairs."""
    max_answer_type_share: float = Field(default=0.95, ge=0, le=1)
    """Greatest share of one answer type among a shard's verified pairs, or a release's."""
    min_rows_for_mix: int = Field(default=20, ge=1)
    """Shards with fewer rows are too small to judge their mix."""
    max_drift: float = Field(default=0.25, ge=0, le=1)
    """Greatest share of a release's pairs that would have to be of another domain, answer type or
    style for the mix of the release before."""

    @field_validator("acceptance_rate")
    @classmethod
    def _ordered(cls, band: tuple[float, float]) -> tuple[float, float]:
        low, high = band
        if low > high:
            raise ValueError("must be [least, greatest]")
        return band
