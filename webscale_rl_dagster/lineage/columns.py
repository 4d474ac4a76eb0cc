"""Which upstream columns each stage's columns are made from, for Dagster's column lineage."""

from __future__ import annotations

Source = tuple[str, str]
"""A table and a column of it."""

_TEXT: tuple[Source, ...] = (("raw_documents", "text"), ("raw_documents", "title"))
_PAIR: tuple[Source, ...] = (("candidate_qa", "question"), ("candidate_qa", "answer"))
_WINDOW = ("window", "window_start", "window_end")
_FROM_CANDIDATE = ("question", "answer", "style", "domain", "persona", "round_trip")
_FROM_DOCUMENT = ("corpus", "source_uri", "source_row", "url", "title", "licence")
_FROM_CHECK = (
    "profile",
    "verdicts",
    "evidence_start",
    "evidence_end",
    "evidence_kind",
    "answer_type",
    "verifier",
    "answer_aliases",
    "decontaminated_against",
    "votes",
    "agreement",
    "open_book_rate",
    "closed_book_rate",
    "checker_model",
    "prober_model",
)


def _id(upstream: str, name: str = "document_id") -> dict[str, tuple[Source, ...]]:
    return {name: ((upstream, name),)}


def _window(upstream: str) -> dict[str, tuple[Source, ...]]:
    return {name: ((upstream, name),) for name in _WINDOW}


COLUMN_SOURCES: dict[str, dict[str, tuple[Source, ...]]] = {
    "raw_documents": {},
    "filtered_documents": {
        **_id("raw_documents"),
        **dict.fromkeys(_WINDOW, (("raw_documents", "text"),)),
        **dict.fromkeys(("tokens", "language", "model_reason", "kept", "reason"), _TEXT),
        "contamination": (("raw_documents", "text"),),
    },
    "classified_documents": {
        **_id("filtered_documents"),
        **_window("filtered_documents"),
        **dict.fromkeys(("domain", "personas", "model_reason", "kept", "reason"), _TEXT),
    },
    "candidate_qa": {
        **_id("classified_documents"),
        **_window("classified_documents"),
        "domain": (("classified_documents", "domain"),),
        "persona": (("classified_documents", "personas"),),
        **dict.fromkeys(
            ("question", "answer", "span_start", "span_end"),
            (*_TEXT, ("classified_documents", "domain"), ("classified_documents", "personas")),
        ),
    },
    "checked_qa": {
        **_id("candidate_qa", "qa_id"),
        **_id("candidate_qa"),
        **dict.fromkeys(
            ("evidence_start", "evidence_end", "evidence_kind"),
            (*_PAIR, *_TEXT, ("candidate_qa", "window_start"), ("candidate_qa", "window_end")),
        ),
        **dict.fromkeys(("answer_type", "verifier", "answer_aliases", "verifier_faults"), _PAIR),
        **dict.fromkeys(("contamination", "duplicate_of"), _PAIR),
        **dict.fromkeys(
            ("verdicts", "agreement", "open_book_rate", "rivals", "kept", "reason"),
            (*_PAIR, *_TEXT),
        ),
        "closed_book_rate": _PAIR,
    },
    "verified_qa": {
        **_id("checked_qa", "qa_id"),
        **_id("checked_qa"),
        **{name: (("candidate_qa", name),) for name in _FROM_CANDIDATE},
        **{name: (("raw_documents", name),) for name in _FROM_DOCUMENT},
        **{name: (("checked_qa", name),) for name in _FROM_CHECK},
        "generator_model": (("candidate_qa", "model"),),
    },
}
