import pytest

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.language import wrong_language

from .cases import fails


@pytest.mark.parametrize(
    "question",
    [
        "Wer entdeckte im Jahr 1928 das Penicillin?",
        "Qui a découvert la pénicilline en 1928 ?",
        "¿Quién descubrió la penicilina en 1928?",
        "Chi scoprì la penicillina nel 1928?",
        "Wie ontdekte penicilline in 1928?",
        "Кто открыл пенициллин в 1928 году?",
        "ペニシリンを発見したのは誰ですか",
        "من اكتشف البنسلين عام 1928؟",
    ],
)
def test_foreign_question(question: str) -> None:
    assert fails("wrong_language", question)


@pytest.mark.parametrize(
    "question",
    [
        "Which river flows through Ouagadougou?",
        "What is the German word Schadenfreude about?",
        "Solve $x^2 - 5x + 6 = 0$ for $x$.",
        "Name Goethe's novel Die Leiden des jungen Werthers in English.",
        "Compute 2 + 2.",
        "Who wrote Cien años de soledad?",
        "Find `len([1, 2])` in Python.",
        "First Bond film starring Sean Connery and Ursula Andress?",
    ],
)
def test_english_question(question: str) -> None:
    assert not fails("wrong_language", question)


@pytest.mark.parametrize(
    ("answer", "foreign"),
    [
        ("im Jahr des Herrn 1928 in der Stadt London", True),
        ("en el año de la victoria", True),
        ("пенициллин", True),
        ("Gabriel García Márquez", False),
        ("Johann Wolfgang von Goethe", False),
        ("Castillo de San Felipe del Morro", False),
        ("Muhammad's wife Khadijah", False),
        ("Δx = 2π", False),
        ("mitochondria", False),
    ],
)
def test_answer(answer: str, foreign: bool) -> None:
    assert fails("wrong_language", answer=answer) is foreign


def test_a_foreign_answer_that_the_document_holds_is_a_quotation() -> None:
    question = "What is the motto of the Order of the Garter's rival in Russian?"
    assert not wrong_language(Candidate(question, "За веру и верность", "«За веру и верность»"))
