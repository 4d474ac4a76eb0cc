"""Names that give other names away."""

import pytest

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.leakage import answer_leaked
from webscale_rl_dagster.verification.nationality import is_nationality, kin


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which Secretary of State proposed the Marshall Plan?", "George Marshall"),
        ("Which mathematician is Pascal's triangle named after?", "Blaise Pascal"),
        ("Which Fleming noticed that a mould had killed bacteria?", "Alexander Fleming"),
        ("What nationality were the soldiers from France?", "French"),
        ("Which country's Norwegian parliament set up an oil fund?", "Norway"),
        ("Which club of rich states, the OECD, runs PISA?", "Organisation for Economic"
         " Co-operation and Development"),
        ("Which organisation for economic co-operation and development runs it?", "OECD"),
        ("When did the A380 fly, on April 27th, 2005?", "27 April 2005"),
        ("What share, some 25 percent, went to Britain?", "a quarter"),
    ],
)  # fmt: skip
def test_leaks(question: str, answer: str) -> None:
    assert answer_leaked(Candidate(question, answer, ""))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who was the father of Louis Braille?", "Simon-René Braille"),
        ("Which state lies beside South Carolina?", "North Carolina"),
        ("Which prize is to letters what the Turing Prize is to computing?", "Nobel Prize"),
        ("Which Frenchman deciphered Egyptian hieroglyphs?", "Jean-François Champollion"),
        ("What does OECD stand for?", "Organisation for Economic Co-operation and Development"),
        ("When did the A380 fly first after April 2005?", "27 May 2005"),
    ],
)
def test_keeps(question: str, answer: str) -> None:
    assert not answer_leaked(Candidate(question, answer, ""))


def test_peoples() -> None:
    assert "norwegian" in kin("norway")
    assert "france" in kin("french")
    assert is_nationality("dutch")
    assert not is_nationality("netherlands")
    assert not kin("rashid")
