"""The suite of verified_qa: what a trainer may rely on in every published pair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations import claims
from webscale_rl_dagster.expectations import verdicts as judged
from webscale_rl_dagster.expectations.facts import Facts, key
from webscale_rl_dagster.prompts.schemas import DOMAINS
from webscale_rl_dagster.rewards.normalise import find_normalised, normalise
from webscale_rl_dagster.rewards.verifiers import accepts_itself, mistakes, rejects_adversarial
from webscale_rl_dagster.rewards.words import STOP_WORDS
from webscale_rl_dagster.verification.answer_types import VERIFIERS
from webscale_rl_dagster.verification.candidate import Candidate

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

IDS = ("qa_id", "document_id")
_SCORED = ("question", "answer", "answer_type", "answer_aliases")


def expectations(gates: GatesConfig, facts: Facts) -> list[Expectation]:
    """A published table holds kept rows only, one for each pair that the check accepted."""
    return [
        *claims.reconciled(facts),
        claims.every_row("outcome_complete"),
        claims.unique("key", name="qa_id_unique"),
        claims.every_row("kept_only"),
        claims.every_row("pair_present"),
        claims.every_row("answer_not_in_question"),
        claims.every_row("verdicts_accepting"),
        claims.every_row("evidence_present"),
        claims.every_row("verifier_named"),
        claims.every_row("verifier_sound"),
        claims.every_row("source_named"),
        claims.every_row("licence_present", severity="warning"),
        claims.one_of("domain", DOMAINS, name="domain_known"),
        claims.mix(
            "answer_type",
            name="answer_type_mix",
            most=gates.max_answer_type_share,
            min_rows=gates.min_rows_for_mix,
        ),
    ]


def columns(batches: Iterable[pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """The narrow frame that the suite looks at; questions and answers stay out of it."""
    frame = claims.narrow("verified_qa", batches, _row_claims)
    return frame.with_columns(claims.known(facts))


def _row_claims(frame: pl.DataFrame) -> pl.DataFrame:
    start, end = pl.col("evidence_start"), pl.col("evidence_end")
    by_rules = pl.col("profile").fill_null("") != "paper"
    holds_answer = pl.struct("question", "answer", "style").map_elements(
        _question_holds_answer, return_dtype=pl.Boolean
    )
    beside = [pl.col(name).shift(1).alias(f"other_{name}") for name in ("answer", "answer_type")]
    sound = pl.struct(*_SCORED, *beside).map_elements(_verifier_sound, return_dtype=pl.Boolean)
    return frame.select(
        claims.few("domain"),
        claims.few("answer_type"),
        *claims.outcome_columns(),
        key("qa_id").alias("key"),
        pl.col("kept").fill_null(False).alias("kept_only"),
        claims.present(["question", "answer"]).alias("pair_present"),
        (~(by_rules & holds_answer)).fill_null(False).alias("answer_not_in_question"),
        judged.accepting().alias("verdicts_accepting"),
        (~by_rules | ((start >= 0) & (start < end)).fill_null(False)).alias("evidence_present"),
        claims.present(["answer_type", "verifier"]).alias("verifier_named"),
        sound.fill_null(False).alias("verifier_sound"),
        claims.present(["corpus", "source_uri", "document_id"]).alias("source_named"),
        claims.present(["licence"]).alias("licence_present"),
    )


def _question_holds_answer(pair: dict[str, str | None]) -> bool:
    """The plainest form of leakage; `verification.leakage` has already refused more than this."""
    question, answer = pair["question"] or "", pair["answer"] or ""
    if all(word in STOP_WORDS for word in normalise(answer).split()):
        return False
    asked = Candidate(question, answer, document="", style=pair["style"] or "open").asked
    return bool(find_normalised(answer, asked))


def _verifier_sound(pair: dict[str, Any]) -> bool:
    """Asked anew of what is published, and of the answer of the pair before."""
    answer, kind = pair["answer"], pair["answer_type"]
    if not answer or kind not in VERIFIERS:
        return False
    aliases, question = pair["answer_aliases"] or (), pair["question"] or ""
    other, other_kind = pair["other_answer"], pair["other_answer_type"]
    return (
        accepts_itself(answer, kind, aliases, question)
        and rejects_adversarial(answer, kind, aliases, question)
        and not (
            other
            and other_kind in VERIFIERS
            and mistakes(answer, kind, aliases, question, other, other_kind)
        )
    )
