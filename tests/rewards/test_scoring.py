"""What counts as the gold, by answer type; question and aliases are given where they matter."""

import pytest

from webscale_rl_dagster.rewards import AnswerType, Strictness, score

RIGHT: dict[AnswerType, list[tuple[str, str]]] = {
    "number": [
        ("1,291", "1291"),
        ("1 291", "1,291"),
        ("0.50", ".5"),
        ("2.5 million", "2,500,000"),
        ("two and a half million", "2.5 million"),
        ("a dozen", "12"),
        ("one hundred and forty-four", "144"),
        ("1/8", "0.125"),
        ("2 1/2", "2.5"),
        ("2½", "2.5"),
        (r"\frac{5}{2}", "2.5"),
        ("6.67 × 10⁻¹¹", "6.67e-11"),
        (r"6.67 \cdot 10^{-11}", "6.67 × 10^-11"),
        ("0.333", "1/3"),
        ("2.718", "2.71828"),
        ("~300", "300"),
        ("approx. 300", "300"),
        ("exactly 300", "300"),
        ("300 ships", "300"),
        ("There were 300 of them.", "300"),
        ("minus seven", "-7"),
        ("negative 7", "-7"),
        ("12.0", "12"),
        ("12 (twelve)", "12"),
        ("1.2 billion people", "1.2 billion"),
        ("3 and 5", "5 and 3"),
        ("40%", "0.4"),
        ("third", "third"),
        ("3rd", "third"),
    ],
    "unit": [
        ("5,000 m", "5 km"),
        ("3.11 miles", "5 km"),
        ("five kilometers", "5 km"),
        ("5km", "5 km"),
        ("5-km", "5 km"),
        ("about 5 km long", "5 km"),
        ("It is 5 km away.", "5 km"),
        ("32 °F", "0 °C"),
        ("0 degrees C", "0 °C"),
        ("273.15 kelvins", "0 °C"),
        ("45 pct", "45%"),
        ("45 per cent", "45%"),
        (r"45\%", "45%"),
        ("€3,500,000", "€3.5 million"),
        ("3.5 million euros", "€3.5 million"),
        ("EUR 3.5m", "€3.5 million"),
        ("20 pounds", "£20"),
        ("50p", "50p"),
        ("24 months", "2 years"),
        ("14 days", "2 weeks"),
        ("2 h 30 min", "2.5 hours"),
        ("150 minutes", "2.5 hours"),
        ("6 feet 2 inches", "74 inches"),
        ("8,848.86 m", "8848.86 metres"),
        ("1 kWh", "3.6 MJ"),
        ("1,000 kg/m³", "1 g/cm^3"),
        ("9.81 m s^-2", "9.81 m s^-2"),
        ("101.325 kPa", "1 atm"),
        ("16 GiB", "16 GiB"),
        ("0.5 µm", "500 nm"),
        ("7.2 light-years", "7.2 light years"),
        ("72 beats per minute", "72 bpm"),
        ("three fifths of an acre", "three fifths of an acre"),
        ("-40 °C", "-40 °F"),
    ],
    "date": [
        ("11 November 1918", "November 11, 1918"),
        ("Nov 11, 1918", "11 November 1918"),
        ("1918-11-11", "11 November 1918"),
        ("11.11.1918", "11 November 1918"),
        ("11th November, 1918", "11 November 1918"),
        ("Monday, 11 November 1918", "11 November 1918"),
        ("On the 11th of November 1918.", "11 November 1918"),
        ("The armistice was signed on 11 November 1918 at Compiègne.", "November 11, 1918"),
        ("November 1918", "November 1918"),
        ("November, 1918", "November 1918"),
        ("11 November 1918", "November 1918"),
        ("11 November 1918", "1918"),
        ("c. 1450", "1450"),
        ("around 1450", "1450"),
        ("fourteen ninety-two", "1492"),
        ("1990s", "the 1990s"),
        ("the nineties", "1990s"),
        ("twentieth century", "20th century"),
        ("the late 19th century", "late 19th century"),
        ("5th century BCE", "fifth century BC"),
        ("323 B.C.", "323 BC"),
        ("from 1914 to 1918", "1914–1918"),
        ("1914-18", "1914–1918"),
        ("May–June 1940", "May to June 1940"),
        ("summer of 1969", "summer 1969"),
        ("4 July", "July 4"),
    ],
    "entity": [
        ("Marie Curie", "Marie Curie"),
        ("marie curie", "Marie Curie"),
        ("Curie, Marie", "Marie Curie"),
        ("Dr Marie Curie", "Marie Curie"),
        ("Marie Skłodowska", "Marie Skłodowska"),
        ("São Paulo", "Sao Paulo"),
        ("the Netherlands", "Netherlands"),
        ("U.S.A.", "USA"),
        ("J. R. R. Tolkien", "J.R.R. Tolkien"),
        ("John Fitzgerald Kennedy", "John F. Kennedy"),
        ("John Kennedy", "John F. Kennedy"),
        ("NASA (National Aeronautics and Space Administration)", "NASA"),
        ("Saint-Étienne", "Saint Etienne"),
        ("“The Hobbit”", "The Hobbit"),
        ("*The Hobbit*", "The Hobbit"),
        ("It was Marie Curie.", "Marie Curie"),
        ("Peter and Mary", "Mary and Peter"),
        ("University of Oxford", "Oxford University"),
        ("Smith & Wesson", "Smith and Wesson"),
    ],
    "phrase": [
        ("the heat capacity", "heat capacity"),
        ("heat-capacity", "heat capacity"),
        ("Enzymes", "enzyme"),
        ("a decrease in blood pressure", "decrease in blood pressure"),
        ("colour vision", "color vision"),
        ("tyre centre", "tyre center"),
        ("salt, pepper and oil", "oil, salt, and pepper"),
        ("oil; salt; pepper", "oil, salt and pepper"),
        ("1. oil\n2. salt\n3. pepper", "oil, salt and pepper"),
        ("loss of appetite", "appetite loss"),
        ("5,000 years ago", "five thousand years ago"),
        ("$\\text{carbon dioxide}$", "carbon dioxide"),
    ],
    "boolean": [
        ("Yes.", "yes"),
        ("True", "yes"),
        ("no, it was not", "No"),
        ("That is false.", "false"),
        ("Yes, because the valve was open.", "Yes"),
    ],
    "choice": [
        ("c", "C"),
        ("(C)", "C"),
        ("C.", "(c)"),
        ("Option C", "C"),
        ("C) iron", "C"),
        ("The answer is C.", "C"),
        ("C - iron", "C) iron"),
    ],
    "expression": [
        ("(x-1)(x+1)", "x^2 - 1"),
        ("x^{2}-1", "x^2 - 1"),
        (r"\dfrac{x+1}{2}", "(x+1)/2"),
        ("x/2 + 1/2", r"\frac{x+1}{2}"),
        (r"\frac12", "1/2"),
        ("0.5", r"\frac{1}{2}"),
        (r"3\sqrt{5}", r"\sqrt{45}"),
        ("sin(2x)", r"2\sin x\cos x"),
        ("e^{i\\pi}", "-1"),
        (r"x \geq 3", "[3, ∞)"),
        ("3 <= x", r"x \ge 3"),
        ("{3, 1, 2}", r"\{1, 2, 3\}"),
        ("1, 2, 3", r"\{3,2,1\}"),
        ("a_1 + a_2", "a_{2} + a_{1}"),
        ("F = ma", "F = m a"),
        ("E = mc²", "E = mc^2"),
        ("ma", "F = ma"),
        (r"\begin{bmatrix}1 & 0\\0 & 1\end{bmatrix}", r"\begin{bmatrix} 1&0\\ 0&1 \end{bmatrix}"),
        (r"$90^\circ$", r"90^{\circ}"),
        (r"\log_2 8", "3"),
        ("5!", "120"),
        (r"\left(\frac{1}{2}, 3\right)", "(1/2, 3)"),
        ("O(n^2 log n)", r"O(n^2\log n)"),
        ("H_2O", "H_{2}O"),
    ],
    "code": [
        ("len(x)", "len( x )"),
        ("```\nlen(x)\n```", "len(x)"),
        ("git  commit -m", "git commit -m"),
        ("Use `len(x)`.", "len(x)"),
        ("f(a,b)", "f(a, b)"),
        ('print("a  b")', 'print("a  b")'),
    ],
}
WRONG: dict[AnswerType, list[tuple[str, str]]] = {
    "number": [
        ("1219", "1291"),
        ("13", "12"),
        ("12.4", "12"),
        ("-12", "12"),
        ("12 or 13", "12"),
        ("11, 12 or 13", "12"),
        ("over 12", "12"),
        ("fewer than 12", "12"),
        ("12+", "12"),
        ("12th", "12"),
        ("120%", "120"),
        ("12 million", "12"),
        ("10-12", "12"),
        ("3.1", "3.14159"),
        ("not 12", "12"),
        ("12/0", "12"),
        ("XII", "12"),
        ("twelve or so, maybe thirteen", "12"),
        ("It's 11, isn't it? Or 12.", "12"),
        ("3, 5 and 7", "3 and 5"),
    ],
    "unit": [
        ("5 m", "5 km"),
        ("5", "5 km"),
        ("5 miles", "5 km"),
        ("5 km²", "5 km"),
        ("6 km", "5 km"),
        ("4 to 5 km", "5 km"),
        ("up to 5 km", "5 km"),
        ("5 kg", "5 km"),
        ("$5", "€5"),
        ("5 cents", "$5"),
        ("5 mW", "5 MW"),
        ("5 MB", "5 Mb"),
        ("0.45", "45%"),
        ("45", "45%"),
        ("45 pounds", "$45"),
        ("2 °C", "2 °F"),
    ],
    "date": [
        ("1918", "November 11, 1918"),
        ("November 1918", "November 11, 1918"),
        ("12 November 1918", "November 11, 1918"),
        ("November 11", "November 11, 1918"),
        ("1919", "1918"),
        ("1918 BC", "1918"),
        ("the 1910s", "1918"),
        ("1918", "the 1910s"),
        ("1918–1919", "1918"),
        ("before 1918", "1918"),
        ("early 1990s", "late 1990s"),
        ("the 1990s", "early 1990s"),
        ("19th century", "20th century"),
        ("1914", "1914–1918"),
        ("1914 and 1918, or 1915", "1914–1918"),
        ("31 November 1918", "November 1918"),
        ("1917 or 1918", "1918"),
        ("18", "1918"),
    ],
    "entity": [
        ("Pierre Curie", "Marie Curie"),
        ("Marie Curie or Pierre Curie", "Marie Curie"),
        ("Marie Curie, Pierre Curie", "Marie Curie"),
        ("not Marie Curie", "Marie Curie"),
        ("Mаrie Curie", "Marie Curie"),
        ("Ｍarie Curie", "Marie Curie"),
        ("John Q. Kennedy", "John F. Kennedy"),
        ("us", "US"),
        ("C", "C++"),
        ("Georgia Tech", "Georgia"),
        ("North Korea", "Korea"),
        ("Everyone but Marie Curie", "Marie Curie"),
    ],
    "phrase": [
        ("increase in blood pressure", "decrease in blood pressure"),
        ("after the war", "before the war"),
        ("heat", "heat capacity"),
        ("salt and pepper", "oil, salt and pepper"),
        ("oil, salt, pepper and garlic", "oil, salt and pepper"),
        ("no heat capacity", "heat capacity"),
        ("5,000 years", "five thousand years ago"),
        ("hypertension", "hypotension"),
    ],
    "boolean": [
        ("No", "yes"),
        ("Yes or no", "yes"),
        ("Yes. No. Maybe.", "yes"),
        ("The valve was open.", "yes"),
        ("not true", "true"),
    ],
    "choice": [
        ("D", "C"),
        ("C or D", "C"),
        ("A, B, C, D", "C"),
        ("A B C D", "C"),
        ("not C", "C"),
        ("Cobalt", "C"),
        ("C and D", "C"),
    ],
    "expression": [
        ("x^2 + 1", "x^2 - 1"),
        ("x^2 - 1 or x^2 + 1", "x^2 - 1"),
        (r"\frac{2}{1}", r"\frac{1}{2}"),
        ("(1, 2)", "(2, 1)"),
        ("[1, 2]", "(1, 2)"),
        ("x > 3", r"x \ge 3"),
        ("x < 3", "x > 3"),
        ("{1, 2}", r"\{1, 2, 3\}"),
        (r"\{1, 2, 3, 4\}", r"\{1, 2, 3\}"),
        ("-x", "x"),
        (r"\sqrt{x^2}", "x"),
        ("O(n)", "O(n^2)"),
        ("2", r"x = \pm 2"),
        ("0.3", "1/3"),
        ("10^10^10", "10^10"),
        ("99999!!!!", "5"),
        (r"\begin{bmatrix}1&0\\0&2\end{bmatrix}", r"\begin{bmatrix}1&0\\0&1\end{bmatrix}"),
        ("the gold", "x + y"),
    ],
    "code": [
        ("Len(x)", "len(x)"),
        ("len (x) + 1", "len(x)"),
        ("len(x) or size(x)", "len(x)"),
        ('print("a b")', 'print("a  c")'),
        ("Do not use `len(x)`.", "len(x)"),
    ],
}


