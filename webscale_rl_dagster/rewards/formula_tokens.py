"""The words and signs of a formula, LaTeX's spellings made one, and what they stand for."""

import re

_LONGEST = 600
_MOST_TOKENS = 250
FUNCTIONS = frozenset(
    """sin cos tan cot sec csc arcsin arccos arctan asin acos atan sinh cosh tanh log ln lg exp sqrt
    abs max min gcd lcm floor ceil""".split()
)
OPAQUE = frozenset("fghFGHOoΘΩPEDT")
"""One letter before a parenthesis that applies instead of multiplying: f(x), O(n log n)."""
GREEK = frozenset(
    """alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi
    rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi
    Psi Omega hbar ell""".split()
)
_LETTERS = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "θ": "theta",
    "λ": "lambda", "μ": "mu", "ν": "nu", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi",
    "ω": "omega", "Δ": "Delta", "Θ": "Theta", "Ω": "Omega", "Σ": "Sigma",
}  # fmt: skip
RELATIONS = {
    "=": "=", "<": "<", ">": ">", "≤": "<=", "≥": ">=", "<=": "<=", ">=": ">=", "≠": "!=",
    "!=": "!=", "≈": "=", r"\le": "<=", r"\leq": "<=", r"\ge": ">=", r"\geq": ">=", r"\lt": "<",
    r"\gt": ">", r"\ne": "!=", r"\neq": "!=", r"\approx": "=", "==": "=", r"\leqslant": "<=",
    r"\geqslant": ">=", r"\in": "in", "∈": "in",
}  # fmt: skip
CONSTANTS = {r"\pi": "pi", "π": "pi", r"\infty": "infinity", "∞": "infinity"}
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


def tokens(text: str) -> list[str]:
    """Raises `Unreadable` of a text that is too long, or empty."""
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
