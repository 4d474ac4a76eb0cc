"""What every published answer must pass: its verifier accepts it and falls for nothing else."""

from collections.abc import Iterator, Sequence

from .adversarial import adversarial_responses
from .scoring import score
from .strictness import AnswerType, Strictness

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
    """Whether a verifier takes another pair's answer for its own, though they are not the same.

    They are the same if each scores 1 against the other. `18 March 1871` is no mistake for `1871`,
    which it entails.
    """
    taken = score(
        other, answer, answer_type=answer_type, aliases=aliases, question=question,
        strictness=_EXACT_DATES,
    )  # fmt: skip
    if not taken:
        return False
    return not any(score(form, other, answer_type=other_type) for form in (answer, *aliases))


def _accepted(
    answer: str, answer_type: AnswerType, aliases: Sequence[str], question: str | None
) -> Iterator[str]:
    for name, response in adversarial_responses(answer, answer_type, question):
        if score(response, answer, answer_type=answer_type, aliases=aliases, question=question):
            yield name
