"""Loads the prompt templates and renders them: worked example, document, task.

Every prompt starts with the same system message and the same worked example, goes on with the
document and ends with what differs between stages. An engine's prefix cache serves the first part
to all calls and the document to all of its own; a small model follows the format only because it
has just seen each role answered once.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import string
from dataclasses import dataclass
from typing import Literal

from webscale_rl_dagster.identity import sha256_text
from webscale_rl_dagster.inference.protocol import TemplateRef

TemplateName = Literal["filter", "classify", "generate", "answer", "check"]

Message = dict[str, str]

_FOLDER = importlib.resources.files("webscale_rl_dagster.prompts")


@dataclass(frozen=True, slots=True)
class Template:
    """A stage's task text; `$name` marks what the caller fills in."""

    ref: TemplateRef
    head: tuple[Message, ...]
    """The system message and the worked example: the same for every call of every stage."""
    task: string.Template

    def render(self, *, document: str, title: str, **fields: str) -> tuple[Message, ...]:
        """Chat messages for one call; a missing field is a KeyError, never an empty string."""
        task = self.task.substitute(fields)
        return (*self.head, _user(f"{_block(title, document)}\n\n{task}"))


@functools.cache
def load_template(name: TemplateName) -> Template:
    """The template in `templates/<name>.md`, whose first line is `version: N`."""
    text = _read(f"templates/{name}.md")
    version, _task = _parse(text)
    head = _head()
    whole = text + _read("templates/document.md") + json.dumps(head, ensure_ascii=False)
    return Template(
        ref=TemplateRef(name=name, version=version, sha=sha256_text(whole)[:16]),
        head=head,
        task=_task,
    )


@functools.cache
def _head() -> tuple[Message, ...]:
    messages = [{"role": "system", "content": _read("templates/system.md").strip()}]
    for example in json.loads(_read("worked_example.json")):
        block = _block(example["title"], example["document"]) + "\n\n"
        for turn in example["turns"]:
            _version, task = _parse(_read(f"templates/{turn['template']}.md"))
            messages.append(_user(block + task.substitute(turn["fields"])))
            answer = json.dumps(turn["answer"], ensure_ascii=False)
            messages.append({"role": "assistant", "content": answer})
            block = ""
    return tuple(messages)


def _parse(text: str) -> tuple[str, string.Template]:
    first, _, task = text.partition("\n")
    return first.removeprefix("version:").strip(), string.Template(task.strip())


def _block(title: str, document: str) -> str:
    template = string.Template(_read("templates/document.md").strip())
    return template.substitute(title=_defuse(title), document=_defuse(document))


def _user(content: str) -> Message:
    return {"role": "user", "content": content}


@functools.cache
def _read(path: str) -> str:
    return (_FOLDER / path).read_text(encoding="utf-8")


def _defuse(text: str) -> str:
    """Documents are hostile: none may close the block it stands in."""
    return text.replace("</document", "<\u2215document").replace("<document", "<\u200bdocument")
