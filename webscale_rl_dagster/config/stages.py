"""`filter`, `classifier`, `generator` and `verification`: how each stage judges and writes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from webscale_rl_dagster.config.fields import Section, Share

VerificationProfile = Literal["paper", "default", "strict"]


class FilterConfig(Section):
    """The heuristics every document must pass before a model is asked."""

    min_tokens: int = Field(default=50, ge=0)
    """The paper's only heuristic."""
    languages: tuple[str, ...] = ("en",)
    max_document_bytes: int = Field(default=10_000_000, ge=1)
    """Longer records are quarantined at ingestion."""


class ClassifierConfig(Section):
    """How domains are told."""

    shortlist: int | None = Field(default=None, ge=1, le=10)
    """How many domains, the likeliest by the document's words, the model chooses from.
    None: one for the packaged model, which cannot tell them apart, all ten for every other."""


class GeneratorConfig(Section):
    """How candidates are written."""

    style: Literal["open", "cloze", "auto"] | None = None
    """open: the model writes the question. cloze: a sentence with its answer blanked.
    auto: open where it survives the round trip, cloze where not.
    None: cloze for the packaged model, which cannot write questions, auto for every other."""
    samples: int = Field(default=2, ge=1, le=16)
    """Open questions tried per persona before giving up or falling back to cloze."""


class ProbesConfig(Section):
    """Attempts at answering an accepted pair's question, under the profile `strict`."""

    samples: int = Field(default=4, ge=1, le=64)
    """Attempts with the document, and as many without it."""
    temperature: float = Field(default=0.7, ge=0, le=2)
    """Of the attempts, above 0 if they are several; a single one is made at 0."""
    min_open_book: Share = 0.5
    """Least share of attempts with the document that must be right; below it a pair is broken, not
    hard."""
    max_closed_book: Share = 0.99
    """Greatest share of attempts without the document that may be right."""
    rival_share: Share = 0.5
    """How often a differing answer must come up among the attempts with the document, as a share of
    the right ones and twice at least, for the checker to be asked whether it is right as well."""

    @model_validator(mode="after")
    def _differing(self) -> ProbesConfig:
        if self.samples > 1 and self.temperature == 0:
            raise ValueError(
                f"at temperature 0 all {self.samples} samples would be the same attempt: raise "
                "`temperature`, or set `samples: 1`"
            )
        return self


class VerificationConfig(Section):
    """What a pair must pass to be accepted."""

    profile: VerificationProfile = "default"
    """paper: the paper's three questions to a model. default: all rules before them, and no
    duplicates. strict: probes after them as well."""
    votes: int = Field(default=1, ge=1, le=15)
    """How often the checker is asked about each pair, an odd number; the majority decides."""
    probes: ProbesConfig = ProbesConfig()

    @field_validator("votes")
    @classmethod
    def _odd(cls, votes: int) -> int:
        if votes % 2 == 0:
            raise ValueError("votes must be odd, so that there is a majority")
        return votes
