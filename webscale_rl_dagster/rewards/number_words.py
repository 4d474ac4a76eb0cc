"""English number words, read from tokens: `twenty-three`, `one hundred and eight million`."""

from decimal import Decimal

from .numerals import Number, read_numeral

_SMALL = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen""".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
        thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth""".split(),
        start=1,
    )
} | {word[:-1] + "ieth": value for word, value in _TENS.items()}
_ADDENDS = _SMALL | _TENS | _ORDINALS
_SCALES = {
    "dozen": Decimal(12),
    "thousand": Decimal(10**3),
    "lakh": Decimal(10**5),
    "million": Decimal(10**6),
    "crore": Decimal(10**7),
    "billion": Decimal(10**9),
    "bn": Decimal(10**9),
    "trillion": Decimal(10**12),
    "quadrillion": Decimal(10**15),
}
_SCALE_ORDINALS = {"hundredth": 100, "thousandth": 1000, "millionth": 10**6}
_PARTS = {"half": 2, "halves": 2, "thirds": 3, "quarter": 4, "quarters": 4} | {
    f"{word}s": value for word, value in _ORDINALS.items() if 4 <= value <= 10
}
NUMBER_WORDS = frozenset(
    {*_ADDENDS, *_SCALES, *_SCALE_ORDINALS, "hundred", "half", "quarter"} - {"bn"}
)


def read_number(words: tuple[str, ...], at: int) -> Number | None:
    """The number that starts at a token: a numeral, words, or a numeral and a scale."""
    numeral = read_numeral(words, at)
    if numeral is None and words[at] not in NUMBER_WORDS:
        return None
    if numeral and (numeral.ordinal or words[numeral.stop : numeral.stop + 1] == ()):
        return numeral
    number = _scaled(words, numeral) if numeral else _spelt(words, at)
    if number.stop < len(words) and words[number.stop] in _PARTS and not number.ordinal:
        return Number(number.value / _PARTS[words[number.stop]], number.stop + 1)
    return number if number.stop > at else None


def _scaled(words: tuple[str, ...], numeral: Number) -> Number:
    word = words[numeral.stop]
    scale = Decimal(100) if word == "hundred" else _SCALES.get(word)
    return Number(numeral.value * scale, numeral.stop + 1) if scale else numeral


def _spelt(words: tuple[str, ...], at: int) -> Number:
    if words[at] in ("half", "quarter"):
        return Number(Decimal(1) / _PARTS[words[at]], at + 1)
    total, group, last, smallest = Decimal(0), None, Decimal(0), Decimal("Infinity")
    stop = at
    while stop < len(words):
        word, then = words[stop], words[stop + 1 : stop + 2]
        if word == "and" and last >= 100 and then and then[0] in _ADDENDS:
            stop += 1
            word = then[0]
        if word in _ADDENDS:
            joined = _append(group, last, _ADDENDS[word])
            if joined is None:
                break
            group, last = joined, Decimal(_ADDENDS[word])
            if word in _ORDINALS:
                return Number(total + group, stop + 1, True)
        elif word == "hundred" and (group is None or 1 <= group < 100):
            group, last = (1 if group is None else group) * Decimal(100), Decimal(100)
        elif word in _SCALES and _SCALES[word] < smallest and group != 0:
            smallest = last = _SCALES[word]
            total, group = total + (Decimal(1) if group is None else group) * last, None
        elif word in _SCALE_ORDINALS:
            times = Decimal(1) if group is None else group
            return Number(total + times * _SCALE_ORDINALS[word], stop + 1, True)
        else:
            break
        stop += 1
    return Number(total + (group or 0), stop)


def _append(group: Decimal | None, last: Decimal, value: int) -> Decimal | None:
    """Join a word to the group before it, or say that another number begins."""
    if group is None:
        return Decimal(value)
    if last == 100 and value < 100:
        return group + value
    if 20 <= last < 100 and last % 10 == 0 and 0 < value < 10:
        return group + value
    if 10 <= group < 100 and value >= 10:
        return group * 100 + value
    return None
