import pytest

from .cases import fails

YES_NO = [
    ("Is mitochondria the powerhouse of the cell?", "yes"),
    ("Does aspirin inhibit COX-1?", "It does"),
    ("In Python, is a tuple mutable?", "immutable"),
    ("What does `bool([])` return in Python?", "False"),
    ("True or false: the Earth orbits the Sun.", "orbits"),
    ("Can penguins fly over long distances?", "No."),
    ("When you heat water, does it expand?", "expands"),
    ("Isn't 91 a prime number at all?", "composite"),
    ("A train leaves at noon. Does it arrive by one?", "on time"),
    ("Was Napoleon born in Corsica in 1769?", "Corsica"),
    ("Are all squares rectangles in Euclidean geometry?", "Yes"),
    ("Has the Senate ratified the treaty of 1919?", "no"),
]
NOT_YES_NO = [
    ("Who discovered penicillin in 1928?", "Alexander Fleming"),
    ("Can you name the capital of Peru?", "Lima"),
    ("In Python, which type is an immutable sequence?", "tuple"),
    ("What, in 1905, did Einstein publish on light?", "the photon"),
    ("When, to the exact day, was version 1.0 of Rust released?", "15 May 2015"),
    ("How many bones are in the adult human body?", "206"),
    ("If 2x = 8, what is the value of x?", "4"),
    ("Name the enzyme that digests lactose.", "lactase"),
    ("Which gate outputs true only if both inputs are true?", "AND"),
    ("Will Smith won an Oscar for which film?", "King Richard"),
    ("Under GDPR, within how many hours is a breach reported?", "72"),
    ("Fill in the blank: Is that a ____ which I see before me, said Macbeth.", "dagger"),
    ("What element has symbol No on the periodic table?", "nobelium"),
]


@pytest.mark.parametrize(("question", "answer"), YES_NO)
def test_yes_no(question: str, answer: str) -> None:
    assert fails("yes_no", question, answer)


@pytest.mark.parametrize(("question", "answer"), NOT_YES_NO)
def test_not_yes_no(question: str, answer: str) -> None:
    style = "cloze" if question.startswith("Fill") else "open"
    assert not fails("yes_no", question, answer, style)


EITHER_OR = [
    ("Which of the following is a noble gas?", "argon"),
    ("Is light a wave or a particle in this experiment?", "wave"),
    ("Which is larger, a whale or an elephant?", "whale"),
    ("What is denser: ice or water?", "water"),
    ("Which metal conducts better, copper, silver or iron?", "silver"),
    ("Choose between TCP and UDP for reliable delivery.", "TCP"),
    ("What is the powerhouse? (a) nucleus (b) mitochondria", "mitochondria"),
    ("Which gas is it? A) helium B) neon C) argon", "neon"),
    ("Does the drug raise or lower blood pressure?", "lower"),
    ("Who was born first, Mozart or Beethoven?", "Mozart"),
    ("Is the derivative positive or negative at zero?", "positive"),
    ("Which one of these is a prime?", "7"),
]
NOT_EITHER_OR = [
    ("What metal or alloy is used in aircraft frames?", "aluminium"),
    ("Which drug treats anxiety or depression in adults?", "sertraline"),
    ("Which operator in Python joins two conditions so that one or both may hold?", "or"),
    ("What is the probability of rolling a 5 or a 6 with a fair die?", "1/3"),
    ("Which of Newton's laws relates force and mass?", "the second"),
    ("Who wrote War and Peace?", "Leo Tolstoy"),
    ("What name is given to a plant that lives two or more years?", "perennial"),
    ("How many sides has a polygon called a nonagon or enneagon?", "9"),
    ("What term describes more or less random motion of particles?", "Brownian motion"),
    ("Which planet lies between Earth and Jupiter?", "Mars"),
    ("Name the vessel that carries blood to the heart.", "vein"),
]


@pytest.mark.parametrize(("question", "answer"), EITHER_OR)
def test_either_or(question: str, answer: str) -> None:
    assert fails("either_or", question, answer)


@pytest.mark.parametrize(("question", "answer"), NOT_EITHER_OR)
def test_not_either_or(question: str, answer: str) -> None:
    assert not fails("either_or", question, answer)


@pytest.mark.parametrize(
    "question",
    [
        "Who invented the telephone? When was it patented?",
        "Who invented the telephone and when?",
        "What is the capital of Peru, and how many people live there?",
        "When was Rome founded and who was its first king?",
        "Where is the pancreas and what does it secrete?",
        "What is an eigenvalue, and why is it useful?",
        "How does TCP open a connection and which flags are set?",
        "What is the boiling point of water, and explain the effect of altitude?",
        "Who wrote Hamlet and in what year was it written?",
        "What causes malaria and how is it treated?",
        "Which planet is largest and how far is it from the Sun?",
        "What does `len` return? And what does `sum` return?",
        "What is the half-life of warfarin and what reverses it?",
        "Which edict protected students, and who issued it?",
        "How much is the permit and until when was it needed?",
    ],
)
def test_several_questions(question: str) -> None:
    assert fails("several_questions", question)


