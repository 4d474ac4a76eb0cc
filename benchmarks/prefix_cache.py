"""Prompt tokens that an engine with a prefix cache must compute per candidate.

    python -m benchmarks.prefix_cache

Ours, the document first, against the paper's order: instructions, then two demonstrations with
their whole source texts, drawn anew for every call, then the material. Both have the same cache,
as vLLM has it, without a bound. With `--engine vllm --model DIR` the engine tells its own figures.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from webscale_rl_dagster.config import EngineConfig, Role
from webscale_rl_dagster.identity import sha256_text
from webscale_rl_dagster.inference.engines import open_engine
from webscale_rl_dagster.inference.engines.llama_cpp import packaged_model
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling
from webscale_rl_dagster.inference.tokens import load_tokenizer
from webscale_rl_dagster.prompts import schemas as outputs
from webscale_rl_dagster.prompts.demonstrations import demonstrations, readers
from webscale_rl_dagster.prompts.library import TemplateName, load_template
from webscale_rl_dagster.stages.shortlist import likely_domains
from webscale_rl_dagster.writing.cloze import cloze_question
from webscale_rl_dagster.writing.pairs import share_spans
from webscale_rl_dagster.writing.sentences import split_sentences
from webscale_rl_dagster.writing.topic import find_topic

Messages = tuple[dict[str, str], ...]
Stage = Literal["filter", "classify", "generate", "answer", "check"]
Encode = Callable[[Messages], list[int]]

CORPUS = Path(__file__).parents[1] / "sample_corpus"
FILES = ("encyclopedia", "manuals", "profiles")
BLOCK = 16


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair about as the cloze writer makes it, and the sentence it comes from."""

    persona: str
    question: str
    answer: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document with one candidate per persona."""

    id: str
    text: str
    title: str
    domain: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """One request: which stage makes it, of which document."""

    stage: Stage
    document: Document
    messages: Messages
    candidate: Candidate | None = None


class PrefixCache:
    """Full blocks of 16 tokens are shared with any earlier prompt that is the same up to there.

    As in vLLM the last token is always computed, for the model must run to answer.
    """

    def __init__(self) -> None:
        self._blocks: set[int] = set()

    def hits(self, tokens: list[int]) -> int:
        """How many of the prompt's tokens are in the cache; it is there from now on."""
        prefix, hits, whole = 0, 0, True
        for end in range(BLOCK, len(tokens) + 1, BLOCK):
            prefix = hash((prefix, *tokens[end - BLOCK : end]))
            whole = whole and prefix in self._blocks
            if whole and end < len(tokens):
                hits = end
            self._blocks.add(prefix)
        return hits


