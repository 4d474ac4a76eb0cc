"""Text that documents, servers and errors had a hand in, made harmless to whom it is sent."""

from __future__ import annotations

import re

from webscale_rl_dagster.audit.text import visible

_LOOKALIKES = str.maketrans("<>&@*`~[]|#", "‹›＆＠∗ˋ∼［］¦＃")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def one_line(text: str, most: int) -> str:
    """No line break, no control character, nothing that turns its direction; cut ends show as `…`.

    `most` is in characters.
    """
    line = visible(" ".join(text[: 4 * most].split()))
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"


def inert(line: str) -> str:
    """As text in any chat: no mention, link text, tag or emphasis of Slack's, Markdown or HTML.

    Each sign that could begin one becomes another that looks like it, for what escapes it in one
    chat is shown in another.
    """
    return _UNDERSCORE.sub("＿", line.translate(_LOOKALIKES))