def cases(table: dict[AnswerType, list[tuple[str, str]]]) -> list[tuple[AnswerType, str, str]]:
    return [(kind, *case) for kind, rows in table.items() for case in rows]


@pytest.mark.parametrize(("kind", "response", "gold"), cases(RIGHT))
def test_right(kind: AnswerType, response: str, gold: str) -> None:
    assert score(response, gold, answer_type=kind) == 1.0


@pytest.mark.parametrize(("kind", "response", "gold"), cases(WRONG))
def test_wrong(kind: AnswerType, response: str, gold: str) -> None:
    assert score(response, gold, answer_type=kind) == 0.0


@pytest.mark.parametrize(
    ("kind", "question", "response", "gold", "expected"),
    [
        ("unit", "How many kilometres is it to Reykjavík?", "5", "5 km", 1.0),
        ("unit", "How many miles is it to Reykjavík?", "5", "5 km", 0.0),
        ("unit", "What percentage of the land is forest?", "31", "31%", 1.0),
        ("unit", "What share of the land is forest?", "31", "31%", 0.0),
        ("unit", "What share of the land is forest?", "a third", "33.3%", 1.0),
        ("number", "What percentage of the land is forest?", "31%", "31", 1.0),
        ("number", "Of the 12 jurors, how many agreed?", "9 of the 12 jurors", "9", 1.0),
        ("date", "On which day of July 1969 did they land?", "20 July", "20 July 1969", 1.0),
        ("date", "On which day did they land?", "20 July", "20 July 1969", 0.0),
        ("entity", "Which ocean is the deepest?", "the Pacific", "Pacific Ocean", 1.0),
        ("entity", "Which ocean is the deepest?", "The Pacific Ocean is.", "Pacific Ocean", 1.0),
        ("entity", "Which ocean is the deepest?", "The ocean", "Pacific Ocean", 0.0),
        ("entity", "Who beat Karpov?", "Kasparov beat Karpov.", "Kasparov", 1.0),
        ("entity", "Who beat Karpov?", "Kasparov never beat Karpov.", "Kasparov", 0.0),
        ("entity", "Who beat Karpov?", "Kasparov and Short beat Karpov.", "Kasparov", 0.0),
        ("choice", "Which? A) tin B) iron C) lead", "iron", "B", 1.0),
        ("choice", "Which? A) tin B) iron C) lead", "B) tin", "B", 0.0),
        ("choice", "Which? A) tin B) iron C) lead", "B", "iron", 1.0),
        ("choice", "Which? A) tin B) iron C) lead", "A) tin B) iron C) lead", "B", 0.0),
    ],
)
def test_the_question_helps(
    kind: AnswerType, question: str, response: str, gold: str, expected: float
) -> None:
    assert score(response, gold, answer_type=kind, question=question) == expected


