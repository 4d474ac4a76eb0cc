"""The values of formulas at points drawn once for all.

Floating point bounds every value, so that towers of powers and factorials cost nothing.
"""

import cmath
import math
import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .formulas import Tree

_POINTS = 5
_LARGEST_FACTORIAL = 170


def _factorial(value: complex) -> complex:
    if value.imag or not 0 <= value.real <= _LARGEST_FACTORIAL or value.real % 1:
        raise ValueError
    return complex(math.factorial(int(value.real)))


def _real(function: Callable[..., float]) -> Callable[..., complex]:
    def apply(*values: complex) -> complex:
        return complex(function(*(value.real for value in values)))

    return apply


def _log(value: complex, base: complex = math.e) -> complex:
    return cmath.log(value) / cmath.log(base)


def _integers(function: Callable[..., int]) -> Callable[..., complex]:
    def apply(*values: complex) -> complex:
        if any(value.imag or value.real % 1 or abs(value) > 1e15 for value in values):
            raise ValueError
        return complex(function(*(int(value.real) for value in values)))

    return apply


_FUNCTIONS: Mapping[str, Callable[..., complex]] = MappingProxyType(
    {
        "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "exp": cmath.exp,
        "sinh": cmath.sinh, "cosh": cmath.cosh, "tanh": cmath.tanh, "sqrt": cmath.sqrt,
        "arcsin": cmath.asin, "arccos": cmath.acos, "arctan": cmath.atan,
        "asin": cmath.asin, "acos": cmath.acos, "atan": cmath.atan,
        "cot": lambda x: 1 / cmath.tan(x), "sec": lambda x: 1 / cmath.cos(x),
        "csc": lambda x: 1 / cmath.sin(x), "ln": cmath.log, "log": _log,
        "lg": lambda x: cmath.log10(x), "abs": lambda x: complex(abs(x)),
        "factorial": _factorial, "degree": lambda x: x * math.pi / 180,
        "max": _real(max), "min": _real(min), "floor": _real(math.floor),
        "ceil": _real(math.ceil), "gcd": _integers(math.gcd), "lcm": _integers(math.lcm),
    }
)  # fmt: skip
_CONSTANTS = {"pi": complex(math.pi), "e": complex(math.e), "i": 1j}


def _seed(text: str) -> int:
    """The same in every process, which `hash` is not."""
    return sum((at + 1) * 7919 * ord(char) for at, char in enumerate(text)) % 99991


def _variable(name: str, point: int) -> complex:
    """A real number that no short formula singles out; of either sign."""
    spread = math.sin(_seed(name) * 12.9898 + point * 78.233) * 43758.5453
    value = 0.3 + 2.4 * (spread - math.floor(spread))
    return complex(value if point % 2 == 0 else -value)


def _opaque(name: str, values: tuple[complex, ...]) -> complex:
    """An unknown function: two formulas agree under it only if its arguments do."""
    seed = _seed(name)
    return cmath.sin(
        seed % 97 / 10 + sum((seed % 13 / 7 + 0.7 + at) * value for at, value in enumerate(values))
    )


_OPERATORS: Mapping[str, Callable[[complex, complex], complex]] = MappingProxyType(
    {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "^": operator.pow,
    }
)


def _value(tree: Tree, point: int) -> complex:
    """The value at a point; raises ArithmeticError, ValueError or KeyError where there is none."""
    kind = tree[0]
    if kind == "number":
        return complex(tree[1])
    if kind == "name":
        return _CONSTANTS[tree[1]] if tree[1] in _CONSTANTS else _variable(tree[1], point)
    if kind == "call":
        values = tuple(_value(part, point) for part in tree[2:])
        function = _FUNCTIONS.get(tree[1])
        return function(*values) if function else _opaque(tree[1], values)
    found = _OPERATORS[kind](_value(tree[1], point), _value(tree[2], point))
    if not cmath.isfinite(found):
        raise OverflowError
    return found


def values(given: Tree, gold: Tree) -> list[tuple[complex, complex]]:
    """Those of both, at the points where both have one."""
    found = []
    for point in range(_POINTS):
        try:
            found.append((_value(given, point), _value(gold, point)))
        except (ArithmeticError, ValueError, TypeError, KeyError):
            continue
    return found
