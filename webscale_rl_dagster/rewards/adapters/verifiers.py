"""verifiers and prime-rl: what a `Task` scores and validates by, over its task data."""

from typing import Protocol

from .gold import Gold


class AnswerData(Protocol):
    """The fields of a task's data that scoring reads."""

    @property
    def question(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def answer_type(self) -> str: ...
    @property
    def answer_aliases(self) -> list[str]: ...


def score_reply(data: AnswerData, reply: str) -> float:
    """The reward of the agent's last reply."""
    return Gold.of(
        {
            "answer": data.answer,
            "answer_type": data.answer_type,
            "answer_aliases": data.answer_aliases,
            "question": data.question,
        }
    ).score(reply)