@pytest.mark.parametrize(
    ("question", "response", "gold", "expected"),
    [
        ("How many years did the war last?", "three weeks", "3", 0.0),
        ("How many years did the war last?", "3 metres", "3", 0.0),
        ("How many years did the war last?", "3 years", "3", 1.0),
        ("How many years did the war last?", "36 months", "3", 1.0),
        ("How many years did it last?", "3 decades", "30", 1.0),
        ("How many kilometres long is the canal?", "5 miles", "5", 0.0),
        ("How many kilometres long is the canal?", "5 km", "5", 1.0),
        ("How many kilometres long is the canal?", "5,000 m", "5", 1.0),
        ("How many degrees Fahrenheit does water boil at?", "100 °C", "100", 0.0),
        ("How many degrees Fahrenheit does water boil at?", "100 °C", "212", 1.0),
        ("How many degrees is the boiling point of water?", "100 °C", "100", 1.0),
        ("How many members has the council?", "12 kg", "12", 0.0),
        ("How many members has the council?", "12 members", "12", 1.0),
        ("How many members has the council?", "There are 12 in all.", "12", 1.0),
        ("How many moons does Mars have?", "2 in total", "2", 1.0),
        ("How many points did he score?", "30 pts", "30", 1.0),
        ("How many trains run daily?", "4 a day", "4", 1.0),
        ("How many Earth days does Mercury take to orbit?", "88 days", "88", 1.0),
        ("How many Earth days does Mercury take to orbit?", "88 Earth days", "88", 1.0),
        ("How many million dollars did it cost?", "$5 million", "5", 1.0),
        ("How many million dollars did it cost?", "$5,000,000", "5", 1.0),
        ("How many pounds did it cost?", "£50", "50", 1.0),
        ("How many pounds did it weigh?", "50 lb", "50", 1.0),
        ("How much did it cost?", "$50", "50", 1.0),
        ("How tall is the tower, built in 12 months?", "50 m", "50", 1.0),
        ("How many members has the council?", "12%", "12", 0.0),
        ("How many members has the council?", "200%", "2", 0.0),
        ("How many times per minute does the heart beat?", "72 bpm", "72", 1.0),
        (
            "Fill in the blank (topic: Bridge): The towers rise ____ m above the sea.",
            "298.3 feet",
            "298.3",
            0.0,
        ),
        (
            "Fill in the blank (topic: Bridge): The towers rise ____ m above the sea.",
            "298.3 metres",
            "298.3",
            1.0,
        ),
        ("Fill in the blank with a number: The council has ____ members.", "12 kg", "12", 0.0),
        ("Fill in the blank with a number: The stone weighs ____ in all.", "12 kg", "12", 1.0),
        ("What is the length of the canal in kilometres?", "5 miles", "5", 0.0),
        ("What is the length of the canal in kilometres?", "5 km", "5", 1.0),
        ("What is the speed of light in metres per second?", "299,792,458 m/s", "299792458", 1.0),
        ("What is the speed of light in metres per second?", "299,792,458 km/s", "299792458", 0.0),
        ("How many people lived within 5 km of the crater?", "3 km", "3", 0.0),
        ("How many people lived within 5 km of the crater?", "3", "3", 1.0),
        ("How many tons did it carry?", "5 tonnes", "5", 1.0),
        ("How many calories did they eat a day?", "2000 kcal", "2000", 1.0),
        ("How many kilometres per hour does it reach?", "60 km/h", "60", 1.0),
        ("How many kilometres per hour does it reach?", "60 mph", "60", 0.0),
        ("How many kilometres per hour does it reach?", "60 km", "60", 0.0),
        ("What was the number of years that the war lasted?", "3 weeks", "3", 0.0),
        ("How many months are in the year?", "12 months", "12", 1.0),
        ("How many days are in a week?", "7 days", "7", 1.0),
        ("How many days are in a week?", "7 hours", "7", 0.0),
        ("How many seconds does a minute have?", "60 seconds", "60", 1.0),
        ("How many square kilometres does it cover?", "150 km²", "150", 1.0),
        ("How many square kilometres does it cover?", "150 km", "150", 0.0),
        ("How many years did it last?", "a year and a half", "1.5", 1.0),
        ("How many dollars did it cost?", "5 C$", "5", 1.0),
        ("How many feet tall was he?", "6 ft", "6", 1.0),
        ("How many inches tall was he?", "5 ft 11 in", "71", 1.0),
    ],
)
def test_a_number_in_a_unit_that_the_question_does_not_ask_for_is_wrong(
    question: str, response: str, gold: str, expected: float
) -> None:
    assert score(response, gold, answer_type="number", question=question) == expected


