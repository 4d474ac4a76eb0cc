"""What every published answer must pass: its verifier accepts it and falls for nothing else."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from .adversarial import adversarial_responses
from .amounts import SCALES, amounts, prepared
from .choices import chosen
from .extraction import tidy
from .normalise import normalise
from .scoring import score
from .strictness import AnswerType, Strictness
from .words import content_stems

_EXACT_DATES = Strictness(finer_dates=False)


def accepts_itself(
    answer: str,
    answer_type: AnswerType,
    aliases: Sequence[str] = (),
    question: str | None = None,
) -> bool:
    """Whether an answer and its aliases score 1.0, bare, tagged and boxed."""
    return all(
        score(wrapped, answer, answer_type=answer_type, aliases=aliases, question=question)
        for form in (answer, *aliases)
        for wrapped in (form, f"<answer>{form}</answer>", rf"\boxed{{{form}}}", f"Answer: {form}")
    )


def rejects_adversarial(
    answer: str,
    answer_type: AnswerType,
    aliases: Sequence[str] = (),
    question: str | None = None,
) -> bool:
    """Whether every adversarial response scores 0."""
    return next(_accepted(answer, answer_type, aliases, question), None) is None


def falls_for(
    answer: str,
    answer_type: AnswerType,
    aliases: Sequence[str] = (),
    question: str | None = None,
) -> tuple[str, ...]:
    """Names of the adversarial responses that the answer's verifier accepts."""
    return tuple(_accepted(answer, answer_type, aliases, question))


def mistakes(
    answer: str,
    answer_type: AnswerType,
    aliases: Sequence[str],
    question: str,
    other: str,
    other_type: AnswerType,
) -> bool:
    """Whether a verifier takes another pair's answer for its own, with which it has nothing to do.

    Nothing in common means no content word, no amount in whatever unit, and a verifier of the other
    answer that does not take this one: `5` for `5 km` and `Nile` for `the Nile River` are no
    mistakes, and neither is `18 March 1871` for `1871`, which it entails.
    """
    forms = (answer, *aliases)
    if answer_type == "choice":
        forms = (*forms, chosen(answer, question)[1])
    if any(_related(form, other) for form in forms):
        return False
    taken = score(
        other, answer, answer_type=answer_type, aliases=aliases, question=question,
        strictness=_EXACT_DATES,
    )  # fmt: skip
    return bool(taken) and not any(score(form, other, answer_type=other_type) for form in forms)


def _related(one: str, other: str) -> bool:
    stems = [content_stems(normalise(text).split()) for text in (one, other)]
    if stems[0] & stems[1]:
        return True
    ours, theirs = ({found.value for found in amounts(prepared(tidy(t)))} for t in (one, other))
    return any(
        value * size in theirs or value in {held * size for held in theirs}
        for value in ours
        for size in (Decimal(1), *SCALES.values())
    )


def _accepted(
    answer: str, answer_type: AnswerType, aliases: Sequence[str], question: str | None
) -> Iterator[str]:
    for name, response in adversarial_responses(answer, answer_type, question):
        if score(response, answer, answer_type=answer_type, aliases=aliases, question=question):
            yield name
