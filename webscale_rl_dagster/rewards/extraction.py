r"""The final answer of a response: what it commits to, never what it merely mentions."""

import re

LONGEST_ANSWER = 300
"""Characters; a longer text is no short answer, and is searched for none."""
_TAIL = 20_000
"""Characters at the end of a response that are looked at."""
_THOUGHT = ("think", "thinking", "thought", "reasoning", "scratchpad")
_THOUGHT_END = re.compile(rf"</(?:{'|'.join(_THOUGHT)})>", re.IGNORECASE)
_SPECIAL = re.compile(r"(?:</s>|<\|[a-z_]{1,30}\|>|<(?:eos|end_of_turn)>)$")
"""What a tokenizer may leave at the end."""
_OPEN, _CLOSE = re.compile(r"<answer>", re.IGNORECASE), re.compile(r"</answer>", re.IGNORECASE)
_BOX = re.compile(r"\\f?boxed\s{0,3}\{")
_MARK = re.compile(
    r"(?:(?:\b(?:answers?|solution|result)\b[*_]{0,3}\s{0,9}(?::|=(?!=))"
    r"|\banswers?\b[*_]{0,3}(?: to (?:the|this|your) [^\n.:]{1,60}?)?"
    r" (?:is|are|was|were|would be|must be)(?: therefore| thus| simply)?\b"
    r"|(?m:^)#{4}(?!#))[*_\s]*:?\s*)",
    re.IGNORECASE,
)
_RETRACTION = re.compile(
    r"\W*(?:no\b|nope|wait|actually|correction|scratch|sorry|hmm|or\b|and\b|also\b|alternatively"
    r"|another|otherwise|but\b|however|on second|i mean|rather|instead|maybe|perhaps|possibly"
    r"|it (?:could|might|may)|could\b|either)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(
    r"(?<=[^\W_]{3}[.!])\s+|(?<=\d[.!])\s+|(?<=[)\]%$*\"'”][.!])\s+|\n+|(?<=\w)(?::|\s[–—])\s+"
)
_BUT = re.compile(r"(?:it is |it was )?not .{1,120}?,? but (.{1,200})", re.IGNORECASE | re.DOTALL)
_NOT = re.compile(
    r"(.{1,200}?)(?:, (?:and )?not| rather than| instead of| as opposed to) (?!only).{1,120}",
    re.IGNORECASE | re.DOTALL,
)
_EMPHASIS = re.compile(
    r"^(\*{1,3}|_{1,3}|`{1,3}|\"|'|“|‘|\$\$?)(.+?)(\*{1,3}|_{1,3}|`{1,3}|\"|'|”|’|\$\$?)$"
)
_FEWEST_WORDS = 5
"""Of a sentence that explains; anything shorter may be a second answer."""


def final_answers(response: str, *, marked_only: bool = False) -> tuple[str, ...]:
    r"""The one answer that a response gives, and its first sentence where an explanation follows.

    The last `<answer>` wins over the last `\boxed`, that over the last `Answer:`; a short response
    without any is its own answer. Nothing comes of an unfinished thought or of a long text.
    """
    text = _spoken(response)
    marked = _tagged(text)
    if marked is None:
        marked = _boxed(text)
    if marked is None:
        marked = _announced(text)
    else:
        inner = _boxed(marked)
        marked = marked if inner is None else inner
    if marked is None and (marked_only or len(text) > LONGEST_ANSWER):
        return ()
    answer = (text if marked is None else marked).strip()
    if not answer or len(answer) > 8 * LONGEST_ANSWER:
        return ()
    return _with_first_sentence(answer)


def _spoken(response: str) -> str:
    tail = response[-_TAIL:]
    ends = list(_THOUGHT_END.finditer(tail))
    if ends:
        tail = tail[ends[-1].end() :]
    elif any(f"<{name}>" in response for name in _THOUGHT):
        return ""
    elif len(response) > _TAIL:
        tail = tail[tail.find("\n") + 1 :] if "\n" in tail else tail
    tail = tail.strip()
    return tail[: -len(mark[0])].rstrip() if (mark := _SPECIAL.search(tail[-40:])) else tail


def _tagged(text: str) -> str | None:
    opened = list(_OPEN.finditer(text))
    if not opened:
        return None
    closed = _CLOSE.search(text, opened[-1].end())
    return text[opened[-1].end() : closed.start() if closed else len(text)]


def _boxed(text: str) -> str | None:
    """An unbalanced last box holds the empty answer, which is never right."""
    boxes = list(_BOX.finditer(text))
    if not boxes:
        return None
    depth, start = 1, boxes[-1].end()
    for at in range(start, min(len(text), start + 8 * LONGEST_ANSWER)):
        if text[at] in "{}" and text[at - 1] != "\\":
            depth += 1 if text[at] == "{" else -1
        if depth == 0:
            return text[start:at]
    return ""


def _announced(text: str) -> str | None:
    marks = list(_MARK.finditer(text))
    if not marks:
        return None
    line, _, rest = text[marks[-1].end() :].partition("\n")
    return "" if retracts(rest) else line


def _with_first_sentence(answer: str) -> tuple[str, ...]:
    found = [answer] if len(answer) <= LONGEST_ANSWER else []
    end = _SENTENCE_END.search(answer)
    if end and end.start() <= LONGEST_ANSWER:
        rest = answer[end.end() :]
        next_line = rest.partition("\n")[0]
        if len(next_line.split()) >= _FEWEST_WORDS and not retracts(rest):
            found.append(answer[: end.start()])
    return tuple(found)


def retracts(text: str) -> bool:
    """Whether what follows an answer takes it back or adds another."""
    return _RETRACTION.match(text) is not None


def without_contrast(answer: str) -> str:
    """`Canberra` of `Canberra, not Sydney` and of `not Sydney but Canberra`."""
    match = _BUT.fullmatch(answer) or _NOT.fullmatch(answer)
    return match[1] if match else answer


def tidy(text: str) -> str:
    r"""Without the emphasis, quotes, math delimiters and final stop around an answer."""
    before = None
    while text != before:
        before = text
        text = text.strip().strip("\u00a0")
        if text[-1:] in (".", ",", ";", ":", "!") and text[-3:] != "...":
            text = text[:-1].rstrip()
        wrapped = _EMPHASIS.match(text)
        if wrapped and wrapped[2].find(wrapped[1]) < 0:
            text = wrapped[2]
        for opening, closing in ((r"\(", r"\)"), (r"\[", r"\]")):
            if text.startswith(opening) and text.endswith(closing):
                text = text[2:-2]
        for command in (r"\text{", r"\textbf{", r"\mathrm{", r"\mathbf{", r"\textit{"):
            if text.startswith(command) and text.endswith("}") and text.count("{") == 1:
                text = text[len(command) : -1]
    return text
