"""Whether two formulas are one: alike as written, or equal in value wherever they are looked at.

Where a value overflows the formulas have to be written alike.
"""

from .formulas import Tree
from .valuation import values

_FEWEST = 2
"""Points at which both have a value, for a verdict of equality."""
_NEAR = 1e-9
_FEWEST_DIGITS = 4
"""Of a decimal that stands for an exact value: 0.3333 for 1/3."""


def same(given: Tree, gold: Tree, *, rounded: bool = True) -> bool:
    """Whether a response's formula is the gold's; `x = 2` is `2`, a set is any order."""
    if given == gold:
        return True
    if gold[:2] in _ORDERS and given[:1] != ("call",):
        gold = gold[2]
    given, gold = _both_signs(given), _both_signs(gold)
    if "relation" in (given[0], gold[0]):
        return _same_relation(given, gold, rounded)
    if given[0] == "tuple" and gold[0] == "items" and all(map(_assigns, gold[1:])):
        gold = ("tuple", *(relation[3] for relation in gold[1:]))
    if gold[0] == "items" or given[0] == "items":
        return gold[0] == given[0] and _same_set(given[1:], gold[1:], rounded)
    if gold[0] in _COLLECTIONS or given[0] in _COLLECTIONS:
        return (
            gold[0] == given[0]
            and len(gold) == len(given)
            and all(
                same(one, other, rounded=rounded)
                for one, other in zip(given[1:], gold[1:], strict=True)
            )
        )
    return _same_value(given, gold, rounded)


_ORDERS = (("call", "O"), ("call", "Θ"), ("call", "Theta"))
"""`n log n` answers for `O(n log n)`."""
_COLLECTIONS = ("tuple", "list", "interval[)", "interval(]")


def _has(tree: Tree, kinds: tuple[str, ...]) -> bool:
    return tree[0] in kinds or any(_has(part, kinds) for part in tree if isinstance(part, tuple))


def _assigns(tree: Tree) -> bool:
    return tree[0] == "relation" and len(tree) == 4 and tree[1][0] == "name" and tree[2] == "="


def _both_signs(tree: Tree) -> Tree:
    """A formula with one `±` as the set of its two values."""
    if not _has(tree, ("±",)):
        return tree
    return ("items", _signed(tree, "+"), _signed(tree, "-"))


def _signed(tree: Tree, sign: str) -> Tree:
    parts = tuple(_signed(part, sign) if isinstance(part, tuple) else part for part in tree)
    return (sign, *parts[1:]) if parts[0] == "±" else parts


def _same_set(given: Tree, gold: Tree, rounded: bool) -> bool:
    if len(given) != len(gold) or len(gold) > 40:
        return False
    rest = list(given)
    for wanted in gold:
        match = next((item for item in rest if same(item, wanted, rounded=rounded)), None)
        if match is None:
            return False
        rest.remove(match)
    return True


def _same_relation(given: Tree, gold: Tree, rounded: bool) -> bool:
    if given[0] != "relation" or gold[0] != "relation":
        stated, bare = (given, gold) if given[0] == "relation" else (gold, given)
        if bare[0] in _INTERVALS:
            ours = _interval(stated)
            return ours is not None and same(ours, bare, rounded=rounded)
        named = stated[1][0] in ("name", "call") and set(stated[2::2]) == {"="}
        return (named or stated[2::2] == ("in",)) and same(stated[-1], bare, rounded=rounded)
    if len(given) != 4 or len(gold) != 4:
        return _same_chain(given, gold, rounded)
    (one, theirs, other), (left, ours, right) = given[1:], gold[1:]
    if "in" in (theirs, ours) or any(
        _has(part, (*_COLLECTIONS, "items")) for part in (given, gold)
    ):
        return theirs == ours and same(one, left) and same(other, right, rounded=rounded)
    if theirs == ours and same(one, left) and same(other, right, rounded=rounded):
        return True
    if theirs == _TURNED[ours]:
        one, other = other, one
    elif theirs != ours:
        return False
    return _proportional(("-", one, other), ("-", left, right), either_sign=ours in ("=", "!="))


def _interval(relation: Tree) -> Tree | None:
    """`-1 < x <= 1` as the collection that `(-1, 1]` is read into."""
    if len(relation) == 4:
        left, sign, right = relation[1:]
        if left[0] != "name":
            left, sign, right = right, _TURNED[sign], left
        if left[0] != "name" or sign not in ("<", "<=", ">", ">="):
            return None
        infinite: Tree = ("name", "infinity")
        if sign[0] == ">":
            return ("tuple" if sign == ">" else "interval[)", right, infinite)
        return ("tuple" if sign == "<" else "interval(]", ("-", ("number", 0.0), infinite), right)
    if len(relation) != 6 or relation[3][0] != "name":
        return None
    low, lower, _, upper, high = relation[1:]
    if lower[0] == ">":
        low, lower, upper, high = high, _TURNED[upper], _TURNED[lower], low
    kind = _INTERVAL_OF.get((lower, upper))
    return None if kind is None else (kind, low, high)


_INTERVAL_OF = {
    ("<", "<"): "tuple",
    ("<=", "<"): "interval[)",
    ("<", "<="): "interval(]",
    ("<=", "<="): "list",
}
_INTERVALS = frozenset(_INTERVAL_OF.values())
_TURNED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<=", "in": ""}


def _same_chain(given: Tree, gold: Tree, rounded: bool) -> bool:
    turned = (
        "relation",
        *(_TURNED[part] if isinstance(part, str) else part for part in reversed(given[1:])),
    )
    return any(
        len(chain) == len(gold)
        and all(
            one == other if isinstance(one, str) else same(one, other, rounded=rounded)
            for one, other in zip(chain[1:], gold[1:], strict=True)
        )
        for chain in (given, turned)
    )


def _proportional(given: Tree, gold: Tree, *, either_sign: bool) -> bool:
    ratios = []
    for one, other in values(given, gold):
        if abs(one) < _NEAR or abs(other) < _NEAR:
            if abs(one - other) > _NEAR:
                return False
            continue
        ratios.append(one / other)
    if len(ratios) < _FEWEST or any(
        abs(ratio - ratios[0]) > 1e-7 * abs(ratios[0]) for ratio in ratios
    ):
        return False
    return either_sign or (abs(ratios[0].imag) < _NEAR and ratios[0].real > 0)


def _same_value(given: Tree, gold: Tree, rounded: bool) -> bool:
    if _has(given, (*_COLLECTIONS, "items", "relation")) or _has(
        gold, (*_COLLECTIONS, "items", "relation")
    ):
        return False
    pairs = values(given, gold)
    if len(pairs) < _FEWEST:
        return False
    if all(abs(one - other) <= _NEAR * max(1e-12, abs(one), abs(other)) for one, other in pairs):
        return True
    return rounded and _decimals(given) >= _FEWEST_DIGITS and _rounds(pairs[0], given)


def _decimals(tree: Tree) -> int:
    """Significant digits of a tree that is one decimal number."""
    tree = tree[2] if tree[0] == "-" and tree[1] == ("number", 0.0) else tree
    if tree[0] != "number" or len(tree) < 3 or "." not in tree[2]:
        return 0
    return len(tree[2].replace(".", "").lstrip("0"))


def _rounds(pair: tuple[complex, complex], given: Tree) -> bool:
    one, other = pair
    if one.imag or abs(other.imag) > _NEAR:
        return False
    literal: str = given[2][2] if given[0] == "-" else given[2]
    half = 0.5000001 * 10.0 ** -len(literal.partition(".")[2])
    return abs(one.real - other.real) <= half
