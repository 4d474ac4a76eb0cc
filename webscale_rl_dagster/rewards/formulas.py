r"""Formulas, plain or LaTeX, read into trees of bounded size.

    tree := ("number", value) | ("name", text) | (operator, tree, …) | ("call", function, tree, …)

What this grammar does not know (matrices, integrals, sums) is left to the computer algebra.
"""

import re
from functools import lru_cache
from typing import Any

Tree = tuple[Any, ...]
_LONGEST = 600
_DEEPEST = 40
_MOST_TOKENS = 250
FUNCTIONS = frozenset(
    """sin cos tan cot sec csc arcsin arccos arctan asin acos atan sinh cosh tanh log ln lg exp sqrt
    abs max min gcd lcm floor ceil""".split()
)
_OPAQUE = frozenset("fghFGHOoΘΩPEDT")
"""One letter before a parenthesis that applies instead of multiplying: f(x), O(n log n)."""
_GREEK = frozenset(
    """alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi
    rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi
    Psi Omega hbar ell""".split()
)
_LETTERS = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "θ": "theta",
    "λ": "lambda", "μ": "mu", "ν": "nu", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi",
    "ω": "omega", "Δ": "Delta", "Θ": "Theta", "Ω": "Omega", "Σ": "Sigma",
}  # fmt: skip
_RELATIONS = {
    "=": "=", "<": "<", ">": ">", "≤": "<=", "≥": ">=", "<=": "<=", ">=": ">=", "≠": "!=",
    "!=": "!=", "≈": "=", r"\le": "<=", r"\leq": "<=", r"\ge": ">=", r"\geq": ">=", r"\lt": "<",
    r"\gt": ">", r"\ne": "!=", r"\neq": "!=", r"\approx": "=", "==": "=", r"\leqslant": "<=",
    r"\geqslant": ">=", r"\in": "in", "∈": "in",
}  # fmt: skip
_CONSTANTS = {r"\pi": "pi", "π": "pi", r"\infty": "infinity", "∞": "infinity"}
_SYNONYMS = {
    "×": "*", "·": "*", "⋅": "*", "∙": "*", r"\times": "*", r"\cdot": "*", r"\ast": "*",
    "÷": "/", r"\div": "/", "−": "-", "–": "-", "**": "^", r"\lbrace": "{", r"\rbrace": "}",
    r"\{": r"\{", r"\}": r"\}", r"\lvert": "|", r"\rvert": "|", r"\vert": "|", "√": r"\sqrt",
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\cfrac": r"\frac", r"\operatorname": "",
    r"\%": "%", r"\lor": "or", r"\vee": "or",
}  # fmt: skip
_SPACING = re.compile(
    r"\\(?:left|right|big|Big|bigg|Bigg|displaystyle|limits|mathrm|mathbf|mathit|text|rm|quad|qquad)"
    r"(?![A-Za-z])|\\[,;:! ]|~|\$|\\\(|\\\)|\\\[|\\\]|&"
)
_ORDER = re.compile(r"\\mathcal\s?\{?\s?O\s?\}?")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_SUPER = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SUB = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_TOKEN = re.compile(
    r"\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+|\\[A-Za-z]+|\\[{}%]|\*\*|[<>!=]="
    r"|[A-Za-z]+|\S)"
)


class Unreadable(Exception):
    """The grammar does not hold this text, or it is too long or too deep."""


@lru_cache(maxsize=2048)
def read(text: str) -> Tree | None:
    """The tree of a formula; none where it is unreadable."""
    try:
        return _Reader(_tokens(text)).whole()
    except (Unreadable, RecursionError):
        return None


