"""Our units are pint's: same size, same kind."""

from decimal import Decimal

import pint
import pytest

from webscale_rl_dagster.rewards.amounts import amounts, prepared, whole_amount
from webscale_rl_dagster.rewards.units import plain, read_unit

REGISTRY = pint.UnitRegistry()
SAME_NAME = """
km cm mm μm nm mile foot inch yard nautical_mile light_year astronomical_unit parsec angstrom
fathom furlong acre hectare kg g mg pound ounce stone metric_ton carat s ms μs minute hour day week
fortnight year month century millennium A mA K mol cd Hz kHz MHz GHz N kN Pa kPa MPa bar mbar
J kJ MJ eV keV MeV cal kcal W kW MW GW Wh kWh MWh V mV kV C F μF pF Ω kΩ S Wb T mT H mH Bq Gy Sv mSv
L mL dL byte kB MB GB TB KiB MiB GiB bit kbit Mbit gallon quart pint tablespoon teaspoon cup
mph knot atm mmHg psi horsepower degree radian arcminute arcsecond percent ppm
""".split()
COMPOUND = {
    "m/s": "m/s", "km/h": "km/h", "metres per second squared": "m/s^2", "kg/m^3": "kg/m^3",
    "g/cm^3": "g/cm^3", "J/(kg·K)": "J/(kg*K)", "N·m": "N*m", "W/m^2": "W/m^2", "km²": "km^2",
    "cubic metres": "m^3", "square miles": "mile^2", "mg/dL": "mg/dL", "sq. ft": "foot^2",
    "m s^-2": "m", r"\text{ km}/\text{h}": "km/h", "kilowatt-hours": "kWh", "μg/L": "μg/L",
}  # fmt: skip


def kilograms_and_so_on(text: str) -> tuple[float, dict[str, int]]:
    reading = read_unit(plain(text).strip())
    assert reading is not None, text
    return float(reading[0].size), dict(reading[0].dimensions)


BASES = {
    "m": "meter", "kg": "kilogram", "s": "second", "A": "ampere", "K": "kelvin", "mol": "mole",
    "cd": "candela", "bit": "bit", "month": "month", "degree": "degree", "percent": "percent",
    "gallon": "gallon", "teaspoon": "teaspoon",
}  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [*((name.replace("_", " "), name) for name in SAME_NAME), *COMPOUND.items()],
)
def test_size(ours: str, theirs: str) -> None:
    size, dimensions = kilograms_and_so_on(ours)
    base = REGISTRY.Quantity(1, "dimensionless")
    for name, power in dimensions.items():
        base = base * REGISTRY(BASES[name]) ** power
    ratio = (REGISTRY(theirs) / (size * base)).to("dimensionless").magnitude
    assert ratio == pytest.approx(1, rel=5e-6)  # Fathoms, furlongs and acres are pint's surveyor's.


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


@pytest.mark.parametrize("text", ["ships", "in-laws", "A team", "million", "", "°", "members"])
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