def test_any_unit_goes_with_a_number_where_no_question_is_given() -> None:
    assert score("3 metres", "3", answer_type="number") == 1.0


def test_an_alias_is_as_good_as_the_gold() -> None:
    given = {"answer_type": "entity", "aliases": ["UNESCO"]}
    gold = "United Nations Educational, Scientific and Cultural Organization"
    assert score("Unesco", gold, **given) == 1.0
    assert score("UNICEF", gold, **given) == 0.0


@pytest.mark.parametrize(
    ("kind", "response", "gold", "strictness"),
    [
        ("number", "0.333", "1/3", Strictness(rounded=False)),
        ("unit", "3.11 miles", "5 km", Strictness(rounded=False)),
        ("date", "3 May 1871", "1871", Strictness(finer_dates=False)),
        ("number", "There were 300 of them.", "300", Strictness(sentences=False)),
        ("entity", "It was Marie Curie.", "Marie Curie", Strictness(sentences=False)),
        ("entity", "Marie Curie", "Marie Curie", Strictness(marked_only=True)),
    ],
)
def test_what_can_be_made_stricter(
    kind: AnswerType, response: str, gold: str, strictness: Strictness
) -> None:
    assert score(response, gold, answer_type=kind) == 1.0
    assert score(response, gold, answer_type=kind, strictness=strictness) == 0.0


