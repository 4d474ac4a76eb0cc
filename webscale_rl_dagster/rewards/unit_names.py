"""Names of units in prose, measured by `pint`: read case by case, as mW is not MW.

A name is looked up in pint and never evaluated. What pint lacks or means otherwise stands in
`units.txt`. The registry is built at the first name, which costs half a second, most of it pint's
import.
"""

from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pint

Dimensions = tuple[tuple[str, int], ...]


class Unit(NamedTuple):
    """`size` times the product of its dimensions' bases, from a zero at `offset` of them.

    The bases are pint's root units, so a mass is counted in grams.
    """

    size: Decimal
    dimensions: Dimensions
    offset: Decimal = Decimal(0)


_METRIC = frozenset(
    """meter gram second ampere kelvin mole candela hertz newton pascal joule watt coulomb volt
    farad ohm siemens weber tesla henry lumen lux becquerel gray sievert electron_volt calorie
    liter bit byte baud bar metric_ton parsec watt_hour molar meter_Hg hectare""".split()
)
"""Read with every prefix, save that there is no part of a bit."""
_BITS = ("bit", "byte")
_PARTS = frozenset("deci centi milli micro nano pico femto atto".split())
_BINARY = frozenset("kibi mebi gibi tebi pebi exbi zebi yobi".split())
_OTHER = frozenset(
    """inch foot yard mile nautical_mile light_year astronomical_unit angstrom micron fathom furlong
    acre minute hour day week fortnight month year kiloyear megayear gigayear decade century
    millennium pound ounce stone carat kilo cubic_centimeter ton gallon quart pint cup tablespoon
    teaspoon fluid_ounce barrel mile_per_hour kilometer_per_hour knot revolution
    revolutions_per_minute beat beats_per_minute standard_atmosphere torr
    pound_force_per_square_inch horsepower food_calorie british_thermal_unit KB Kbps mbps gbps
    degree radian arcminute arcsecond percent permille ppm ppb decibel degree_Celsius
    degree_Fahrenheit dollar cent euro pound_sterling yen yuan rupee won rouble
    canadian_dollar australian_dollar new_zealand_dollar hong_kong_dollar swiss_franc""".split()
)
"""The rest of pint's many units are other words in prose: 5 barns, 3 hands, 2 chains."""
_TEMPERATURES = ("degree_Celsius", "degree_Fahrenheit")
_MOST_LETTERS = 24
_ANY_CASE = {
    name.lower(): name
    for name in (
        "km cm kg ml Hz kHz MHz GHz kWh ft mi lb lbs oz yr hr min sec MB GB TB kV kJ".split()
    )
}
"""Symbols that are read in whatever case, for no other unit comes near; not so mW or g."""


@lru_cache(maxsize=1)
def _registry() -> "pint.UnitRegistry[Any]":
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(
        None, non_int_type=Decimal, on_redefinition="ignore"
    )
    for package, name in (("pint", "default_en.txt"), (__package__, "units.txt")):
        with resources.as_file(resources.files(package) / name) as path:
            registry.load_definitions(path)
    return registry


@lru_cache(maxsize=1)
def _last_words() -> frozenset[str]:
    """What names of several words end in, in lower case."""
    return frozenset(name.rpartition("_")[2].lower() for name in _registry() if "_" in name)


@lru_cache(maxsize=8192)
def named_unit(name: str) -> tuple[Unit, str] | None:
    """The unit of that name, and the name that pint knows it by."""
    lowered = name.lower()
    if len(name) > _MOST_LETTERS:
        return None
    last = lowered.rpartition("_")[2]
    if last != lowered and _last_words().isdisjoint((last, last.removesuffix("s"))):
        return None
    found = _known(name) or (lowered in _ANY_CASE and _known(_ANY_CASE[lowered])) or None
    if found is None and lowered != name and (len(name) > 2 or not name.isascii()):
        found = _known(lowered, symbols=False)
    return (_measured(found), found) if found else None


def _known(name: str, *, symbols: bool = True) -> str | None:
    """Pint's name of a unit that we read."""
    for prefix, unit, _ in _registry().parse_unit_name(name):
        if unit == "unread":
            return None
        known, metric = prefix + unit, unit in _METRIC
        if not metric and known not in _OTHER:
            continue
        if prefix in (_PARTS if unit in _BITS else _BINARY):
            continue
        spelt = name.lower().replace("deka", "deca").startswith(prefix)
        if not spelt and not symbols:
            continue
        if not (spelt and len(name) > (3 if metric else 2)) and _is_plural(name, known):
            continue
        return known
    return None


def _is_plural(name: str, known: str) -> bool:
    """Whether pint has taken an `s` off, which no symbol allows: `has` are no hectares."""
    singular = name.removesuffix("s")
    forms = _registry().parse_unit_name(singular) if singular != name else ()
    return any(prefix + unit == known for prefix, unit, _ in forms)


@lru_cache(maxsize=1024)
def _measured(name: str) -> Unit:
    registry = _registry()
    unit = registry.UnitsContainer({name: 1})
    size = Decimal(str(registry.get_root_units(unit, check_nonmult=False)[0]))
    powers = registry.get_dimensionality(unit).items()
    zero = registry.convert(Decimal(0), name, "kelvin") if name in _TEMPERATURES else Decimal(0)
    return Unit(
        size=size,
        dimensions=tuple(sorted((base.strip("[]"), int(str(power))) for base, power in powers)),
        offset=Decimal(str(zero)) / size,
    )