@pytest.mark.parametrize(
    "question",
    [
        "What is the difference between mitosis and meiosis called?",
        "What theory explains how stars form and why they die?",
        "Who directed and produced the film Citizen Kane?",
        "Which English essay is titled 'What Is Art'?",
        'Who asked "Where are they?" about alien civilisations?',
        "What device records when and where a photograph was taken?",
        "Which journalist's rule asks who, what, when, where and why?",
        "Which constant relates energy and frequency?",
        "In which year did Marie and Pierre Curie win the Nobel Prize?",
        "What operator `?` makes a quantifier lazy in a regex?",
        "If a = 2 and b = 3, what is a + b?",
        "Which command stops and removes a Docker container?",
    ],
)
def test_one_question(question: str) -> None:
    assert not fails("several_questions", question)


@pytest.mark.parametrize(
    "question",
    [
        "The capital of Peru",
        "What is it?",
        "Mitochondria are the powerhouse of the cell.",
        "Capital of France, please?",
        "",
        "???",
        "Why?",
        "Who invented the telephone in 1876",
        "What " + "very " * 70 + "long question is this?",
        "Question: the powerhouse of the cell?",
        "photosynthesis photosynthesis photosynthesis photosynthesis photosynthesis",
    ],
)
def test_not_a_question(question: str) -> None:
    assert fails("not_a_question", question or " ")


@pytest.mark.parametrize(
    "question",
    [
        "Who invented the telephone in 1876?",
        "Name the process by which plants make food.",
        "Compute $\\int_0^1 x^2 \\, dx$.",
        "What is 2 + 2?",
        "A train travels 60 km in 40 minutes. What is its speed in km/h?",
        "In Rust, which keyword moves ownership into a closure?",
        "Find the derivative of $x^3$ at $x = 2$.",
        "Identify the enzyme that unwinds DNA!",
        "Solve for x: 3x + 4 = 19",
        "To which genus does the house cat belong?",
        "The treaty of 1648 ended which war?",
        'Who said "I think, therefore I am"?',
    ],
)
def test_a_question(question: str) -> None:
    assert not fails("not_a_question", question)


@pytest.mark.parametrize(
    ("question", "sound"),
    [
        ("Fill in the blank: The mitochondria ____ most of the cell's energy as ATP.", True),
        ("Fill in the blank: Water boils at ____ degrees Celsius at sea level.", True),
        ("Fill in the blank: In C, `__init__` has no ____ but Python classes do.", True),
        ("Fill in the blank: The ____ is large.", False),
        ("Fill in the blank: The ____ is the largest ____ in the whole of Africa.", False),
        ("Fill in the blank: Water boils at a hundred degrees Celsius at sea level.", False),
        ("Fill in the blank: ____", False),
    ],
)
def test_cloze_has_one_blank_and_a_context(question: str, sound: bool) -> None:
    assert fails("not_a_question", question, style="cloze") is not sound


@pytest.mark.parametrize(
    "question",
    [
        "What is notable about the Eiffel Tower?",
        "What is interesting about octopus hearts?",
        "Tell me about the French Revolution.",
        "What is special about the number pi?",
        "What makes the platypus unique?",
        "What can you say about Newton's laws?",
        "What do you think of Kant's ethics?",
        "What else did Edison invent later?",
        "What are some uses of aspirin?",
        "What should one know about Kubernetes pods?",
        "What is remarkable about tardigrades?",
        "What was significant about the year 1066?",
        "What about the role of insulin?",
        "What is the significance of the Magna Carta?",
        "Describe the French Revolution in a few words.",
        "What are the benefits of exercise?",
    ],
)
def test_vague(question: str) -> None:
    assert fails("vague", question)


@pytest.mark.parametrize(
    "question",
    [
        "What is the unique identifier of a row called?",
        "Which special relativity effect slows moving clocks?",
        "What is the most important hormone for lowering blood glucose?",
        "Which interesting number did Ramanujan attribute to a taxi?",
        "How many significant figures has 0.0450?",
        "What is the SI unit of force?",
        "Which notable physicist was born in Ulm?",
        "What keyword starts the fallback branch beside `else` in Python?",
        "What unusual gait do crabs have?",
        "What statistic tests whether two means differ?",
        "Who told Macbeth about his future?",
        "What does the `UNIQUE` constraint forbid in SQL?",
    ],
)
def test_not_vague(question: str) -> None:
    assert not fails("vague", question)
