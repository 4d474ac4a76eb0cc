"""A pair as the model checks and the probes get it, and a server that answers by a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.servers.openai_server import Script, schema_of
from tests.stages.streams import candidate, towns
from webscale_rl_dagster.storage.tables import Row

Body = dict[str, Any]
Answer = Callable[[Body], str]


def pair(**columns: Any) -> Row:
    """In which year was the market town of Aldermoor founded? 1200."""
    [found] = towns(1)
    typed = {"answer_type": "date", "answer_aliases": []}
    return candidate(found) | {"text": found["text"], "title": found["title"]} | typed | columns


def prober(*, opened: Sequence[str], closed: Sequence[str], rival: Answer | None = None) -> Script:
    """Attempt number n gets the nth response; `rival` answers for the checker."""

    def reply(body: Body) -> str:
        if schema_of(body) is not None:
            assert rival is not None, "no rival was to be asked about"
            return rival(body)
        return (opened if with_document(body) else closed)[body["seed"]]

    return Script(reply=reply)


def prompt(body: Body) -> str:
    text: str = body["messages"][-1]["content"]
    return text


def with_document(body: Body) -> bool:
    return "<document" in prompt(body)


def about_rivals(script: Script) -> list[Body]:
    return [body for body in script.requests if schema_of(body) is not None]
