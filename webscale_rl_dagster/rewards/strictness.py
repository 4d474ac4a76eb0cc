"""What a caller of `score` may choose."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

AnswerType = Literal[
    "number", "unit", "date", "entity", "phrase", "boolean", "choice", "expression", "code"
]
Judge = Callable[[str, str, str], bool]
"""Says of (question, gold, response) whether they mean the same; asked only where rules cannot."""


@dataclass(frozen=True, slots=True)
class Strictness:
    """How far a right answer may stray from the gold's form."""

    relative_tolerance: float = 0.0
    """For numbers and quantities: the share of the gold by which a response may be off."""
    rounded: bool = True
    """A decimal that is the gold correctly rounded to three or more significant digits counts."""
    bare_quantities: bool = True
    """A missing unit counts where the question names the unit."""
    finer_dates: bool = True
    """`18 March 1871` counts for `1871`; the reverse never does."""
    sentences: bool = True
    """A short sentence counts that adds nothing to the question's words but the gold."""
    marked_only: bool = False
    r"""Only an answer in `<answer>`, `\boxed`, or after `Answer:` counts."""
    expression_seconds: float = 0.5
    """Processor time of the computer algebra for one comparison; its first import comes on top."""


DEFAULT = Strictness()


class Case(NamedTuple):
    """What a comparison may know besides the two answers."""

    question: str
    strictness: Strictness
