from decimal import Decimal

import pytest

from webscale_rl_dagster.rewards.normalise import find_exact, find_normalised, normalise
from webscale_rl_dagster.verification.quantities import quantities


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Nile", "nile"),
        ("Bogotá", "Bogota"),
        ("Cafe\u0301", "CAFÉ"),
        ("“Don’t Panic”", "don't panic"),
        ("U.S.A.", "USA"),
        ("the U.S.", "US"),
        ("1,000,000", "1000000"),
        ("well-known", "well known"),
        ("well–known", "well—known"),
        ("5km", "5 km"),
        ("Newton's", "Newton"),
        ("ﬁssion", "fission"),
        ("H₂O", "H2O"),
        ("10²", "10^2"),
        ("Smith & Wesson", "Smith and Wesson"),
        ("  heat \n capacity ", "heat capacity."),
        ("*photosynthesis*", "Photosynthesis"),
    ],
)
def test_same_answer(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C++", "C"),
        ("C#", "C"),
        ("US", "us"),
        ("WHO", "who"),
        ("IT", "it"),
        ("vitamin A", "vitamin"),
        ("-5", "5"),
        ("3.14", "3.1"),
        ("10²", "102"),
        ("Rome", "Roma"),
        ("$5", "5"),
        ("2½", "21/2"),
    ],
)
def test_different_answers(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize(
    ("answer", "text", "found"),
    [
        ("bogota", "He moved to Bogotá, then left.", "Bogotá"),
        ("U.S.", "Made in the US.", "US"),
        ("a tale of two cities", "Read “A Tale\nof Two Cities” now", "Tale\nof Two Cities"),
        ("1000 km", "About 1,000km away", "1,000km"),
        ("fission", "nuclear ﬁssion", "ﬁssion"),
        ("首都", "日本の首都は東京です", "首都"),
    ],
)
def test_offsets_point_into_the_original(answer: str, text: str, found: str) -> None:
    assert [text[span.start : span.end] for span in find_normalised(answer, text)] == [found]


@pytest.mark.parametrize(
    ("answer", "text"),
    [("5", "In 1945"), ("5", "2.5 m"), ("5", "5.2 m"), ("5", "at -5 °C"), ("Roma", "Romance")],
)
def test_parts_of_a_token_are_not_found(answer: str, text: str) -> None:
    assert find_exact(answer, text) == []
    assert find_normalised(answer, text) == [] or answer == "5" and "-5" in text


@pytest.mark.parametrize("answer", ["", " ", "...", "____", "\ud800"])
def test_nothing_is_found_nowhere(answer: str) -> None:
    assert find_normalised(answer, "Some text ... here") == []


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("twenty-three", "23", ""),
        ("one hundred and eight million", "108000000", ""),
        ("$108 million", "108000000", "dollar"),
        ("$108M", "108000000", "dollar"),
        ("108,000,000", "108000000", ""),
        ("1.5 billion", "1500000000", ""),
        ("a hundred", "100", ""),
        ("two dozen", "24", ""),
        ("nineteen forty-five", "1945", ""),
        ("one thousand nine hundred forty-five", "1945", ""),
        ("twenty-first", "21", "ordinal"),
        ("21st", "21", "ordinal"),
        ("3/4", "0.75", ""),
        ("three quarters", "0.75", ""),
        ("2½", "2.5", ""),
        ("3 × 10⁸ m/s", "300000000", "meter per second"),
        (r"3 \times 10^{8}", "300000000", ""),
        ("6.0 × 10^-3", "0.006", ""),
        ("-5 °C", "-5", "degree Celsius"),
        ("minus five", "-5", ""),
        ("45%", "45", "percent"),
        ("45 per cent", "45", "percent"),
        ("5km", "5", "kilometer"),
        ("12 km²", "12", "square kilometer"),
        (r"$7$ km", "7", "kilometer"),
        (r"9.8\text{ m/s}^2", "9.8", "meter per square second"),
        ("5 pm", "5", ""),
        ("12 in a row", "12", ""),
        ("5 mW", "5", "milliwatt"),
        ("90 km/h", "90", "kilometer per hour"),
        ("£3.50", "3.5", "pound"),
    ],
)
def test_a_quantity(text: str, value: str, unit: str) -> None:
    assert [(found.value, found.unit) for found in quantities(text)] == [(Decimal(value), unit)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("between five and ten", [5, 10]),
        ("from 1914-1918", [1914, 1918]),
        ("1/2/2020", [1, 2, 2020]),
        ("p53 and H2O", []),
        ("9" * 5000, []),
        ("million million", [10**6, 10**6]),
        ("5 and 6 km", [5, 6]),
    ],
)
def test_several_quantities(text: str, values: list[int]) -> None:
    assert [found.value for found in quantities(text)] == values