def test_a_tolerance_is_a_share_of_the_gold() -> None:
    loose = Strictness(relative_tolerance=0.01)
    assert score("101", "100", answer_type="number", strictness=loose) == 1.0
    assert score("102", "100", answer_type="number", strictness=loose) == 0.0
    assert score("5.04 km", "5000 m", answer_type="unit", strictness=loose) == 1.0


def test_the_judge_is_asked_only_where_rules_cannot_tell() -> None:
    asked: list[tuple[str, str, str]] = []

    def judge(question: str, gold: str, response: str) -> bool:
        asked.append((question, gold, response))
        return True

    def judged(
        response: str, gold: str = "Alexander Fleming", kind: AnswerType = "entity"
    ) -> float:
        return score(response, gold, answer_type=kind, question="Who?", judge=judge)

    assert judged("Alexander Fleming") == 1.0
    assert judged("Howard Florey") == 0.0
    assert judged("not Fleming") == 0.0
    assert judged("Fleming or Florey") == 0.0
    assert judged("41", "42", "number") == 0.0
    assert asked == []
    assert judged("Fleming") == 1.0
    assert judged("<answer>Fleming of Ayrshire</answer>") == 1.0
    assert [response for _, _, response in asked] == ["Fleming", "Fleming of Ayrshire"]
