"""Loads the prompt templates and renders them, document first.

Every prompt about a document starts with the same system message and the document, and ends with
what differs between stages: an engine's prefix cache then serves its tokens to all its calls. Each
task ends with a few one-line examples and the document's own line after them: a small model
follows the pattern just before its answer, not an instruction a thousand tokens back.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
import string
from dataclasses import dataclass
from typing import Literal

from webscale_rl_dagster.identity import sha256_text
from webscale_rl_dagster.inference.protocol import TemplateRef

TemplateName = Literal[
    "filter",
    "classify",
    "generate",
    "answer",
    "check",
    "probe_open",
    "probe_closed",
    "rival",
    "equivalent",
]

_FOLDER = importlib.resources.files("webscale_rl_dagster.prompts") / "templates"
_TITLE_BYTES = 100
_MARK = re.compile(
    r"<(?=\s*/?\s*document|[|｜]\s*/?[\w▁ ]{1,40}[|｜]?>"
    r"|/?s>|/?think>|/?(?:start|end)_of_turn>|</?SYS>)"
    r"|\[(?=/?INST\])",
    re.IGNORECASE,
)
"""Our own block's tag, and the marks by which chat templates part one speaker from the next."""


@dataclass(frozen=True, slots=True)
class Template:
    """A stage's task text; `$name` marks what the caller fills in."""

    ref: TemplateRef
    system: str
    document: string.Template
    task: string.Template

    def render(self, *, document: str, title: str, **fields: str) -> tuple[dict[str, str], ...]:
        """Chat messages for one call; a missing field is a KeyError, never an empty string.

        `$title` is there for every task, its first 100 bytes: anyone may have written it.
        """
        safe_title = defuse(_head(" ".join(title.split()))).replace('"', "'")
        block = self.document.substitute(title=safe_title, document=defuse(document))
        safe = {name: defuse(value) for name, value in fields.items()}
        task = self.task.substitute(safe, title=safe_title)
        return (
            {"role": "system", "content": self.system},
            {"role": "user", "content": f"{block}\n\n{task}"},
        )

    def render_alone(self, **fields: str) -> tuple[dict[str, str], ...]:
        """The task without a document, nor the system message, which speaks of one."""
        safe = {name: defuse(value) for name, value in fields.items()}
        return ({"role": "user", "content": self.task.substitute(safe)},)


@functools.cache
def load_template(name: TemplateName) -> Template:
    """The template in `templates/<name>.md`, whose first line is `version: N`."""
    system, block, body = (_read(part) for part in ("system", "document", name))
    first, _, task = body.partition("\n")
    version = first.removeprefix("version:").strip()
    return Template(
        ref=TemplateRef(name=name, version=version, sha=sha256_text(system + block + body)[:16]),
        system=system.strip(),
        document=string.Template(block.strip()),
        task=string.Template(task.strip()),
    )


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")


def _head(title: str) -> str:
    return title.encode()[:_TITLE_BYTES].decode(errors="ignore")


def defuse(text: str) -> str:
    """Documents are hostile: none may open or close the block it stands in, or end its turn.

    A character becomes a character, so that offsets stay.
    """
    return _MARK.sub(lambda found: "\u2039" if found[0] == "<" else "\u27e6", text)


def on_one_line(text: str) -> str:
    """Without what could end its line or its quotation in a prompt."""
    return " ".join(text.split()).replace('"', "'")
