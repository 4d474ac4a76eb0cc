"""Units as prose and LaTeX write them: `km/h`, `metres per second squared`."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from .unit_names import Unit, named_unit

SIGNS = ("US$", "C$", "CA$", "A$", "AU$", "NZ$", "HK$", "$", "€", "£", "¥", "₹", "₩", "₽")
"""Currency signs that stand before the amount."""
STERLING = Unit(Decimal(1), (("GBP", 1),))
_LONGEST_NAME = 3
"""Words in a unit's name."""
_MOST_WORDS = 18
"""Of a compound's name: six factors."""
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
_SHAPES = {2: "square", 3: "cubic"}
_JOIN = re.compile(r"\s?([·*/]|\bper\b(?! cent))\s?\(?|(-)(?=[A-Za-z])")


def plain(text: str) -> str:
    r"""Without LaTeX's dress, with `^2` for `²`: `\text{m/s}^{2}` becomes `m/s^2`."""
    text = _SUPER.sub(lambda match: "^" + match[0].translate(_SUPERSCRIPTS), text)
    text = text.translate(_PLAIN)
    if "\\" in text or "{" in text:
        text = _TEX.sub(lambda match: _TEX_SIGNS.get(match[0], " "), text.replace(r"\$", "$"))
        text = _SPACES.sub(" ", text.replace("^°", "°"))
    return _INCHES.sub(r"\1″", _FEET.sub(r"\1′", text)) if "'" in text or '"' in text else text


class Reading(NamedTuple):
    """A unit, where it ends in the text, and its name in words: `kilometer per hour`."""

    unit: Unit
    end: int
    name: str


def _named(text: str, at: int) -> tuple[Unit, int, str] | None:
    """The unit with the longest name that starts there, and where the name ends."""
    words: list[str] = []
    ends: list[int] = []
    while len(words) < _LONGEST_NAME and (match := _NAME.match(text, at)):
        words.append(match[0].replace(" ", "").replace(".", ""))
        ends.append(match.end())
        at = match.end() + (text[match.end() : match.end() + 1] in (" ", "-"))
    while words:
        found = named_unit("_".join(words))
        if found is not None:
            return found[0], ends[-1], found[1]
        words.pop()
        ends.pop()
    return None


@lru_cache(maxsize=4096)
def read_unit(text: str) -> Reading | None:
    """The unit that starts a text made by `plain`, as far as it reaches."""
    size, bases, offset = Decimal(1), dict[str, int](), Decimal(0)
    sign, end, at, names = 1, 0, 0, list[str]()
    while len(names) < _MOST_WORDS:
        before = _BEFORE.match(text, at)
        named = _named(text, before.end() if before else at)
        if named is None:
            break
        unit, end, name = named
        power = _POWERS[before[1].lower()] if before else 1
        after = _POWER.match(text, end)
        if after:
            power *= _POWERS.get(after[3]) or int(after[1] or after[2])
            end = after.end()
        names += [*(["per"] if sign < 0 else []), _SHAPES.get(power, ""), name.replace("_", " ")]
        offset = unit.offset if len(names) == 2 and power == 1 else Decimal(0)
        size *= unit.size ** (sign * power)
        for base, exponent in unit.dimensions:
            bases[base] = bases.get(base, 0) + sign * power * exponent
        join = _JOIN.match(text, end)
        if join is None:
            break
        sign = -1 if join[1] in ("/", "per") else sign
        at = join.end()
    if not names:
        return None
    if text[end : end + 1] == ")":
        end += 1
    kept = tuple(sorted((base, power) for base, power in bases.items() if power))
    return Reading(Unit(size, kept, offset), end, " ".join(filter(None, names)))
