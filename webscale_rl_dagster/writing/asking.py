"""How a candidate's calls are put, and the round trip: is the answer found from the question?"""

from __future__ import annotations

from typing import Any, Literal

from webscale_rl_dagster.inference.protocol import Ask, CompletionRequest, Failed, Sampling
from webscale_rl_dagster.inference.structured import ask_object
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.library import TemplateName, load_template
from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.rules import judge
from webscale_rl_dagster.writing.agreement import agrees
from webscale_rl_dagster.writing.brief import Brief


async def round_trip(
    brief: Brief, ask: Ask, question: str, answer: str
) -> Literal["found", "missed"] | Failed:
    """Ask with the document at hand; a malformed answer is a missed one."""
    request = request_for(
        brief,
        "answer",
        {"question": question},
        schema=outputs.answer_schema(),
        sampling=Sampling(max_tokens=60),
    )
    found = await ask_object(ask, request, tries=1)
    if isinstance(found, Failed):
        return found
    return "found" if isinstance(found, dict) and agrees(found["answer"], answer) else "missed"


def request_for(
    brief: Brief,
    name: TemplateName,
    fields: dict[str, str],
    *,
    schema: dict[str, Any],
    sampling: Sampling,
) -> CompletionRequest:
    """A call of the generator about the brief's document."""
    template = load_template(name)
    return CompletionRequest(
        messages=template.render(document=brief.text, title=brief.title, **fields),
        sampling=sampling,
        template=template.ref,
        role="generator",
        document_id=brief.document_id,
        schema=schema,
        qa_id=brief.qa_id,
    )


def broken_rules(brief: Brief, question: str, answer: str, style: str) -> tuple[str, ...]:
    """The names of the rules that the pair breaks: no call is worth making for it."""
    return judge(Candidate(question, answer, brief.text, brief.title, style=style)).failed