def _tokens(text: str) -> list[str]:
    if len(text) > _LONGEST:
        raise Unreadable
    text = _SUPER.sub(lambda m: f"^{{{m[0].translate(_SUPERSCRIPTS)}}}", text)
    text = _SUB.sub(lambda m: f"_{{{m[0].translate(_SUBSCRIPTS)}}}", text)
    text = _SPACING.sub(" ", _ORDER.sub("O", text.replace("{,}", ",")))
    found: list[str] = []
    for token in _TOKEN.findall(text):
        token = _LETTERS.get(token, _SYNONYMS.get(token, token))
        if token:
            found.append(token)
    if not 0 < len(found) <= _MOST_TOKENS:
        raise Unreadable
    return found


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.next()
        if token == "" or (expected and token not in expected):
            raise Unreadable
        self.at += 1
        return token

    def whole(self) -> Tree:
        items = [self.relation()]
        joins = set()
        while self.next() in (",", ";", "or", "and"):
            joins.add(self.take())
            if self.next() in ("or", "and"):
                self.take()
            items.append(self.relation())
        if self.at != len(self.tokens):
            raise Unreadable
        return items[0] if len(items) == 1 else ("items", *items)

    def relation(self) -> Tree:
        left = self.sum()
        if self.next() not in _RELATIONS:
            return left
        chain: list[Any] = [left]
        while self.next() in _RELATIONS:
            chain += [_RELATIONS[self.take()], self.sum()]
        return ("relation", *chain)

    def sum(self) -> Tree:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable
        tree = self.signed()
        while self.next() in ("+", "-", "±", r"\pm"):
            sign = self.take()
            right = self.product()
            operator = "±" if sign in ("±", r"\pm") else sign
            tree = (operator, tree, right)
        self.depth -= 1
        return tree

    def signed(self) -> Tree:
        sign = ""
        while self.next() in ("+", "-"):
            sign = "-" if (self.take() == "-") != (sign == "-") else ""
        if self.next() in ("±", r"\pm"):
            self.take()
            return ("±", ("number", 0.0), self.product())
        tree = self.product()
        return ("-", ("number", 0.0), tree) if sign else tree

    def product(self) -> Tree:
        tree = self.power()
        while True:
            token = self.next()
            if token in ("*", "/"):
                self.take()
                sign = self.next() == "-" and self.take() == "-"
                right = self.power()
                right = ("-", ("number", 0.0), right) if sign else right
                tree = (token, tree, right)
            elif self.starts_factor(token):
                tree = ("*", tree, self.power())
            else:
                return tree

    def starts_factor(self, token: str) -> bool:
        if not token or token in _RELATIONS or token in ("or", "and"):
            return False
        if token == "|":
            return False
        return (
            token[0].isalnum()
            or token in ("(", "{", r"\frac", r"\sqrt", "π", "∞")
            or (token[0] == "\\" and (token[1:] in FUNCTIONS | _GREEK or token in _CONSTANTS))
        )

    def power(self) -> Tree:
        tree = self.atom()
        while self.next() in ("!", "%", "'", "′", "°", r"\circ"):
            mark = self.take()
            tree = {
                "!": ("call", "factorial", tree),
                "%": ("/", tree, ("number", 100.0)),
            }.get(mark, ("call", "prime" if mark in "'′" else "degree", tree))
        if self.next() == "^":
            self.take()
            if self.tokens[self.at : self.at + 3] in (["{", r"\circ", "}"], ["{", "°", "}"]):
                self.at += 3
                return ("call", "degree", tree)
            if self.next() in (r"\circ", "°"):
                self.take()
                return ("call", "degree", tree)
            return ("^", tree, self.exponent())
        return tree

    def exponent(self) -> Tree:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable
        if self.next() == "-":
            self.take()
            tree: Tree = ("-", ("number", 0.0), self.power())
        else:
            tree = self.power()
        self.depth -= 1
        return tree

    def atom(self) -> Tree:
        token = self.take()
        if token[0].isdigit() or token[0] == ".":
            return self.number(token)
        if token in _CONSTANTS:
            return ("name", _CONSTANTS[token])
        if token in ("(", "{"):
            return self.group(token)
        if token in ("[", r"\{"):
            return self.collection(token)
        if token == "|":
            inner = self.sum()
            self.take("|")
            return ("call", "abs", inner)
        if token == r"\frac":
            return ("/", self.argument(), self.argument())
        if token == r"\sqrt":
            return self.root()
        name = token.removeprefix("\\")
        if name in FUNCTIONS:
            return self.function(name)
        if name in _GREEK or (token.isalpha() and token.isascii()):
            return self.named(name, greek=name in _GREEK)
        raise Unreadable

    def number(self, token: str) -> Tree:
        try:
            value = float(token.replace(",", "")) if len(token) <= 40 else float("inf")
        except ValueError:
            raise Unreadable from None
        return ("number", value, token)

    def argument(self) -> Tree:
        r"""Of `\frac`: a group, or one digit or letter as in `\frac12`."""
        if self.next() == "{":
            self.take()
            return self.group("{")
        token = self.take()
        if token.isdigit() and len(token) > 1:
            self.at -= 1
            self.tokens[self.at : self.at + 1] = [token[0], token[1:]]
            token = self.take()
        self.at -= 1
        return self.atom()

    def root(self) -> Tree:
        degree: Tree = ("number", 2.0)
        if self.next() == "[":
            self.take()
            degree = self.sum()
            self.take("]")
        return ("^", self.argument(), ("/", ("number", 1.0), degree))

    def function(self, name: str) -> Tree:
        base: Tree | None = None
        power: Tree | None = None
        if self.next() == "_":
            self.take()
            base = self.argument()
        if self.next() == "^":
            self.take()
            power = self.exponent()
        if self.next() in ("(", "{"):
            inner = self.group(self.take())
            arguments = inner[1:] if inner[0] == "tuple" else (inner,)
        else:
            arguments = (self.tight_product(),)
        tree: Tree = (
            ("call", name, *arguments) if base is None else ("call", name, *arguments, base)
        )
        return tree if power is None else ("^", tree, power)

    def tight_product(self) -> Tree:
        """What `sin 2x` applies to: factors up to the next function, sign or operator."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unreadable
        tree = self.power()
        while self.starts_factor(self.next()) and self.next().removeprefix("\\") not in FUNCTIONS:
            tree = ("*", tree, self.power())
        self.depth -= 1
        return tree

    def named(self, name: str, *, greek: bool) -> Tree:
        if not greek and len(name) > 1:
            for function in ("sqrt", "sin", "cos", "tan", "log", "ln", "exp"):
                if name.endswith(function) and self.next() == "(":
                    self.tokens[self.at - 1 : self.at] = [name[: -len(function)], function]
                    self.at -= 1
                    return self.atom()
            if len(name) <= 3 and name != "pi":
                self.tokens[self.at - 1 : self.at] = list(name)
                self.at -= 1
                return self.atom()
        if name == "pi":
            return ("name", "pi")
        if self.next() == "_":
            self.take()
            start = self.at
            self.argument()
            name += "_" + "".join(self.tokens[start : self.at]).strip("{}")
        while name[0] in _OPAQUE and self.next() in ("'", "′"):
            name += self.take()
        if name.rstrip("'′") in _OPAQUE and self.next() == "(":
            inner = self.group(self.take())
            return ("call", name, *(inner[1:] if inner[0] == "tuple" else (inner,)))
        return ("name", name)

    def group(self, opening: str) -> Tree:
        closings = (")", "]") if opening == "(" else ("}",)
        items = [self.relation()]
        while self.next() in (",", ";"):
            self.take()
            items.append(self.relation())
        closing = self.take(*closings)
        if len(items) == 1 and closing != "]":
            return items[0]
        if closing == "}":
            return ("items", *items)
        return ("tuple" if closing != "]" else "interval(]", *items)

    def collection(self, opening: str) -> Tree:
        closings = ("]", ")") if opening == "[" else (r"\}",)
        items = [self.relation()]
        while self.next() in (",", ";"):
            self.take()
            items.append(self.relation())
        closing = self.take(*closings)
        if opening == r"\{":
            return ("items", *items)
        if len(items) == 1 and closing == "]":
            return items[0]
        return ("list" if closing == "]" else "interval[)", *items)