def read_documents(personas: int) -> list[Document]:
    """The good documents of the sample corpus."""
    lines = [
        line
        for name in FILES
        for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return [_document(json.loads(line), personas) for line in lines]


def _document(record: dict[str, Any], personas: int) -> Document:
    text, title = record["text"], record["title"]
    [domain] = likely_domains(text, title=title, limit=1)
    id_ = sha256_text(text)
    names = [group[0] for group in readers(domain, seed=id_, groups=personas)]
    topic = find_topic(text, title)
    shares = share_spans(text, topic=topic, personas=personas, style="auto")
    asked = [
        (span.sentence, span.text, cloze_question(text, span, topic=topic))
        for spans in shares
        for span in spans[:1]
    ]
    plain = [
        ((sentence.start, sentence.end), max(sentence.text.split(), key=len), None)
        for sentence in split_sentences(text)
    ]
    pairs = itertools.islice(itertools.cycle([*asked, *plain]), personas)
    candidates = tuple(
        _candidate(text, name, *pair) for name, pair in zip(names, pairs, strict=True)
    )
    return Document(id_, text, title, domain, candidates)


def _candidate(
    text: str, persona: str, sentence: tuple[int, int], answer: str, question: str | None
) -> Candidate:
    """Where no fair cloze can be made, a sentence with a word blanked is about as long as one."""
    excerpt = " ".join(text[slice(*sentence)].split())
    return Candidate(persona, question or excerpt.replace(answer, "____", 1), answer, excerpt)


def our_calls(documents: list[Document]) -> Iterator[Call]:
    """Every prompt as the stages render it, in their order; open questions make a round trip."""
    for document in documents:
        yield Call("filter", document, _render("filter", document))
    for document in documents:
        count = str(len(document.candidates))
        yield Call("classify", document, _render("classify", document, personas=count))
    for document in documents:
        yield from _our_generation(document)
    for document in documents:
        for pair in document.candidates:
            fields = {"question": pair.question, "answer": pair.answer}
            yield Call("check", document, _render("check", document, **fields), pair)


def _our_generation(document: Document) -> Iterator[Call]:
    for pair in document.candidates:
        shown = demonstrations(document.domain, seed=document.id)
        messages = _render(
            "generate",
            document,
            persona=pair.persona,
            domain=document.domain,
            demonstrations="\n\n".join(item.render() for item in shown),
            excerpt=pair.excerpt,
            answer=pair.answer,
        )
        yield Call("generate", document, messages, pair)
        yield Call("answer", document, _render("answer", document, question=pair.question), pair)


def _render(name: TemplateName, document: Document, **fields: str) -> Messages:
    return load_template(name).render(document=document.text, title=document.title, **fields)


def paper_calls(documents: list[Document], *, seed: int = 0) -> Iterator[Call]:
    """The same stages in the paper's order, with our wording of what they ask.

    Documents of the same domain stand in for its demonstrations, each with its first candidate.
    """
    draw = random.Random(seed)
    check, classify = (
        load_template(name).task.template.rpartition("\n")[0] for name in ("check", "classify")
    )
    generate = load_template("generate").task.template.partition("\nExamples")[0]
    for document in documents:
        yield Call("filter", document, _after(load_template("filter").task.template, document))
    for document in documents:
        yield Call("classify", document, _after(classify, document))
    for document in documents:
        for pair in document.candidates:
            shown = "\n\n".join(_whole(item) for item in _drawn(document, documents, draw))
            rest = f"{generate}\n\nExamples:\n\n{shown}\n\nReader: {pair.persona}"
            yield Call("generate", document, _after(rest, document), pair)
    for document in documents:
        for pair in document.candidates:
            asked = f'"{pair.question}" / "{pair.answer}" ->'
            yield Call("check", document, _after(check, document, asked), pair)


def _drawn(document: Document, documents: list[Document], draw: random.Random) -> list[Document]:
    others = [item for item in documents if item.id != document.id]
    alike = [item for item in others if item.domain == document.domain]
    return draw.sample(alike if len(alike) > 1 else others, 2)


def _whole(document: Document) -> str:
    pair = document.candidates[0]
    reply = json.dumps({"question": pair.question, "answer": pair.answer}, ensure_ascii=False)
    return f"{_block(document)}\nReader: {pair.persona}\n{reply}"


def _block(document: Document) -> str:
    fields = {"title": document.title, "document": document.text}
    return load_template("filter").document.substitute(fields)


def _after(instructions: str, document: Document, last: str = "") -> Messages:
    content = f"{instructions}\n\n{_block(document)}\n\n{last}".strip()
    system = load_template("filter").system
    return ({"role": "system", "content": system}, {"role": "user", "content": content})


@dataclass(frozen=True, slots=True)
class Cost:
    """Prompt tokens of some calls, with and without the cache."""

    computed: int = 0
    all: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.computed + other.computed, self.all + other.all)


def cost_by_stage(calls: Iterable[Call], encode: Encode) -> dict[Stage, Cost]:
    """What each stage's calls cost when they all go through one cache."""
    cache = PrefixCache()
    costs: dict[Stage, Cost] = {}
    for call in calls:
        tokens = encode(call.messages)
        cost = Cost(len(tokens) - cache.hits(tokens), len(tokens))
        costs[call.stage] = costs.get(call.stage, Cost()) + cost
    return costs


