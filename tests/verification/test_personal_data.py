import pytest

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.personal_data import personal_data

from .cases import fails


@pytest.mark.parametrize(
    "text",
    [
        "jane.doe@gmail.com",
        "write to j_smith+x@mail.uni-bonn.de now",
        "+49 30 901820 12",
        "+44 (0)20 7946 0958",
        "(212) 555-7890",
        "212-555-7890",
        "1-212-555-7890",
        "123-45-6789",
        "4111 1111 1111 1111",
        "5500-0000-0000-0004",
        "378282246310005",
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
    ],
)
def test_personal_data(text: str) -> None:
    assert fails("personal_data", answer=text)
    assert fails("personal_data", question=f"Whose is {text} in the register?")


@pytest.mark.parametrize(
    "text",
    [
        "user@example.com",
        "git@github.com:a/b",
        "@property",
        "1,234,567,890",
        "3.141592653589793",
        "4111111111111112",
        "1-800-273-8255",
        "978-0-306-40615-7",
        "192.168.100.1",
        "000-12-3456",
        "2001-02-03",
        "DE00 3704 0044 0532 0130 00",
        "6.02214076 × 10^23",
        "1914-1918",
        "12345678901234567890",
        "x@y",
    ],
)
def test_no_personal_data(text: str) -> None:
    assert not fails("personal_data", answer=text)


@pytest.mark.parametrize(
    "answer",
    [
        "marta.lindqvist (at) posteo (dot) net",
        "marta.lindqvist[at]posteo.net",
        "marta.lindqvist at posteo dot net",
        "phone 01947 825331",
        "call 0046 70 174 06 35",
    ],
)
def test_disguised_and_national_forms(answer: str) -> None:
    assert personal_data(Candidate("How can Marta be reached?", answer, ""))


@pytest.mark.parametrize(
    "answer", ["0800 123 4567", "call 116 123", "299792458", "0.0123456789", "we met at dot com"]
)
def test_other_numbers_and_words(answer: str) -> None:
    assert not personal_data(Candidate("Which number is it?", answer, ""))
