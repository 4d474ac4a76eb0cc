import pytest

from .cases import fails


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Does the pressure of a heated gas rise/fall at constant volume?", "rise"),
        ("Is the river longer/shorter than the Rhine?", "longer"),
        ("Between copper and iron, which metal conducts better?", "Copper"),
        ("Of the Nile, the Amazon and the Congo, which carries most water?", "the Amazon"),
        ("Which of the Nile, the Amazon and the Congo is the longest?", "the Nile"),
        ("Which gas is inert (argon, oxygen)?", "argon"),
        ("Which bank is the left one: north, south?", "north"),
        ("On which side of the body does the spleen lie?", "left"),
        ("In which direction do cyclones turn south of the equator?", "clockwise"),
        ("In which hemisphere does Peru lie for the most part?", "the southern hemisphere"),
        ("What is the sign of the discriminant of x^2 + 1?", "negative"),
        ("How does blood pressure change when vessels narrow?", "increases"),
        ("What share made farms if industry made 40% and services 35%?", "25%"),
    ],
)
def test_guessable(question: str, answer: str) -> None:
    assert fails("guessable", question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which of the two probes reached Titan in 2005?", "Huygens"),
        ("Of the planets, which has the most moons?", "Saturn"),
        ("Of his nine symphonies, which did Beethoven dedicate to Napoleon?", "the third"),
        ("At how many km/h does sound travel in dry air?", "1,235 km/h"),
        ("Which protocol of the TCP/IP family resolves names?", "DNS"),
        ("What is 3/4 of 100 in whole numbers?", "75"),
        ("On which side of the Alps does the Po rise?", "the Italian side"),
        ("How does a chameleon change its colour?", "with nanocrystals"),
        ("What share of adults smoked if 40% of men did?", "31%"),
        ("Which artist, born in Malaga, painted Guernica?", "Picasso"),
        ("Fill in the blank: Sound is ____ in water than in air.", "faster"),
    ],
)
def test_not_guessable(question: str, answer: str) -> None:
    style = "cloze" if question.startswith("Fill") else "open"
    assert not fails("guessable", question, answer, style)


def test_a_cloze_whose_shares_add_up() -> None:
    question = "Fill in the blank: In 2014 industry made ____ of the GDP and services 75%."
    assert fails("guessable", question, "25%", "cloze")
