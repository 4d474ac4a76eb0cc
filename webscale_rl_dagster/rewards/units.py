"""Units with their sizes, so that 5 km is 5,000 m: read case by case, as mW is not MW."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

Dimensions = tuple[tuple[str, int], ...]


class Unit(NamedTuple):
    """`size` times the product of its dimensions' bases, from a zero at `offset` of them."""

    size: Decimal
    dimensions: Dimensions
    offset: Decimal = Decimal(0)


_PREFIXES = {
    "quetta": ("Q", 30), "ronna": ("R", 27), "yotta": ("Y", 24), "zetta": ("Z", 21),
    "exa": ("E", 18), "peta": ("P", 15), "tera": ("T", 12), "giga": ("G", 9), "mega": ("M", 6),
    "kilo": ("k", 3), "hecto": ("h", 2), "deca": ("da", 1), "deka": ("da", 1), "deci": ("d", -1),
    "centi": ("c", -2), "milli": ("m", -3), "micro": ("μ", -6), "nano": ("n", -9),
    "pico": ("p", -12), "femto": ("f", -15), "atto": ("a", -18),
}  # fmt: skip
_METRIC = """
metre meter metres meters | m | 1 | m
gram grams gramme grammes | g | 1e-3 | kg
second seconds | s | 1 | s
ampere amperes amp amps | A | 1 | A
kelvin kelvins | K | 1 | K
mole moles | mol | 1 | mol
candela candelas | cd | 1 | cd
hertz | Hz | 1 | s-1
newton newtons | N | 1 | kg m s-2
pascal pascals | Pa | 1 | kg m-1 s-2
joule joules | J | 1 | kg m2 s-2
watt watts | W | 1 | kg m2 s-3
coulomb coulombs | C | 1 | A s
volt volts | V | 1 | kg m2 s-3 A-1
farad farads | F | 1 | kg-1 m-2 s4 A2
ohm ohms | Ω | 1 | kg m2 s-3 A-2
siemens | S | 1 | kg-1 m-2 s3 A2
weber webers | Wb | 1 | kg m2 s-2 A-1
tesla teslas | T | 1 | kg s-2 A-1
henry henries henrys | H | 1 | kg m2 s-2 A-2
lumen lumens | lm | 1 | cd
lux | lx | 1 | cd m-2
becquerel becquerels | Bq | 1 | s-1
gray grays | Gy | 1 | m2 s-2
sievert sieverts | Sv | 1 | m2 s-2
electronvolt electronvolts | eV | 1.602176634e-19 | kg m2 s-2
calorie calories | cal | 4.184 | kg m2 s-2
litre litres liter liters | L l | 1e-3 | m3
bit bits | bit b | 1 | bit
byte bytes | B | 8 | bit
bar bars | bar | 1e5 | kg m-1 s-2
tonne tonnes | t | 1000 | kg
parsec parsecs | pc | 3.0856775814913673e16 | m
watthour watthours watt-hour watt-hours | Wh | 3600 | kg m2 s-2
"""
_OTHER = """
inch inches in ″ | 0.0254 | m
foot feet ft ′ | 0.3048 | m
yard yards yd yds | 0.9144 | m
mile miles mi | 1609.344 | m
nautical-mile nautical-miles nmi | 1852 | m
light-year light-years lightyear lightyears ly | 9460730472580800 | m
astronomical-unit astronomical-units AU au | 149597870700 | m
angstrom angstroms ångström ångströms Å | 1e-10 | m
micron microns | 1e-6 | m
fathom fathoms | 1.8288 | m
furlong furlongs | 201.168 | m
acre acres ac | 4046.8564224 | m2
hectare hectares ha | 10000 | m2
minute minutes min mins | 60 | s
hour hours hr hrs h | 3600 | s
sec secs | 1 | s
day days d | 86400 | s
week weeks wk wks | 604800 | s
fortnight fortnights | 1209600 | s
month months mo mos | 1 | month
kyr ka | 12000 | month
Myr Ma | 12000000 | month
Gyr Ga | 12000000000 | month
year years yr yrs y | 12 | month
decade decades | 120 | month
century centuries | 1200 | month
millennium millennia millenniums | 12000 | month
pound pounds lb lbs lbm | 0.45359237 | kg
ounce ounces oz | 0.028349523125 | kg
stone stones | 6.35029318 | kg
kilo kilos | 1 | kg
mcg | 1e-9 | kg
cc | 1e-6 | m3
metric-ton metric-tons | 1000 | kg
ton tons | 1 | ton
carat carats ct | 0.0002 | kg
gallon gallons gal | 1 | gallon
quart quarts qt | 0.25 | gallon
pint pints pt | 0.125 | gallon
cup cups | 48 | teaspoon
tablespoon tablespoons tbsp | 3 | teaspoon
teaspoon teaspoons tsp | 1 | teaspoon
fluid-ounce fluid-ounces | 1 | fluid-ounce
barrel barrels bbl | 1 | barrel
mph | 0.44704 | m s-1
kph kmh km/h | 0.2777777777777777777777777778 | m s-1
knot knots kn kt kts | 0.5144444444444444444444444444 | m s-1
revolution revolutions | 1 | revolution
rpm | 0.01666666666666666666666666667 | revolution s-1
beat beats | 1 | beat
bpm | 0.01666666666666666666666666667 | beat s-1
atm atmosphere atmospheres | 101325 | kg m-1 s-2
mmHg torr | 133.322387415 | kg m-1 s-2
psi | 6894.757293168361 | kg m-1 s-2
horsepower hp | 745.69987158227022 | kg m2 s-3
Cal | 4184 | kg m2 s-2
BTU BTUs Btu | 1055.05585262 | kg m2 s-2
KiB | 8192 | bit
MiB | 8388608 | bit
GiB | 8589934592 | bit
TiB | 8796093022208 | bit
KB | 8000 | bit
Mbps mbps | 1000000 | bit s-1
Gbps gbps | 1000000000 | bit s-1
Kbps kbps | 1000 | bit s-1
° degree degrees deg | 1 | degree
radian radians rad | 57.29577951308232087679815481 | degree
arcminute arcminutes | 0.01666666666666666666666666667 | degree
arcsecond arcseconds | 0.0002777777777777777777777777778 | degree
% percent percentage-point percentage-points per-cent pct | 1 | percent
‰ per-mille permille | 0.1 | percent
ppm | 0.0001 | percent
ppb | 0.0000001 | percent
decibel decibels dB | 1 | decibel
M molar | 1000 | mol m-3
$ US$ USD dollar dollars US-dollar US-dollars U.S.-dollars bucks | 1 | USD
cent cents ¢ | 0.01 | USD
€ euro euros EUR | 1 | EUR
£ GBP pound-sterling pounds-sterling British-pound British-pounds quid | 1 | GBP
¥ JPY yen Japanese-yen | 1 | JPY
CNY RMB yuan renminbi | 1 | CNY
₹ INR Rs rupee rupees Indian-rupee Indian-rupees | 1 | INR
₩ KRW won South-Korean-won | 1 | KRW
₽ RUB rouble roubles ruble rubles | 1 | RUB
C$ CA$ CAD Canadian-dollar Canadian-dollars | 1 | CAD
A$ AU$ AUD Australian-dollar Australian-dollars | 1 | AUD
NZ$ NZD New-Zealand-dollar New-Zealand-dollars | 1 | NZD
HK$ HKD Hong-Kong-dollar Hong-Kong-dollars | 1 | HKD
CHF Swiss-franc Swiss-francs | 1 | CHF
"""
_TEMPERATURES = {
    "celsius": Unit(Decimal(1), (("K", 1),), Decimal("273.15")),
    "fahrenheit": Unit(Decimal(5) / 9, (("K", 1),), Decimal("459.67")),
}
"""Offsets in the unit itself: x °F is (x + 459.67) · 5/9 K."""
_TEMPERATURE_NAMES = {
    "°C": "celsius", "° C": "celsius", "℃": "celsius", "°F": "fahrenheit", "° F": "fahrenheit",
    "℉": "fahrenheit",
}  # fmt: skip
for _name in ("celsius", "fahrenheit"):
    for _lead in ("", "degrees-", "degree-", "deg-", "°", "°-"):
        _TEMPERATURE_NAMES[_lead + _name] = _name
        _TEMPERATURE_NAMES[_lead + _name.capitalize()] = _name
        _TEMPERATURE_NAMES[(_lead or "deg-") + _name[0].upper()] = _name
