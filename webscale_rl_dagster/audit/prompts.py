"""The prompts that the stages make for a window and for a pair, rebuilt from their tables.

A call is recorded for the row that asked first. Whoever asks the same later, another pair or this
one under a newer generator's prompt, is answered by the journal, and its id stands nowhere there.
What binds a row to such a call is the request itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from webscale_rl_dagster.inference.protocol import Sampling
from webscale_rl_dagster.prompts.library import defuse, load_template, on_one_line
from webscale_rl_dagster.prompts.schemas import Schema
from webscale_rl_dagster.stages.model_check import checker_request
from webscale_rl_dagster.storage.tables import Row

Messages = tuple[Mapping[str, str], ...]
Prompts = Mapping[str, Sequence[Messages]]
"""By template: what a row's calls may have asked."""

MOST_PERSONAS = 3
_BLOCK = re.compile(r'\A<document title="[^"]*">\n(.*)\n</document>', re.DOTALL)
_UNUSED = Sampling(max_tokens=1)
_ANY: Schema = {}


def window_prompts(text: str, title: str) -> dict[str, list[Messages]]:
    """Of the filter, and of the classifier for any number of personas."""
    classify = load_template("classify")
    numbers = map(str, range(1, MOST_PERSONAS + 1))
    return {
        "filter": [load_template("filter").render(document=text, title=title)],
        "classify": [
            classify.render(document=text, title=title, personas=number) for number in numbers
        ],
    }


def round_trip_prompts(
    text: str, title: str, questions: Iterable[str]
) -> dict[str, list[Messages]]:
    """Of each question that was tried for a candidate."""
    template = load_template("answer")
    return {
        "answer": [
            template.render(document=text, title=title, question=question) for question in questions
        ]
    }


def check_prompts(
    pair: Row, text: str, title: str, rivals: Iterable[str]
) -> dict[str, list[Messages]]:
    """Of the checker, of the probes with the document and without, and of each rival."""
    asked = pair | {"text": text, "title": title}
    question = on_one_line(pair["question"])
    with_document = load_template("probe_open").render(
        document=text, title=title, question=question
    )
    return {
        "check": [checker_request(asked, "check", _UNUSED, _ANY).messages],
        "probe_open": [with_document],
        "probe_closed": [load_template("probe_closed").render_alone(question=question)],
        "rival": [
            checker_request(asked, "rival", _UNUSED, _ANY, rival=rival).messages for rival in rivals
        ],
    }


def is_about(prompt: Sequence[Mapping[str, str]], text: str) -> bool:
    """Whether the document's block of a prompt as sent holds this text, and nothing else."""
    block = _BLOCK.match(prompt[-1]["content"])
    return block is not None and block[1] == defuse(text)
