import pytest

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.title_echo import echoes_title


@pytest.mark.parametrize(
    ("question", "answer", "title", "echo"),
    [
        ("What is the main topic of the article?", "Photosynthesis", "Photosynthesis", True),
        ("What is the name of the city?", "Lima", "Lima", True),
        ("What is the title of the book?", "Emma", "Emma (novel)", True),
        ("Which company is described?", "Siemens", "Siemens", True),
        ("What is the Battle of Hastings?", "Battle of Hastings", "Battle of Hastings", True),
        ("What is the name of the planet Mercury?", "Mercury", "Mercury (planet)", True),
        ("What is the theory of relativity called?", "Relativity", "Relativity", True),
        ("Which disease is described?", "Measles", "WHO: Measles", True),
        ("Which process turns light into sugar?", "Photosynthesis", "Photosynthesis", False),
        ("Which city is the capital of Peru?", "Lima", "Lima", False),
        ("What is the name of the city?", "Lima", "Peru", False),
        ("What is the name of the city?", "Lima", "", False),
        ("Which German company was founded in 1847?", "Siemens", "Siemens", False),
        ("Which term denotes an equal share of income?", "per capita", "Per capita income", False),
    ],
)
def test_echoes_title(question: str, answer: str, title: str, echo: bool) -> None:
    assert echoes_title(Candidate(question, answer, "", title)) is echo


def test_a_cloze_may_ask_for_the_title() -> None:
    assert not echoes_title(Candidate("____ is a city", "Lima", "", "Lima", style="cloze"))