SIGNS = ("US$", "C$", "CA$", "A$", "AU$", "NZ$", "HK$", "$", "€", "£", "¥", "₹", "₩", "₽")
"""Currency signs that stand before the amount."""
STERLING = Unit(Decimal(1), (("GBP", 1),))
_LONGEST_NAME = 3
"""Words in a unit's name."""


def _dimensions(text: str) -> Dimensions:
    found = {}
    for part in text.split():
        name = part.rstrip("-0123456789")
        found[name] = int(part[len(name) :] or 1)
    return tuple(sorted((name, power) for name, power in found.items() if power))


def _tables() -> tuple[dict[str, Unit], dict[str, Unit]]:
    """Units by symbol, where case tells them apart, and by name, where it does not."""
    symbols: dict[str, Unit] = {}
    names: dict[str, Unit] = {}
    for row in _METRIC.strip().splitlines():
        spelt, short, size, bases = (cell.strip() for cell in row.split("|"))
        unit = Unit(Decimal(size), _dimensions(bases))
        for prefix, (sign, power) in [("", ("", 0)), *_PREFIXES.items()]:
            if power < 0 and bases == "bit":
                continue
            sized = unit._replace(size=unit.size.scaleb(power))
            names |= {prefix + name: sized for name in spelt.split()}
            symbols |= {sign + symbol: sized for symbol in short.split()}
    for row in _OTHER.strip().splitlines():
        spelt, size, bases = (cell.strip() for cell in row.split("|"))
        unit = Unit(Decimal(size), _dimensions(bases))
        for name in spelt.split():
            (names if len(name) > 3 and name.isalpha() and name.islower() else symbols)[name] = unit
            names.setdefault(name.lower(), unit)
    symbols |= {name: _TEMPERATURES[target] for name, target in _TEMPERATURE_NAMES.items()}
    return symbols, names


