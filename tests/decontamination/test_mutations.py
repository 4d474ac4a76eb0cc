"""Recall by form and false positives, on questions made of the sample corpus.

The full suite, on real benchmarks and a large background: `python -m benchmarks.decontamination`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from benchmarks.contamination.mutations import FORMS, Form, draw
from tests.decontamination.indexes import index_of, opened
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.items import Item

CORPUS = Path(__file__).parents[2] / "sample_corpus"
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")


def sentences(name: str) -> list[str]:
    lines = (CORPUS / name).read_bytes().splitlines()
    texts = [orjson.loads(line)["text"] for line in lines]
    return [part for text in texts for part in _SENTENCE_END.split(text.replace("\n", " "))]


QUESTIONS = [
    f"Is it so that {sentence[:1].lower()}{sentence[1:].rstrip('.')}?"
    for sentence in sentences("encyclopedia.jsonl")
]
OPTIONS = ("Yes, in all of the cases", "No, in none of the cases", "Only in some of them")


@pytest.fixture(scope="module")
def decontaminator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decontaminator]:
    rows = [{"question": text, "choices": OPTIONS} for text in QUESTIONS]
    with opened(index_of(tmp_path_factory.mktemp("index"), rows)) as decontaminator:
        yield decontaminator


def flagged(decontaminator: Decontaminator, texts: list[str]) -> set[str]:
    numbered = ((str(number), "document", text) for number, text in enumerate(texts))
    return {hit.id for hit in decontaminator.scan(numbered)}


@pytest.mark.parametrize(
    "form", [form for form in FORMS if form.least is not None], ids=lambda form: form.name
)
def test_recall(decontaminator: Decontaminator, form: Form) -> None:
    items = [Item(row, text, OPTIONS, "") for row, text in enumerate(QUESTIONS)]
    texts = [text for _, text in draw(items, form, 200)]
    assert form.least is not None
    assert len(texts) >= 30
    assert len(flagged(decontaminator, texts)) >= form.least * len(texts)


@pytest.mark.parametrize("name", ["manuals.jsonl", "profiles.jsonl", "bad.jsonl"])
def test_other_text_of_the_same_kind_is_clean(decontaminator: Decontaminator, name: str) -> None:
    assert flagged(decontaminator, sentences(name)) == set()


def test_the_same_seed_draws_the_same() -> None:
    items = [Item(row, text, OPTIONS, "") for row, text in enumerate(QUESTIONS)]
    assert draw(items, FORMS[3], 20) == draw(items, FORMS[3], 20) != draw(items, FORMS[3], 20, 1)
