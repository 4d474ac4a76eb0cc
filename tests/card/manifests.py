"""Manifests and rows for the tests of the card, with all optional parts and with none."""

from __future__ import annotations

from typing import Any

import polars as pl

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) ]( ) ![y](z)"
    " `a` ``` **b** | c \u202ecod.exe\u2066 $x^2$ @someone https://evil.example www.evil.example"
    " &lt;b&gt; \x1b[31m \U000e0041 \n# pwned\n---\n<!-- __a__ ____ ____"
)
"""What a document may hold to become a part of the page."""

ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://good.example@evil.example/",
    "https://a.example/\u202egnp.exe",
    "https://a.example/ onclick=x",
    "//evil.example/x",
    "https://[",
    "https://\u0430pple.example/",
    "http:/\\evil.example",
)
"""That no link may lead to."""


def pair(**columns: Any) -> dict[str, Any]:
    return {
        "qa_id": "sample.0.1", "document_id": "0" * 64, "question": "What is the capital of Peru?",
        "answer": "Lima", "domain": "Travel & Lifestyle", "persona": "travel agent",
        "answer_type": "entity", "title": "Peru", "url": "https://a.example/wiki/Peru_(land)?a=b&c",
        "licence": "CC-BY-4.0", "corpus": "sample", "source_uri": "s3://corpora/a.jsonl", **columns,
    }  # fmt: skip


def bare() -> dict[str, Any]:
    """Without measures, usage, losses, verdicts or benchmarks."""
    counts = {"input": 4, "kept": 4, "dropped": {}, "failed": 0}
    return {
        "name": "v1", "created": "2026-11-22T20:30:00+00:00", "code_version": "0.1.0",
        "content_sha256": "ab" * 32, "pairs": 4, "splits": {"train": 3, "validation": 0, "test": 1},
        "documents": {"train": 2, "validation": 0, "test": 1}, "dropped": {},
        "duplicates": {"similarity": 0.8, "survivor": "the first"},
        "funnel": {"raw_documents": counts, "candidate_qa": counts, "release": counts},
        "verdicts": {}, "models": {"generator": {"m": 4}, "checker": {"m": 4}, "prober": {}},
        "prompt_versions": {"generate.1": 4}, "profiles": {"default": 4},
        "decontamination": {"profile": "default", "benchmarks": [], "before": {}},
        "licences": {"CC-BY-4.0": 3, "unstated": 1}, "corpora": {"sample": 4},
        "mix": {
            "domain": {"Math": 3, "Coding": 1}, "answer_type": {"entity": 4},
            "difficulty": {"unstated": 4}, "style": {"cloze": 4},
        },
        "previous": None,
    }  # fmt: skip


def whole(name: str = "travel agent") -> dict[str, Any]:
    """With everything; `name` is everywhere where a name may come from outside."""
    lengths = {
        "unit": "words", "median": 6, "p95": 11, "longest": 300,
        "histogram": {"edges": [0, 5, 10, 15], "counts": [1, 2, 1]},
    }  # fmt: skip
    tenths = {
        "edges": [tenth / 10 for tenth in range(11)],
        "counts": [1, 0, 0, 0, 1, 0, 0, 0, 0, 2],
    }
    manifest = bare()
    manifest |= {
        "licences": {name: 3, "unstated": 1},
        "corpora": {name: 4},
        "models": {"generator": {name: 4}, "checker": {"m": 4}, "prober": {"p": 4}},
        "verdicts": dict.fromkeys(("answer_empty", "wrong_language"), {"passed": 5, "failed": 1}),
        "previous": {
            "name": name, "content_sha256": "cd" * 32, "added": 2, "removed": 1, "changed": 0,
            "moved": 0, "removed_by_reason": {"contaminated": 1},
        },
        "usage": {
            "checked_qa": {
                "requests": 6, "prompt_tokens": 4000, "cached_tokens": 1000,
                "completion_tokens": 400, "dollars": 0.02,
            }
        },
        "measures": {
            "lengths": {"question": lengths, "answer": lengths},
            "pass_rates": {
                "open_book": {"measured": 4, "mean": 0.7, "histogram": tenths},
                "closed_book": {"measured": 3, "mean": 0.25, "histogram": tenths},
            },
            "personas": {"distinct": 2, "at_least": True, "most_frequent": {name: 3, "poet": 1}},
            "diversity": {
                "pairs": 4, "documents": 3, "seed": 0, "model": "an embedding",
                "distinct_ngrams": {"1": 0.5, "2": 0.75, "3": None}, "vendi_score": 3.25,
                "vendi_share": 0.8125, "mean_pairwise_distance": 0.7, "mean_nearest_distance": 0.4,
                "near_duplicates_share": 0.0,
                "clusters": {"count": 1, "occupied_evenly": 1.0, "smallest": 4, "largest": 4},
                "by_domain": {name: {"pairs": 4, "mean_pairwise_distance": None}},
                "persona_effect": {
                    "documents": 2, "between_personas": 0.3, "within_persona": None,
                    "between_documents": 0.8, "new_share": 0.5,
                },
            },
        },
    }  # fmt: skip
    manifest["mix"]["domain"] = {name: 4}
    manifest["funnel"]["candidate_qa"] = {
        "input": 8, "kept": 5, "dropped": {"no_answer_span": 2}, "failed": 1,
    }  # fmt: skip
    manifest["decontamination"]["benchmarks"] = [{"name": name, "sha256": "ef" * 32, "items": 1200}]
    return manifest


def points(*domains: str | None) -> pl.DataFrame:
    places = [float(place) for place in range(len(domains))]
    columns = {"x": places, "y": places[::-1], "domain": domains}
    return pl.DataFrame(columns, schema={"x": pl.Float64, "y": pl.Float64, "domain": pl.String})