_SYMBOLS, _NAMES = _tables()
_ANY_CASE = {
    name.lower(): _SYMBOLS[name]
    for name in (
        "km cm kg ml Hz kHz MHz GHz kWh ft mi lb lbs oz yr hr min sec MB GB TB kV kJ".split()
    )
}
"""Symbols that are read in whatever case, for no other unit comes near; not so mW or g."""
_PLAIN = str.maketrans(
    {"µ": "μ", "\u2126": "Ω", "⋅": "·", "×": "*", "−": "-", "\u212b": "Å", "º": "°"}
)
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_SUPER = re.compile("⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_TEX = re.compile(r"\\(?:text|mathrm|rm|operatorname|quad|cdot|circ|degree|[,;:!% ])|[{}~]")
_FEET, _INCHES, _SPACES = re.compile(r"(\d)'"), re.compile(r"(\d)\""), re.compile(r"\s+")
_TEX_SIGNS = {r"\cdot": "·", r"\circ": "°", r"\degree": "°", r"\%": "%", "{": "", "}": ""}
_NAME = re.compile(r"°\s?[CF]\b|(?:US|CA?|AU?|NZ|HK)?\$|[%‰°′″€£¥₹₩₽℃℉¢]|U\.S\.|[^\W\d_]+")
_POWER = re.compile(r"\s?\^\s?\(?(-?\d)\)?|(?<=[a-z])(-?[234])(?![\d.,])| (squared|cubed)\b")
_BEFORE = re.compile(r"(square|sq|cubic|cu)\b\.?[ -]", re.IGNORECASE)
_POWERS = {"square": 2, "sq": 2, "squared": 2, "cubic": 3, "cu": 3, "cubed": 3}
_JOIN = re.compile(r"\s?([·*/]|\bper\b(?! cent))\s?\(?|(-)(?=[A-Za-z])")


def plain(text: str) -> str:
    r"""Without LaTeX's dress, with `^2` for `²`: `\text{m/s}^{2}` becomes `m/s^2`."""
    text = _SUPER.sub(lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text)
    text = text.translate(_PLAIN)
    if "\\" in text or "{" in text:
        text = _TEX.sub(lambda match: _TEX_SIGNS.get(match[0], " "), text.replace(r"\$", "$"))
        text = _SPACES.sub(" ", text.replace("^°", "°"))
    return _INCHES.sub(r"\1″", _FEET.sub(r"\1′", text)) if "'" in text or '"' in text else text


def _named(text: str, at: int) -> tuple[Unit, int] | None:
    """The unit with the longest name that starts there, and where the name ends."""
    words: list[str] = []
    ends: list[int] = []
    while len(words) < _LONGEST_NAME and (match := _NAME.match(text, at)):
        words.append(match[0])
        ends.append(match.end())
        at = match.end() + (text[match.end() : match.end() + 1] in (" ", "-"))
    while words:
        name = "-".join(words)
        unit = _SYMBOLS.get(name) or _ANY_CASE.get(name.lower())
        if unit is None and (len(name) > 2 or not name.isascii()):
            unit = _NAMES.get(name.lower())
        if unit is None and len(name) <= 3 and name[0] == "u":
            unit = _SYMBOLS.get("μ" + name[1:])
        if unit is not None:
            return unit, ends[-1]
        words.pop()
        ends.pop()
    return None


@lru_cache(maxsize=4096)
def read_unit(text: str) -> tuple[Unit, int] | None:
    """The unit that starts a text made by `plain`, as far as it reaches, and where it ends."""
    size, bases, offset = Decimal(1), dict[str, int](), Decimal(0)
    sign, end, at, factors = 1, 0, 0, 0
    while factors < 6:
        before = _BEFORE.match(text, at)
        named = _named(text, before.end() if before else at)
        if named is None:
            break
        unit, end = named
        power = _POWERS[before[1].lower()] if before else 1
        after = _POWER.match(text, end)
        if after:
            power *= _POWERS.get(after[3]) or int(after[1] or after[2])
            end = after.end()
        factors += 1
        offset = unit.offset if factors == power == 1 else Decimal(0)
        size *= unit.size ** (sign * power)
        for base, exponent in unit.dimensions:
            bases[base] = bases.get(base, 0) + sign * power * exponent
        join = _JOIN.match(text, end)
        if join is None:
            break
        sign = -1 if join[1] in ("/", "per") else sign
        at = join.end()
    if not factors:
        return None
    if text[end : end + 1] == ")":
        end += 1
    kept = tuple(sorted((base, power) for base, power in bases.items() if power))
    return Unit(size, kept, offset), end