def encoder(model: str) -> Encode:
    """Chat messages to tokens by the model's own template and tokenizer."""
    tokenizer = load_tokenizer(model)

    def encode(messages: Messages) -> list[int]:
        prompt = tokenizer.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=True
        )
        ids: list[int] = tokenizer.backend_tokenizer.encode(prompt, add_special_tokens=False).ids
        return ids

    return encode


def table(encode: Encode) -> str:
    """Tokens per candidate, and ours as a share of the paper's."""
    lines = [
        "| personas | prompts | ours, computed | paper, computed | ours, no cache "
        "| paper, no cache | ratio | ours computed / paper, no cache |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for personas in (2, 3):
        documents = read_documents(personas)
        candidates = len(documents) * personas
        ours = cost_by_stage(our_calls(documents), encode)
        paper = cost_by_stage(paper_calls(documents), encode)
        for name, stages in GROUPS.items():
            mine, theirs = (
                sum((costs.get(stage, Cost()) for stage in stages), Cost())
                for costs in (ours, paper)
            )
            lines.append(_row([str(personas), name], mine, theirs, candidates))
    return "\n".join(lines)


def _row(labels: list[str], ours: Cost, paper: Cost, candidates: int) -> str:
    figures = (ours.computed, paper.computed, ours.all, paper.all)
    mine, theirs, _, all_theirs = per_candidate = [tokens / candidates for tokens in figures]
    shares = [f"{mine / whole:.2f}" if whole else "–" for whole in (theirs, all_theirs)]
    cells = [*labels, *(f"{tokens:.0f}" for tokens in per_candidate), *shares]
    return f"| {' | '.join(cells)} |"


GROUPS: dict[str, tuple[Stage, ...]] = {
    "filter": ("filter",),
    "classify": ("classify",),
    "generate": ("generate",),
    "round trip": ("answer",),
    "check": ("check",),
    "all, round trip left out": ("filter", "classify", "generate", "check"),
    "all": ("filter", "classify", "generate", "answer", "check"),
}
"""The paper has no round trip: asking a new question back is a check of ours."""


async def ask_engine(config: EngineConfig, documents: list[Document], encode: Encode) -> str:
    """The engine's own figures for the generate and check calls, beside the simulated ones."""
    engine = open_engine(config)
    cache = PrefixCache()
    lines = ["| call | prompt tokens | cached | simulated |", "|---|---|---|---|"]
    totals = [0, 0, 0]
    try:
        for call in our_calls(documents):
            if call.stage not in ("generate", "check"):
                continue
            completion = await engine.complete(_request(call))
            simulated = cache.hits(encode(call.messages))
            figures = (completion.prompt_tokens, completion.cached_tokens, simulated)
            totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
            lines.append("| {} | {} | {} | {} |".format(call.stage, *figures))
    finally:
        await engine.aclose()
    return "\n".join([*lines, "| all | {} | {} | {} |".format(*totals)])


def _request(call: Call) -> CompletionRequest:
    assert call.candidate is not None
    role: Role = "generator" if call.stage == "generate" else "checker"
    schema = (
        outputs.generator_schema(answers=[call.candidate.answer])
        if call.stage == "generate"
        else outputs.checker_schema()
    )
    return CompletionRequest(
        messages=call.messages,
        sampling=Sampling(max_tokens=160),
        template=load_template(call.stage).ref,
        role=role,
        document_id=call.document.id,
        schema=schema,
    )


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["vllm"], help="ask an engine for its own figures")
    parser.add_argument("--model", help="the engine's model folder or hub name")
    parser.add_argument("--engine-options", type=json.loads, default={}, metavar="JSON")
    parser.add_argument("--documents", type=int, default=4, help="how many to ask the engine about")
    chosen = parser.parse_args()
    if chosen.engine is None:
        print(table(encoder(str(packaged_model()))))
        return
    if chosen.model is None:
        parser.error("--engine needs --model")
    config = EngineConfig(
        engine=chosen.engine,
        model=chosen.model,
        context_tokens=4096,
        engine_options=chosen.engine_options,
    )
    documents = read_documents(2)[: chosen.documents]
    print(asyncio.run(ask_engine(config, documents, encoder(chosen.model))))


if __name__ == "__main__":
    main()
