"""The type under which an answer is published: the narrowest whose verifier is sound for it."""

from dataclasses import dataclass

from webscale_rl_dagster.rewards import AnswerType, accepts_itself, falls_for
from webscale_rl_dagster.rewards.extraction import LONGEST_ANSWER

from .answer_types import VERIFIERS, aliases, answer_type

OWN_ANSWER = "own_answer"
"""The fault of a verifier that does not accept the answer it is for."""
_WIDEST: AnswerType = "phrase"


@dataclass(frozen=True, slots=True)
class TypedAnswer:
    """An answer's type, its verifier, and the aliases under which that stays sound."""

    answer_type: AnswerType
    verifier: str
    aliases: tuple[str, ...]
    faults: tuple[str, ...]
    """`own_answer` or names of the adversarial responses accepted; none where it is sound."""


def typed_answer(answer: str, question: str) -> TypedAnswer:
    """The narrowest sound type; where none is sound, the narrowest and its faults. Never raises."""
    if len(answer) > LONGEST_ANSWER:
        return _typed(_WIDEST, faults=(OWN_ANSWER,))
    narrowest = answer_type(answer, question)
    faults = _faults(answer, narrowest, (), question)
    if not faults:
        return _typed(narrowest, _sound_aliases(answer, narrowest, question))
    if narrowest != _WIDEST and not _faults(answer, _WIDEST, (), question):
        return _typed(_WIDEST, _sound_aliases(answer, _WIDEST, question))
    return _typed(narrowest, faults=faults)


def _typed(
    kind: AnswerType, kept: tuple[str, ...] = (), faults: tuple[str, ...] = ()
) -> TypedAnswer:
    return TypedAnswer(kind, VERIFIERS[kind], kept, faults)


def _faults(
    answer: str, kind: AnswerType, others: tuple[str, ...], question: str
) -> tuple[str, ...]:
    if not accepts_itself(answer, kind, others, question):
        return (OWN_ANSWER,)
    return falls_for(answer, kind, others, question)


def _sound_aliases(answer: str, kind: AnswerType, question: str) -> tuple[str, ...]:
    return tuple(
        alias for alias in aliases(answer) if not _faults(answer, kind, (alias,), question)
    )
