"""Units as prose writes them, against the sizes that the SI brochure and NIST give."""

import subprocess
import sys
from decimal import Decimal

import pytest

from webscale_rl_dagster.rewards.amounts import amounts, prepared, whole_amount
from webscale_rl_dagster.rewards.measures import converted
from webscale_rl_dagster.rewards.units import plain, read_unit


def value_in(text: str, unit: str) -> Decimal | None:
    amount, reading = whole_amount(prepared(text)), read_unit(plain(unit))
    assert amount is not None, text
    assert reading is not None, unit
    return converted(amount, reading.unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1 kilometre", "1000", "m"),
        ("1 Kilometers", "1000", "m"),
        ("5 KM", "5000", "metres"),
        ("1 dekametre", "10", "m"),
        ("1 micron", "1e-6", "m"),
        ("1 um", "1e-6", "m"),
        ("1 Å", "1e-10", "m"),
        ("1 inch", "2.54", "cm"),
        ('6"', "15.24", "cm"),
        ("5'", "1.524", "m"),
        ("3 feet", "0.9144", "m"),
        ("1 mi", "1609.344", "m"),
        ("1 fathom", "1.8288", "m"),
        ("1 furlong", "201.168", "m"),
        ("1 nautical mile", "1852", "m"),
        ("1 light-year", "9460730472580800", "m"),
        ("1 astronomical unit", "149597870700", "m"),
        ("1 AU", "149597870700", "m"),
        ("1 acre", "4046.8564224", "m²"),
        ("1 ha", "10000", "square metres"),
        ("1 sq. km", "1e6", "m^2"),
        ("1 cc", "1", "cubic centimetres"),
        ("1 dL", "0.1", "litres"),
        ("1 cubic metre", "1000", "L"),
        ("4 quarts", "1", "gallon"),
        ("1 cup", "16", "tablespoons"),
        ("1 tonne", "1000", "kg"),
        ("1 lb", "0.45359237", "kg"),
        ("2 lbs", "0.90718474", "kilos"),
        ("1 stone", "14", "pounds"),
        ("1 mcg", "1e-6", "g"),
        ("1 carat", "0.2", "grams"),
        ("2 hrs", "7200", "sec"),
        ("1 fortnight", "14", "days"),
        ("2 centuries", "200", "years"),
        ("1 millennium", "1000", "yr"),
        ("3 Ma", "3e6", "years"),
        ("2 years", "24", "months"),
        ("36 km/h", "10", "m/s"),
        ("1 kph", "1", "kilometres per hour"),
        ("1 mph", "0.44704", "m/s"),
        ("1 knot", "1", "nautical miles per hour"),
        (r"9.8 \text{ m/s}^{2}", "9.8", "metres per second squared"),
        ("1 g/cm^3", "1000", "kg/m³"),
        ("1 kWh", "3.6", "MJ"),
        ("1 kilowatt-hour", "3600000", "joules"),
        ("1 kcal", "4184", "J"),
        ("1 Cal", "1", "kilocalories"),
        ("1 eV", "1.602176634e-19", "J"),
        ("1 hp", "745.69987158227022", "W"),
        ("1 atm", "101325", "Pa"),
        ("1 bar", "100", "kPa"),
        ("760 mmHg", "101325.0144354", "Pa"),
        ("1 N·m", "1", "joule"),
        ("1 mSv", "0.001", "sieverts"),
        ("4 Ω", "4", "V/A"),
        ("2 henries", "2", "H"),
        ("1 KiB", "1024", "bytes"),
        ("1 KB", "1000", "bytes"),
        ("8 Mbps", "1", "MB/s"),
        ("1 M", "1", "mol/L"),
        ("60 rpm", "1", "revolutions per second"),
        ("72 bpm", "72", "beats per minute"),
        ("180 degrees", "10800", "arcminutes"),
        ("100 °C", "212", "°F"),
        ("0 degrees Celsius", "273.15", "K"),
        ("100 C", "100", "℃"),
        ("1%", "10", "per mille"),
        ("1 percentage point", "10000", "ppm"),
    ],
)
def test_size(text: str, value: str, unit: str) -> None:
    found = value_in(text, unit)
    assert found is not None
    assert abs(found - Decimal(value)) <= abs(Decimal(value)) * Decimal("1e-12")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("5 km", "kg"),
        ("30 days", "months"),
        ("3 °", "%"),
        ("1 B", "Hz"),
        ("20 cups", "gallons"),
        ("16 fluid ounces", "pints"),
        ("2 tons", "kg"),
        ("5 dollars", "euros"),
        ("3 beats", "seconds"),
        ("3 lumens", "candela"),
    ],
)
def test_kinds_that_do_not_convert(text: str, unit: str) -> None:
    assert value_in(text, unit) is None


@pytest.mark.parametrize(
    ("text", "value", "dimension"),
    [
        ("$108M", "1.08e8", "USD"),
        ("108 million euros", "1.08e8", "EUR"),
        ("₹5 crore", "5e7", "INR"),
        ("C$40", "40", "CAD"),
        ("£3.50", "3.50", "GBP"),
        ("20 cents", "20", "USD"),
        ("45%", "45", "percent"),
        ("72 bpm", "72", "beat"),
        ("2 tons", "2", "ton"),
    ],
)
def test_what_pint_does_not_know(text: str, value: str, dimension: str) -> None:
    amount = whole_amount(prepared(text))
    assert amount is not None
    assert amount.value == Decimal(value)
    assert amount.unit is not None
    assert amount.unit.dimensions[0][0] == dimension


@pytest.mark.parametrize(
    "text",
    "ships|in-laws|A team|million||°|members|hands|barns|chains|has|dams|damp|exam|PMs|5".split(
        "|"
    ),
)
def test_no_unit_of_more_than_itself(text: str) -> None:
    reading = read_unit(plain(text))
    assert reading is None or reading[1] < max(2, len(text))


@pytest.mark.parametrize(
    ("one", "other"), [("mW", "MW"), ("Mb", "MB"), ("s", "S"), ("t", "T"), ("pm", "PM"), ("g", "G")]
)
def test_case_tells_units_apart(one: str, other: str) -> None:
    assert read_unit(one) != read_unit(other)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("from 5 km to 7 km", ["5", "7"]),
        ("H2O and B12", []),
        ("version 2.5.1", []),
        ("the 3rd of 12", ["3", "12"]),
        ("five or six", ["5", "6"]),
        ("1939-1945", ["1939", "1945"]),
        ("-5 to -3", ["-5", "-3"]),
    ],
)
def test_amounts_stand_where_numbers_do(text: str, values: list[str]) -> None:
    assert [amount.value for amount in amounts(prepared(text))] == list(map(Decimal, values))


@pytest.mark.parametrize(
    "text",
    [
        "1e999999999",
        "10**10**10",
        "m**9**9**9",
        "x.__class__",
        "__import__('os')",
        "km/" * 5_000,
        "square " * 5_000,
        "meter" * 2_000,
        "a" * 100_000,
        "\ud800",
        "Qm^9·" * 50,
    ],
)
def test_hostile_units_are_looked_up_and_never_evaluated(text: str) -> None:
    reading = read_unit(plain(text))
    assert reading is None or reading.end <= len(text)


def test_pint_is_imported_at_the_first_unit() -> None:
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from webscale_rl_dagster.rewards import score;"
            "score('Paris', 'Paris', answer_type='entity'); print(*sys.modules)",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "webscale_rl_dagster.rewards.units" in loaded
    assert not {"pint", "numpy", "dagster", "polars", "sympy"} & set(loaded)
