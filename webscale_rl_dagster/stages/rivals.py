"""Other answers that attempts with the document agree on, and whether one of them is right, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from webscale_rl_dagster.inference.protocol import Ask, CompletionRequest, Failed, Sampling
from webscale_rl_dagster.inference.structured import Malformed, ask_object
from webscale_rl_dagster.inference.together import together
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.library import load_template, on_one_line
from webscale_rl_dagster.rewards import score
from webscale_rl_dagster.rewards.normalise import normalise
from webscale_rl_dagster.storage.tables import Row
from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.injection import prompt_injection

MOST = 3
"""Rivals of a pair, the most frequent ones; each costs a call."""
LONGEST = 200
"""Characters of a rival that are kept and judged."""
_AGREEING = 2
"""One differing attempt of several is a slip."""
_MOST_FORMS = 8
"""Ways of writing that are compared: two formulas may take half a second each way."""

_NO = r"(?:\b(?:not|cannot|never|no|without|lacks?|insufficient|unable|fails?)\b|n['’]t\b)"
_SOURCE = r"\b(?:document|text|passage|article|context|excerpt|information|source)\b"
_NOT_TOLD = re.compile(
    rf"{_SOURCE}.{{0,60}}{_NO}|{_NO}.{{0,60}}{_SOURCE}"
    r"|(?:\bnot|n['’]t) (?:\w+ly )?(?:say|state[ds]?|mention(?:ed)?|specif(?:y|ied)|provided?"
    r"|given?|told|tell|known?|indicate[ds]?|disclosed?|determined?|sure|available|applicable"
    r"|clear|certain|answer(?:ed)?|found)\b"
    r"|\b(?:cannot|can['’]t|could not) (?:be )?(?:answer|determin|sa[iy]|tell|told|know|found"
    r"|help|assist|comply|provid)"
    r"|\A\W*(?:unknown|unclear|unsure|uncertain|unspecified|undetermined|none|nothing|nobody"
    r"|n/?a|no answer|idk|i['’]?m (?:sorry|afraid)|i am (?:sorry|afraid)|sorry"
    r"|(?:your |the )?answer(?: here)?)\W*(?:\Z|[,.;(-])",
    re.IGNORECASE,
)


def confident_rivals(
    pair: Row, wrong: Sequence[str], *, right: int, share: float
) -> tuple[str, ...]:
    """What enough of the wrong attempts answered, most frequent first, `MOST` at most.

    Enough are `share` of the `right` ones, and two unless there was but one attempt. To say that
    the document does not tell is no answer, and neither is an order to the checker.
    """
    answers = (on_one_line(answer)[:LONGEST] for answer in wrong)
    told = [answer for answer in answers if _is_answer(answer, pair)]
    enough = max(min(_AGREEING, right + len(wrong)), share * right)
    clusters = sorted(_clustered(told, pair), key=len, reverse=True)
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


def _is_answer(text: str, pair: Row) -> bool:
    given = normalise(text)
    if not given or given == normalise(pair["question"]) or _NOT_TOLD.search(text):
        return False
    return not prompt_injection(Candidate(question="", answer=text, document=""))


def _clustered(answers: Iterable[str], pair: Row) -> list[list[str]]:
    """Answers that are the same answer, each cluster in the order of the attempts."""
    forms: dict[str, list[str]] = {}
    for answer in answers:
        forms.setdefault(normalise(answer), []).append(answer)
    clusters: list[list[str]] = []
    for form in sorted(forms.values(), key=len, reverse=True)[:_MOST_FORMS]:
        known = next((same for same in clusters if _same(form[0], same[0], pair)), None)
        if known is None:
            clusters.append(form)
        else:
            known.extend(form)
    return clusters


def _same(one: str, other: str, pair: Row) -> bool:
    """Whether the pair's verifier takes either for the other."""
    return any(
        score(
            f"<answer>{given}</answer>",
            gold,
            answer_type=pair["answer_type"],
            question=pair["question"],
        )
        for given, gold in ((one, other), (other, one))
    )


def _request(pair: Row, rival: str) -> CompletionRequest:
    template = load_template("rival")
    return CompletionRequest(
        messages=template.render(
            document=pair["text"],
            title=pair["title"],
            question=on_one_line(pair["question"]),
            answer=on_one_line(pair["answer"]),
            rival=rival,
        ),
        sampling=Sampling(max_tokens=160),
        template=template.ref,
        role="checker",
        document_id=pair["document_id"],
        qa_id=pair["qa_id"],
        schema=outputs.rival_schema(),
    )
