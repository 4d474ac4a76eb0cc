import pytest

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.leakage import answer_leaked

from .cases import fails


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which river, the Nile, flows through Cairo?", "the Nile"),
        ("What is the capital of Colombia, Bogota?", "Bogotá"),
        ("How many moons did the twelve-moon theory give Jupiter?", "12"),
        ("How many people is 108 million people?", "108,000,000"),
        ("What share is one quarter of the cake?", "1/4"),
        ("How far is a 5 km run in kilometres?", "5 kilometres"),
        (
            "Which process do plants photosynthesising in light, photosynthesis, use?",
            "Photosynthesis",
        ),
        ("Which cell in the blood carries oxygen: red blood cells?", "red blood cell"),
        (
            "Which law of Newton is called the second law of motion?",
            "Newton's second law of motion",
        ),
        ("Which theory of relativity did Einstein call general?", "general relativity theory"),
        ("Which UN agency is the WHO for health?", "World Health Organization"),
        ("Which body, the World Health Organization, fights disease?", "WHO"),
        ("Which U.S. state joined first?", "US"),
        ("In Python, which keyword does `lambda` use?", "lambda"),
        ("What is the GCD of 12 and 36?", "12"),
        ("Fill in the blank: The ____ flows where the Nile flows.", "Nile"),
        ("Which property do viscous liquids have?", "viscosity"),
        ("What does yeast do when it ferments sugar?", "fermentation"),
        ("Which science do economists practise?", "economics"),
        ("What did it cost, one hundred and eight million dollars?", "$108 million"),
        ("When did it open, on April 5, 1998?", "5 April 1998"),
        ("In which week, the 9th, did she swim?", "the ninth week"),
        ("What share is 0.68 of the values?", "68%"),
        ("Which system, abbreviated GPS, tells positions?", "Global Positioning System"),
        ("Which command, `git stash`, shelves changes?", "git stash"),
    ],
)
def test_leaked(question: str, answer: str) -> None:
    assert fails("answer_leaked", question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many countries signed in 1945?", "5"),
        ("Which city is the setting of the Romance novel?", "Roma"),
        ("Who leads the global response to pandemics?", "WHO"),
        ("What field does it describe in computing jobs?", "IT"),
        ("What is the value of 2x when x = 4?", "8"),
        ("Which one of Jupiter's moons is largest, and what rank has it?", "1"),
        ("How many kilometres does a runner cover in 5 hours?", "5 km"),
        ("By what percentage did sales rise over 10 years?", "10%"),
        ("What does DNA stand for?", "deoxyribonucleic acid"),
        ("What does WHO stand for?", "World Health Organization"),
        ("What is the acronym of the World Health Organization?", "WHO"),
        ("Which language did Bjarne Stroustrup design as a superset of C?", "C++"),
        ("What does 3x = 12 imply for x?", "x = 4"),
        ("Which river is the longest in Africa?", "Nile"),
        ("Which vitamin is also called retinol?", "vitamin A"),
        ("Which drug lowers blood pressure by blocking ACE?", "lisinopril"),
        ("Who recorded the rock opera Tommy?", "The Who"),
        ("Which York king died at Bosworth?", "Richard III"),
        ("Fill in the blank: Water boils at ____ degrees Celsius at sea level.", "100"),
        ("Which gland secretes thyroxine?", "thyroid gland"),
        ("Which acid gives vinegar its sour taste?", "acetic acid"),
        ("Which built-in function sorts an iterable?", "`sorted()`"),
        ("Which flag reverses the order?", "`reverse=True`"),
        ("Which emperor founded Constantinople in 330 BC or AD?", "Bill Clinton"),
        ("Which nationality had the natives?", "a nation"),
        ("What percentage of voters agreed in 68 cantons?", "68%"),
    ],
)
def test_not_leaked(question: str, answer: str) -> None:
    assert not fails("answer_leaked", question, answer)


def test_an_alias_leaks_too() -> None:
    question = "Which author called Clemens wrote Huckleberry Finn?"
    assert answer_leaked(Candidate(question, "Mark Twain", "", aliases=("Clemens",)))
