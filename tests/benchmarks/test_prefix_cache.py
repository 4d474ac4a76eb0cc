"""The simulated prefix cache behaves as vLLM's, and the two orders of prompts differ as meant."""

from __future__ import annotations

from benchmarks.prefix_cache import (
    PrefixCache,
    cost_by_stage,
    encoder,
    our_calls,
    paper_calls,
    read_documents,
)
from webscale_rl_dagster.inference.engines.llama_cpp import packaged_model


def test_only_full_blocks_of_the_same_prefix_are_shared() -> None:
    cache = PrefixCache()
    assert cache.hits(list(range(40))) == 0
    assert cache.hits([*range(40), 99]) == 32
    assert cache.hits([*range(20), *range(100, 130)]) == 16
    assert cache.hits([99, *range(40)]) == 0


def test_the_last_token_is_always_computed() -> None:
    cache = PrefixCache()
    cache.hits(list(range(32)))
    assert cache.hits(list(range(32))) == 16
    assert cache.hits(list(range(33))) == 32


def test_a_document_is_computed_by_its_first_call_only() -> None:
    encode = encoder(str(packaged_model()))
    documents = read_documents(2)[:8]
    ours = cost_by_stage(our_calls(documents), encode)
    paper = cost_by_stage(paper_calls(documents), encode)
    assert ours["filter"].computed > 0.8 * ours["filter"].all
    assert ours["classify"].computed < 0.4 * ours["classify"].all
    assert ours["check"].computed < 0.5 * ours["check"].all
    assert ours["generate"].computed < 0.6 * paper["generate"].computed
    assert paper["classify"].computed > 0.6 * paper["classify"].all


def test_every_persona_of_every_document_has_a_candidate() -> None:
    documents = read_documents(3)
    assert len(documents) == 70
    assert {len(document.candidates) for document in documents} == {3}
    assert all(pair.answer in d.text for d in documents for pair in d.candidates)
