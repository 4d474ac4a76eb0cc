"""Every model call behind a synthetic shard, as its stage would have put it, with an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from benchmarks.auditing.documents import PERSONAS, Documents
from benchmarks.auditing.pairs import Pairs
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.demonstrations import demonstrations
from webscale_rl_dagster.prompts.library import load_template
from webscale_rl_dagster.stages.model_check import checker_request

Answered = tuple[CompletionRequest, str]


def requests_of(documents: Documents, pairs: Pairs) -> dict[str, Iterator[Answered]]:
    """By stage, in the order of its rows."""
    texts = _texts(documents)
    return {
        "filtered_documents": _filter(documents, texts),
        "classified_documents": _classify(documents, texts),
        "candidate_qa": _generate(pairs, texts),
        "checked_qa": _check(pairs, texts),
    }


_Texts = dict[str, tuple[str, str]]
"""Text and title by document."""


def _texts(documents: Documents) -> _Texts:
    kept = documents.raw.filter("kept").select("document_id", "text", "title")
    return {name: (text, title) for name, text, title in kept.iter_rows()}


def _filter(documents: Documents, texts: _Texts) -> Iterator[Answered]:
    schema = outputs.filter_schema()
    for row in documents.filtered.iter_rows(named=True):
        text, title = texts[row["document_id"]]
        messages = load_template("filter").render(document=text, title=title)
        said = {"reason": row["model_reason"], "qualified": row["kept"]}
        yield _request("filter", messages, row, schema, 120), orjson.dumps(said).decode()


def _classify(documents: Documents, texts: _Texts) -> Iterator[Answered]:
    schema = outputs.classifier_schema(personas=PERSONAS)
    for row in documents.classified.iter_rows(named=True):
        text, title = texts[row["document_id"]]
        template = load_template("classify")
        messages = template.render(document=text, title=title, personas=str(PERSONAS))
        said = {"reason": row["model_reason"], "domain": row["domain"], "personas": row["personas"]}
        yield _request("classify", messages, row, schema, 200), orjson.dumps(said).decode()


def _generate(pairs: Pairs, texts: _Texts) -> Iterator[Answered]:
    for row in pairs.candidates.iter_rows(named=True):
        text, title = texts[row["document_id"]]
        start = row["span_start"] or 0
        answer = row["answer"] or text.split()[0]
        shown = demonstrations(row["domain"], seed=row["document_id"])
        messages = load_template("generate").render(
            document=text,
            title=title,
            persona=row["persona"],
            domain=row["domain"],
            demonstrations="\n\n".join(item.render() for item in shown),
            excerpt=text[max(0, start - 80) : start + 80],
            answer=answer,
        )
        said = {"reason": "a word", "question": row["question"] or "Which?", "answer": answer}
        schema = outputs.generator_schema(answers=[answer])
        yield _request("generate", messages, row, schema, 220), orjson.dumps(said).decode()


def _check(pairs: Pairs, texts: _Texts) -> Iterator[Answered]:
    schema = outputs.checker_schema()
    reasons = dict(pairs.checked.select("qa_id", "reason").iter_rows())
    for row in pairs.candidates.filter("kept").iter_rows(named=True):
        text, title = texts[row["document_id"]]
        reason = reasons[row["qa_id"]]
        said = {
            "reason": "right and clear",
            "answer_correct": reason != "model_answer_incorrect",
            "answer_leaked": False,
            "self_contained": reason != "model_not_self_contained",
        }
        asked = row | {"text": text, "title": title}
        request = checker_request(asked, "check", Sampling(max_tokens=160), schema)
        yield request, orjson.dumps(said).decode()


_ROLES: Any = {"filter": "filter", "classify": "classifier", "generate": "generator"}


def _request(
    name: Any,
    messages: tuple[dict[str, str], ...],
    row: dict[str, Any],
    schema: outputs.Schema,
    most: int,
) -> CompletionRequest:
    return CompletionRequest(
        messages=messages,
        sampling=Sampling(max_tokens=most),
        template=load_template(name).ref,
        role=_ROLES[name],
        document_id=row["document_id"],
        schema=schema,
        qa_id=row.get("qa_id"),
    )
