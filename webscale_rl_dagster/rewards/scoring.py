"""One score for a response, shared by the pipeline's typed verifiers and the trainers' rewards."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from .choices import polarity, same_choice, same_code
from .dated import same_date
from .disguise import disguised
from .extraction import final_answers, tidy, without_contrast
from .formal import same_formula
from .lists import same_amount_words, same_items
from .numeric import same_number, same_quantity
from .sentences import hedged, overlaps, says
from .strictness import DEFAULT, AnswerType, Case, Judge, Strictness
from .wording import same_words


def score(
    response: str,
    gold: str,
    *,
    answer_type: AnswerType,
    aliases: Sequence[str] = (),
    question: str | None = None,
    strictness: Strictness = DEFAULT,
    judge: Judge | None = None,
) -> float:
    """1.0 if the response's final answer is the gold or an alias, else 0.0; never raises.

    The question lets units, years and options be taken from it, and lets a short sentence count.
    The judge is asked of an entity or a phrase only, where the response shares a word with the
    gold, is not it by the rules, and neither denies nor doubts.
    """
    outcome = decide(
        response, gold, answer_type=answer_type, aliases=aliases, question=question,
        strictness=strictness,
    )  # fmt: skip
    if outcome is None and judge is not None:
        answers = final_answers(response, marked_only=strictness.marked_only)
        outcome = judge(question or "", gold, answers[0])
    return 1.0 if outcome else 0.0


def decide(
    response: str,
    gold: str,
    *,
    answer_type: AnswerType,
    aliases: Sequence[str] = (),
    question: str | None = None,
    strictness: Strictness = DEFAULT,
) -> bool | None:
    """What the rules say; none where they cannot tell, and a judge could."""
    compare = _COMPARISONS[answer_type]
    case = Case(question or "", strictness)
    answers = final_answers(response, marked_only=strictness.marked_only)
    answers = tuple(dict.fromkeys((*answers, *map(without_contrast, answers))))
    golds = [form for form in (gold, *aliases) if form.strip()]
    undecided = False
    for answer in answers:
        for form in golds:
            if disguised(answer, form, mixed=answer_type == "expression"):
                continue
            if compare(answer, form, case):
                return True
            undecided = undecided or (
                answer_type in ("entity", "phrase")
                and overlaps(answer, form)
                and not hedged(answer, form)
            )
    return None if undecided else False


def _words(answer: str, gold: str, case: Case) -> bool:
    if same_words(answer, gold) or same_items(answer, gold) or same_amount_words(answer, gold):
        return True
    return case.strictness.sentences and says(answer, gold, case.question)


def _boolean(answer: str, gold: str, case: Case) -> bool:
    wanted = polarity(tidy(gold))
    return wanted is not None and polarity(tidy(answer)) is wanted


def _choice(answer: str, gold: str, case: Case) -> bool:
    return same_choice(answer, gold, case.question)


def _code(answer: str, gold: str, case: Case) -> bool:
    return same_code(answer, gold)


_COMPARISONS: Mapping[AnswerType, Callable[[str, str, Case], bool]] = MappingProxyType(
    {
        "number": same_number,
        "unit": same_quantity,
        "date": same_date,
        "entity": _words,
        "phrase": _words,
        "boolean": _boolean,
        "choice": _choice,
        "expression": same_formula,
        "code": _code,
    }
)
