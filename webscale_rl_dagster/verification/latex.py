r"""Text that was damaged on its way here: eaten escapes, unbalanced LaTeX, stray characters.

JSON reads `\frac`, `\times` and `\beta` as control characters when a model forgets to escape them.
"""

import re

from .candidate import Candidate

_DAMAGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd]")
_EATEN = re.compile(
    r"\t(?:imes|heta|ext(?:bf|it)?\{|frac|riangle|ilde|herefore)"
    r"|\n(?:eq|abla|otin)\b|\r(?:ight|ho\b|angle|Rightarrow)"
    r"|(?<![\\A-Za-z_.])(?:frac|rac|sqrt|imes|dfrac|mathrm|mathbf|mathbb|ext)\{"
    r"|(?<![\\A-Za-z_.])rac\d"
)
_CODE = re.compile(r"`[^`]*`")
_ESCAPED = re.compile(r"\\[\\${}]")
_CURRENCY = re.compile(r"\$ ?\d[\d,.]*+(?!\s*[\\^_=<>+*/({])")
_MARKUP = re.compile(r"[\^_]\{|\\[A-Za-z]{2,}|\w\^\w")
_SIDES = re.compile(r"\\(left|right)(?![A-Za-z])")
_ENVIRONMENTS = re.compile(r"\\(begin|end)\{")


def broken_latex(candidate: Candidate) -> bool:
    """Whether question or answer is damaged; a lone dollar or brace is LaTeX only beside markup."""
    return any(_broken(text) for text in (candidate.question, candidate.answer))


def _broken(text: str) -> bool:
    if _DAMAGE.search(text) or _EATEN.search(text):
        return True
    plain = _ESCAPED.sub("", _CODE.sub("", text))
    if not _MARKUP.search(plain):
        return False
    sides = _SIDES.findall(_CODE.sub("", text))
    environments = _ENVIRONMENTS.findall(plain)
    return (
        _unbalanced_braces(plain)
        or sides.count("left") != sides.count("right")
        or environments.count("begin") != environments.count("end")
        or (plain.count("$") % 2 == 1 and not _CURRENCY.search(plain))
    )


def _unbalanced_braces(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return True
    return depth != 0
