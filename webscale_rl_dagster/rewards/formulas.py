r"""Formulas, plain or LaTeX, read into trees of bounded size.

    tree := ("number", value) | ("name", text) | (operator, tree, …) | ("call", function, tree, …)

What this grammar does not know (matrices, integrals, sums) is left to the computer algebra.
"""

from functools import lru_cache
from typing import Any

from .formula_tokens import CONSTANTS, FUNCTIONS, GREEK, OPAQUE, RELATIONS, Unreadable, tokens

Tree = tuple[Any, ...]
_DEEPEST = 40


@lru_cache(maxsize=2048)
def read(text: str) -> Tree | None:
    """The tree of a formula; none where it is unreadable."""
    try:
        return _Reader(tokens(text)).whole()
    except (Unreadable, RecursionError):
        return None


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
        if self.next() not in RELATIONS:
            return left
        chain: list[Any] = [left]
        while self.next() in RELATIONS:
            chain += [RELATIONS[self.take()], self.sum()]
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
        if not token or token in RELATIONS or token in ("or", "and"):
            return False
        if token == "|":
            return False
        return (
            token[0].isalnum()
            or token in ("(", "{", r"\frac", r"\sqrt", "π", "∞")
            or (token[0] == "\\" and (token[1:] in FUNCTIONS | GREEK or token in CONSTANTS))
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
        if token in CONSTANTS:
            return ("name", CONSTANTS[token])
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
        if name in GREEK or (token.isalpha() and token.isascii()):
            return self.named(name, greek=name in GREEK)
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
        while name[0] in OPAQUE and self.next() in ("'", "′"):
            name += self.take()
        if name.rstrip("'′") in OPAQUE and self.next() == "(":
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
