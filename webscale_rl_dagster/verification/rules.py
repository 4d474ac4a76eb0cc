"""All rules in the order in which their verdicts are reported: first the form, then the content."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .answer_form import answer_empty, answer_too_long, answer_vague
from .candidate import Candidate
from .grounding import EvidenceKind, find_evidence, not_grounded
from .guessable import guessable
from .injection import prompt_injection
from .language import wrong_language
from .latex import broken_latex
from .leakage import answer_leaked
from .personal_data import personal_data
from .question_form import either_or, not_a_question, several_questions, vague, yes_no
from .references import unresolved_reference
from .relevance import question_not_grounded
from .self_contained import references_document, time_sensitive
from .title_echo import echoes_title
from .toxicity import toxic
from .unsafe import unsafe

Rule = Callable[[Candidate], bool]
"""True means that the defect it is named after was found."""

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "answer_empty": answer_empty,
        "answer_too_long": answer_too_long,
        "answer_vague": answer_vague,
        "broken_latex": broken_latex,
        "prompt_injection": prompt_injection,
        "wrong_language": wrong_language,
        "not_a_question": not_a_question,
        "several_questions": several_questions,
        "yes_no": yes_no,
        "either_or": either_or,
        "guessable": guessable,
        "vague": vague,
        "references_document": references_document,
        "unresolved_reference": unresolved_reference,
        "time_sensitive": time_sensitive,
        "personal_data": personal_data,
        "toxic": toxic,
        "unsafe": unsafe,
        "answer_leaked": answer_leaked,
        "not_grounded": not_grounded,
        "question_not_grounded": question_not_grounded,
        "echoes_title": echoes_title,
    }
)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules found: every defect, not just the first, for the funnel's counts."""

    failed: tuple[str, ...]
    evidence: tuple[int, int] | None
    """Character offsets of the answer in the document."""
    evidence_kind: EvidenceKind | None


def judge(candidate: Candidate) -> Findings:
    """Apply every rule; never raises, whatever the text."""
    failed = tuple(token for token, defect in RULES.items() if defect(candidate))
    evidence = find_evidence(candidate)
    if evidence is None:
        return Findings(failed, None, None)
    return Findings(failed, (evidence.start, evidence.end), evidence.kind)
