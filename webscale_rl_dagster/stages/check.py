"""Judges candidates: what is certain first, then models, then repeats among those accepted.

A candidate that breaks what its profile requires is never sent to a model. Every verdict is on the
row, asked or not; `kept` is the conjunction of those that the profile requires.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from webscale_rl_dagster.config import VerificationConfig
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.deduplication.questions import QuestionIndex
from webscale_rl_dagster.errors import ConfigError
from webscale_rl_dagster.inference.dispatch import Dispatcher
from webscale_rl_dagster.inference.protocol import Failed
from webscale_rl_dagster.stages.certain import judge_certain
from webscale_rl_dagster.stages.model_check import Checked, check_pair
from webscale_rl_dagster.stages.outcome import KEPT, Outcome, dropped, failed, unanswered
from webscale_rl_dagster.stages.probe import Probed, probe_pair
from webscale_rl_dagster.storage.tables import Row
from webscale_rl_dagster.verification.profiles import PROFILES, first_broken, verdict


@dataclass(frozen=True, slots=True)
class Judges:
    """Who is asked about a pair; the prober under the profile `strict` only."""

    checker: Dispatcher
    prober: Dispatcher | None = None
    decontaminator: Decontaminator | None = None
    benchmarks: tuple[str, ...] = ()
    """What the decontaminator holds."""


async def check_candidates(
    candidates: Iterable[Row],
    documents: Iterable[Row],
    judges: Judges,
    settings: VerificationConfig,
) -> AsyncIterator[Row]:
    """One `checked_qa` row per kept candidate, in their order.

    Raises ConfigError if the profile wants probes and there is no prober.
    """
    if settings.profile == "strict" and judges.prober is None:
        raise ConfigError("the profile `strict` needs a prober")

    async def check(judged: tuple[Row, Row]) -> tuple[Row, Row]:
        pair, row = judged
        outcome = await _asked(pair, row, judges, settings)
        return pair, row | outcome

    certain = judge_certain(
        candidates,
        documents,
        profile=settings.profile,
        decontaminator=judges.decontaminator,
        benchmarks=judges.benchmarks,
    )
    accepted = QuestionIndex()
    async for pair, row in judges.checker.in_order(check, certain):
        if row["kept"]:
            _compare(pair, row, accepted, settings)
        yield row


async def _asked(pair: Row, row: Row, judges: Judges, settings: VerificationConfig) -> Outcome:
    """Fills in what models say, and what becomes of the row until it is compared with others."""
    verdicts = row["verdicts"]
    broken = first_broken(verdicts, settings.profile)
    if broken is None:
        row["checker_model"] = judges.checker.engine.identity.model
        checked = await check_pair(pair, judges.checker.complete, votes=settings.votes)
        if not isinstance(checked, Checked):
            return unanswered(checked)
        _tell_checked(row, checked)
        broken = first_broken(verdicts, settings.profile)
    if broken is None and judges.prober is not None:
        row["prober_model"] = judges.prober.engine.identity.model
        probed = await probe_pair(
            pair | {name: row[name] for name in ("answer_type", "answer_aliases")},
            ask_prober=judges.prober.complete,
            ask_checker=judges.checker.complete,
            settings=settings.probes,
        )
        if isinstance(probed, Failed):
            return failed(probed.error)
        _tell_probed(row, probed, settings)
        broken = first_broken(verdicts, settings.profile)
    return KEPT if broken is None else dropped(broken)


def _tell_checked(row: Row, checked: Checked) -> None:
    row["verdicts"] |= {
        "model_answer_incorrect": verdict(not checked.answer_correct),
        "model_answer_leaked": verdict(checked.answer_leaked),
        "model_not_self_contained": verdict(not checked.self_contained),
    }
    row["model_reason"] = checked.reason
    row["votes"] = checked.votes
    row["agreement"] = checked.agreement


def _tell_probed(row: Row, probed: Probed, settings: VerificationConfig) -> None:
    probes = settings.probes
    solved = probed.open_book_rate >= probes.min_open_book
    row["verdicts"] |= {
        "open_book_unsolved": verdict(not solved),
        "closed_book_solved": verdict(probed.closed_book_rate > probes.max_closed_book),
        "not_unique": verdict(not probed.unique) if solved else None,
    }
    row["open_book_rate"] = probed.open_book_rate
    row["closed_book_rate"] = probed.closed_book_rate
    row["rivals"] = list(probed.rivals)


def _compare(pair: Row, row: Row, accepted: QuestionIndex, settings: VerificationConfig) -> None:
    """Of two accepted pairs that ask the same, the first in the shard's order stays."""
    if "near_duplicate" not in PROFILES[settings.profile]:
        return
    repeated = accepted.add(pair["qa_id"], pair["question"], pair["answer"])
    row["verdicts"]["near_duplicate"] = verdict(repeated is not None)
    if repeated is not None:
        row["duplicate_of"] = repeated
        row |= dropped("near_duplicate")
