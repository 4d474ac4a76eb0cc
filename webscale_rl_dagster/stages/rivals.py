"""Other answers that attempts with the document agree on, and whether one of them is right, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from itertools import pairwise

from webscale_rl_dagster.inference.protocol import Ask, CompletionRequest, Failed, Sampling
from webscale_rl_dagster.inference.structured import Malformed, ask_object
from webscale_rl_dagster.inference.together import together
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.library import on_one_line
from webscale_rl_dagster.rewards import score
from webscale_rl_dagster.rewards.formula_tokens import Unreadable, tokens
from webscale_rl_dagster.rewards.normalise import normalise
from webscale_rl_dagster.rewards.strictness import Strictness
from webscale_rl_dagster.stages.abstention import abstains
from webscale_rl_dagster.stages.model_check import checker_request
from webscale_rl_dagster.storage.tables import Row
from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.injection import prompt_injection

MOST = 3
"""Rivals of a pair, the most frequent ones; each costs a call."""
LONGEST = 200
"""Bytes of UTF-8 of a rival that are kept and judged; no tokenizer makes more tokens of them."""
_AGREEING = 2
"""One differing attempt of several is a slip."""
_MOST_HEADS = 8
"""Different answers that the verifier compares further ones with."""
_MOST_FORMULAS = 64
"""Comparisons of formulas for a pair; each may take `_QUICK.expression_seconds` both ways."""
_QUICK = Strictness(expression_seconds=0.05)


def confident_rivals(
    pair: Row, wrong: Sequence[str], *, right: int, share: float
) -> tuple[str, ...]:
    """What enough of the wrong attempts answered, most frequent first, `MOST` at most.

    Enough are `share` of the `right` ones, and two unless there was but one attempt. To say that
    the document does not tell is no answer, and neither is an order to the checker.
    """
    answers = (_shortened(on_one_line(answer)) for answer in wrong)
    told = [answer for answer in answers if _is_answer(answer, pair)]
    enough = max(min(_AGREEING, right + len(wrong)), share * right)
    clusters = sorted(_clustered(told, pair, enough), key=len, reverse=True)
    return tuple(same[0] for same in clusters if len(same) >= enough)[:MOST]


async def is_unique(pair: Row, rivals: Sequence[str], ask: Ask) -> bool | Failed:
    """Whether the checker finds no rival right; one that it cannot be got to judge counts as right.

    Failed if a call failed and no other rival was found right.
    """
    verdicts = await together(ask_object(ask, _request(pair, rival)) for rival in rivals)
    if any(isinstance(verdict, dict) and verdict["rival_correct"] for verdict in verdicts):
        return False
    for verdict in verdicts:
        if isinstance(verdict, Failed):
            return verdict
    return not any(isinstance(verdict, Malformed) for verdict in verdicts)


def _shortened(text: str) -> str:
    return text.encode(errors="ignore")[:LONGEST].decode(errors="ignore")


def _is_answer(text: str, pair: Row) -> bool:
    given = normalise(text)
    if not given or given == normalise(pair["question"]) or abstains(text, gold=pair["answer"]):
        return False
    return not prompt_injection(Candidate(question="", answer=text, document=""))


def _clustered(answers: Iterable[str], pair: Row, enough: float) -> list[list[str]]:
    """Answers that are the same answer, each cluster in the order of its forms' frequency."""
    forms: dict[str, list[str]] = {}
    for answer in answers:
        forms.setdefault(_form(answer, pair["answer_type"]), []).append(answer)
    left = sum(map(len, forms.values()))
    comparisons = 0
    clusters: list[list[str]] = []
    for form in sorted(forms.values(), key=len, reverse=True):
        if _settled(clusters, enough, left):
            break
        left -= len(form)
        for same in clusters:
            comparisons += 1
            if pair["answer_type"] == "expression" and comparisons > _MOST_FORMULAS:
                return clusters
            if _same(form[0], same[0], pair):
                same.extend(form)
                break
        else:
            if len(clusters) < _MOST_HEADS:
                clusters.append(form)
    return clusters


def _form(answer: str, answer_type: str) -> str:
    """What equal ways of writing have in common that need no verifier to tell."""
    if answer_type not in ("expression", "code"):
        return normalise(answer)
    try:
        return " ".join(tokens(answer)) if answer_type == "expression" else answer
    except Unreadable:
        return answer


def _settled(clusters: Sequence[Sized], enough: float, left: int) -> bool:
    """Whether `left` answers more change neither which clusters are rivals nor their order."""
    sizes = sorted(map(len, clusters), reverse=True) + [0] * (MOST + 1)
    for larger, smaller in pairwise(sizes[: MOST + 1]):
        if larger < enough:
            return larger + left < enough
        if larger <= smaller + left:
            return False
    return True


def _same(one: str, other: str, pair: Row) -> bool:
    """Whether the pair's verifier takes either for the other."""
    return any(
        score(
            f"<answer>{given}</answer>",
            gold,
            answer_type=pair["answer_type"],
            question=pair["question"],
            strictness=_QUICK,
        )
        for given, gold in ((one, other), (other, one))
    )


def _request(pair: Row, rival: str) -> CompletionRequest:
    sampling = Sampling(max_tokens=160)
    return checker_request(pair, "rival", sampling, outputs.rival_schema(), rival=rival)
