"""Characters that look like others: a model that writes them is not answering."""

import re
import unicodedata
from functools import lru_cache

_LOOKS = ("<font>", "<circle>", "<wide>", "<narrow>", "<square>", "<small>")
_LATIN = re.compile(r"[A-Za-z]")
_TWIN = re.compile(
    "[\u0400-\u052f\u0531-\u0587\u13a0-\u13ff\u0391-\u03a1\u03a4\u03a5\u03a7\u03bd\u03bf\u03c1]"
)
"""Cyrillic, Armenian, Cherokee, and the Greek letters that pass for Latin ones."""
_LATIN_OF = str.maketrans("асеіорхуАВСЕНКМОРТХ", "aceiopxyABCEHKMOPTX")
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=4096)
def _hidden(char: str) -> bool:
    category = unicodedata.category(char)
    if category in ("Cf", "Co", "Cn", "Cs") or (category == "Nd" and not char.isascii()):
        return True
    return unicodedata.decomposition(char).startswith(_LOOKS)


def disguised(text: str, gold: str, *, mixed: bool = False) -> bool:
    """Whether a text holds hidden or look-alike characters that the gold does not hold.

    Where scripts may be `mixed`, as in formulas, Greek beside Latin is no disguise.
    """
    if text.isascii():
        return False
    foreign = {char for char in text if not char.isascii()} - set(gold)
    if any(_hidden(char) for char in foreign):
        return True
    words = [word for word in _WORD.findall(text) if not set(_TWIN.findall(word)) <= set(gold)]
    if any(
        word.translate(_LATIN_OF).isascii() and word.translate(_LATIN_OF) in gold for word in words
    ):
        return True
    return not mixed and any(_LATIN.search(word) for word in words)
