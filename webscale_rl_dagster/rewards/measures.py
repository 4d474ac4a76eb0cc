"""Whether two amounts are one: converted, and rounded no further than is right."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from .amounts import Amount
from .unit_names import Unit
from .units import STERLING, read_unit

_FEWEST_DIGITS = 3
_MODES = (ROUND_HALF_UP, ROUND_HALF_EVEN)
_CONVERSION_ERROR = Decimal("1e-12")
POUND = Unit(Decimal("453.59237"), (("mass", 1),))
"""`Five pounds` may be money."""


@lru_cache(maxsize=1)
def _letters_of_degrees() -> dict[Unit, Unit]:
    """`100 C` is read as coulombs unless the gold is a temperature."""
    return {
        reading.unit: degree.unit
        for letter in "CF"
        if (reading := read_unit(letter)) and (degree := read_unit(f"°{letter}"))
    }


def same_value(given: Decimal, gold: Decimal, tolerance: float, rounded: bool) -> bool:
    """Equal, near enough, or the one the other's decimals rightly rounded; integers are exact."""
    if given == gold:
        return True
    if tolerance and abs(given - gold) <= abs(gold) * Decimal(tolerance):
        return True
    if not rounded:
        return False
    coarse, fine = sorted((given, gold), key=_exponent, reverse=True)
    if _exponent(coarse) >= 0 or significant_digits(coarse) < _FEWEST_DIGITS:
        return False
    return _rounds_to(fine, coarse, _exponent(coarse))


def converted(amount: Amount, unit: Unit) -> Decimal | None:
    """The amount's value in another unit; none where they measure different things."""
    given = amount.unit
    if given == POUND and unit.dimensions == STERLING.dimensions:
        given = STERLING
    if given is not None and unit.offset:
        given = _letters_of_degrees().get(given, given)
    if given is None or given.dimensions != unit.dimensions:
        return None
    if given == unit:
        return amount.value
    return (amount.value + given.offset) * (given.size / unit.size) - unit.offset


def same_measure(given: Decimal, gold: Decimal, gold_digits: int, rounded: bool) -> bool:
    """Whether a response equals a gold that was converted, to as many digits as it has."""
    if abs(gold - given) <= abs(gold) * _CONVERSION_ERROR:
        return True
    digits = significant_digits(given)
    if not rounded or not gold or digits < max(2, min(_FEWEST_DIGITS, gold_digits)):
        return False
    return _rounds_to(gold, given, gold.adjusted() - digits + 1)


def _rounds_to(fine: Decimal, coarse: Decimal, exponent: int) -> bool:
    try:
        return any(fine.quantize(Decimal(1).scaleb(exponent), mode) == coarse for mode in _MODES)
    except InvalidOperation:
        return False


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def significant_digits(value: Decimal) -> int:
    """Without the zeros at the end."""
    return len(value.normalize().as_tuple().digits)
