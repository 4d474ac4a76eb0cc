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
from webscale_rl_dagster.rewards.verifiers import accepts_itself, mistakes, rejects_adversarial
from webscale_rl_dagster.verification.answer_types import VERIFIERS
from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.leakage import answer_leaked

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
        claims.every_row("neighbour_rejected", severity="warning"),
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
    holds_answer = pl.struct("question", "answer", "answer_aliases", "style").map_elements(
        _question_holds_answer, return_dtype=pl.Boolean
    )
    beside = [pl.col(name).shift(1).alias(f"other_{name}") for name in ("answer", "answer_type")]
    sound = pl.struct(_SCORED).map_elements(_verifier_sound, return_dtype=pl.Boolean)
    mistaken = pl.struct(*_SCORED, *beside).map_elements(_mistaken, return_dtype=pl.Boolean)
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
        (~mistaken).fill_null(True).alias("neighbour_rejected"),
        claims.present(["corpus", "source_uri", "document_id"]).alias("source_named"),
        claims.present(["licence"]).alias("licence_present"),
    )


def _question_holds_answer(pair: dict[str, Any]) -> bool:
    """Asked anew of what is published."""
    question, answer = pair["question"] or "", pair["answer"] or ""
    aliases = tuple(pair["answer_aliases"] or ())
    return answer_leaked(
        Candidate(question, answer, document="", aliases=aliases, style=pair["style"] or "open")
    )


def _verifier_sound(pair: dict[str, Any]) -> bool:
    """Asked anew of what is published."""
    answer, kind = pair["answer"], pair["answer_type"]
    if not answer or kind not in VERIFIERS:
        return False
    aliases, question = pair["answer_aliases"] or (), pair["question"] or ""
    return accepts_itself(answer, kind, aliases, question) and rejects_adversarial(
        answer, kind, aliases, question
    )


def _mistaken(pair: dict[str, Any]) -> bool:
    """Whether the verifier takes the answer of the pair before for its own."""
    other, kinds = pair["other_answer"], {pair["answer_type"], pair["other_answer_type"]}
    if not other or not pair["answer"] or not kinds <= VERIFIERS.keys():
        return False
    return mistakes(
        pair["answer"],
        pair["answer_type"],
        pair["answer_aliases"] or (),
        pair["question"] or "",
        other,
        pair["other_answer_type"],
    )
