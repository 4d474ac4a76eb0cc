import pytest

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.relevance import question_not_grounded
from webscale_rl_dagster.verification.rules import judge

GROUNDED = [
    ("Nile", "The Nile is long.", "Nile", "exact"),
    ("the nile", "The Nile is long.", "Nile", "normalised"),
    ("Bogota", "It is Bogotá.", "Bogotá", "normalised"),
    ("5 km", "A run of 5km.", "5km", "normalised"),
    ("C++", "Written in C++ by him.", "C++", "exact"),
    ("five kilometres", "A run of 5 km.", "5 km", "numeric"),
    ("23", "There were twenty-three ships.", "twenty-three", "numeric"),
    ("108,000,000", "It cost $108 million.", "$108 million", "numeric"),
    ("$108 million", "It cost 108,000,000 dollars.", "108,000,000 dollars", "numeric"),
    ("12 moons", "It has twelve known moons.", "twelve", "numeric"),
    ("about 45 percent", "Some 45% agreed.", "45%", "numeric"),
    ("20th century", "In the twentieth century.", "twentieth", "numeric"),
    ("5 to 10 mg", "Between five and ten mg daily.", "five and ten mg", "numeric"),
    ("0.75", "Three quarters of it.", "Three quarters", "numeric"),
    ("x = 2", "Hence x=2 holds.", "x=2", "normalised"),
    ("3 × 10^8 m/s", r"Light: $3 \times 10^{8}$ m/s.", r"3 \times 10^{8}$ m/s", "numeric"),
    ("東京", "首都は東京です", "東京", "exact"),
    ("1,200 m", "The lake is 1.2 km wide here.", "1.2 km", "numeric"),
    ("30 minutes", "It takes half an hour by train.", "half an hour", "numeric"),
    ("about 25%", "It saves about a quarter of the space.", "a quarter", "numeric"),
    ("130 TW", "It captures 130 terawatts.", "130 terawatts", "numeric"),
    ("about 20 cents", "Worth about twenty American cents.", "twenty", "numeric"),
    ("the chloroplast", "It occurs in the chloroplasts.", "chloroplasts", "normalised"),
    ("rare answer", "These are called rare.", "rare", "normalised"),
]


@pytest.mark.parametrize(("answer", "document", "text", "kind"), GROUNDED)
def test_grounded(answer: str, document: str, text: str, kind: str) -> None:
    verdicts = judge(Candidate("Which answer is it?", answer, document))
    assert "not_grounded" not in verdicts.failed
    assert verdicts.evidence is not None
    assert document[slice(*verdicts.evidence)] == text
    assert verdicts.evidence_kind == kind


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("5", "In 1945 it ended."),
        ("Roma", "A Romance novel."),
        ("C++", "Written in C by him."),
        ("WHO", "Those who fight disease."),
        ("5 km", "A run of 5 miles."),
        ("12 moons", "It has twelve rings."),
        ("20", "In the twentieth century."),
        ("108 million", "It cost $108."),
        ("vitamin A", "Some vitamin D is needed."),
        ("5 to 10 mg", "Five mg. Then ten tablets."),
        ("", "Some document."),
        ("mitochondria", ""),
        ("x y", "y x"),
        ("1,200 m", "The lake is 1.2 m wide here."),
        ("25%", "Which of three lines matched a fourth."),
        ("40 days", "It rained for 40 hours."),
        ("42 million dollars", "It was bought for 42 million euros."),
        ("Roma", "The Romance was there."),
    ],
)
def test_not_grounded(answer: str, document: str) -> None:
    verdicts = judge(Candidate("Which answer is it?", answer, document))
    assert "not_grounded" in verdicts.failed
    assert verdicts.evidence is None
    assert verdicts.evidence_kind is None


def test_the_occurrence_closest_to_the_question_is_the_evidence() -> None:
    document = (
        "Paris hosted a fair. The treaty that ended the war was signed in Paris. Paris slept."
    )
    verdicts = judge(Candidate("Where was the treaty signed?", "Paris", document))
    assert verdicts.evidence == (65, 70)


def test_a_cloze_points_at_the_sentence_it_was_made_from() -> None:
    document = "Iron rusts. Blood owes its red colour to iron."
    question = "Fill in the blank: Blood owes its red colour to ____."
    verdicts = judge(Candidate(question, "iron", document, style="cloze"))
    assert verdicts == type(verdicts)((), (41, 45), "exact")


def test_an_alias_grounds_an_answer_that_has_no_place_itself() -> None:
    candidate = Candidate("Who wrote it?", "Mark Twain", "By S. Clemens.", aliases=("Clemens",))
    assert judge(candidate).evidence == (6, 13)


@pytest.mark.parametrize(
    ("question", "hallucinated"),
    [
        ("Which organelle produces ATP in animal cells?", False),
        ("Which organelles produce most energy for cells?", False),
        ("Who painted the ceiling of the Sistine Chapel in Rome?", True),
        ("Which treaty ended the Thirty Years War in Westphalia?", True),
        ("As a nurse, which organelle makes ATP for cells?", False),
        ("What is it?", False),
    ],
)
def test_a_question_about_something_else(question: str, hallucinated: bool) -> None:
    document = "In animal cells most energy, as ATP, is produced by mitochondria, an organelle."
    assert question_not_grounded(Candidate(question, "mitochondria", document)) is hallucinated


def test_a_cloze_is_grounded_by_its_making() -> None:
    question = "Fill in the blank: Elsewhere another thing ____ happened entirely differently."
    assert not question_not_grounded(Candidate(question, "x", "Short.", style="cloze"))
