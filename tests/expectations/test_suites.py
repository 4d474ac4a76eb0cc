"""Each suite holds on a sound shard, and each of its expectations is seen to fail on its own."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations.facts import Facts, facts_for
from webscale_rl_dagster.expectations.validation import SUITES, Validation, validate
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables

from .builders import (
    DOCUMENTS,
    FAILED,
    KEPT,
    SHARD,
    Row,
    boilerplate,
    certain,
    dropped,
    empty,
    frames,
    held,
    passing,
    sound,
    with_row,
    with_rows,
    write,
)

Spoil = Callable[[pl.DataFrame], pl.DataFrame]


def row(at: int = 0, **values: Any) -> Spoil:
    return lambda frame: with_row(frame, at, **values)


def rows(**values: object) -> Spoil:
    return lambda frame: with_rows(frame, **values)


def doubled(frame: pl.DataFrame) -> pl.DataFrame:
    """The first row stands where the second should."""
    return pl.concat([frame[:1], frame[:1], frame[2:]])


def short(frame: pl.DataFrame) -> pl.DataFrame:
    return frame[1:]


def three_failed(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([with_rows(frame[:6], **FAILED), frame[6:]])


def three_malformed(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([with_rows(frame[:6], **dropped("malformed_truncated")), frame[6:]])


NO_TEXT: Row = {"kept": False, "reason": "duplicate_document", "error": None, "text": None}
UNEXPLAINED: Row = {"kept": False, "reason": None, "error": None}
BOTH: Row = {"kept": True, "reason": "vague", "error": None}
FAILED_SILENTLY: Row = {"kept": False, "reason": "failed", "error": None}
FOUND: Row = {"benchmark": "MMLU", "split": "test", "item": 7, "text": "Which guild?", "score": 1.0}
ERROR_WITHOUT_FAILURE: Row = {"kept": False, "reason": "vague", "error": "timed out"}

SPOILT: list[tuple[str, set[str], Spoil]] = [
    ("raw_documents", {"document_id_unique"}, doubled),
    ("raw_documents", {"outcome_complete"}, row(**UNEXPLAINED)),
    ("raw_documents", {"failed_share"}, lambda frame: with_failed(frame, share=0.25)),
    ("raw_documents", {"text_present", "id_is_content"}, row(text=None)),
    ("raw_documents", {"id_is_content"}, row(text="Somebody edited this.")),
    ("raw_documents", {"survivor_named"}, row(**dropped("near_duplicate_document"))),
    ("raw_documents", {"survivor_named"}, row(duplicate_of="0" * 64)),
    ("raw_documents", {"removed_is_bare"}, row(**dropped("removed"), title="Its title stays")),
    ("raw_documents", {"removed_is_bare"}, row(**dropped("removed"), title=None, metadata="{}")),
    ("raw_documents", {"source_named"}, row(source_uri=" ")),
    ("raw_documents", {"source_named"}, row(source_row=None)),
    ("filtered_documents", {"rows_reconciled"}, short),
    ("filtered_documents", {"window_unique"}, doubled),
    ("filtered_documents", {"windows_tile"}, row(window_end=5)),
    ("filtered_documents", {"windows_tile"}, row(window_start=5)),
    ("filtered_documents", {"windows_tile"}, row(window_end=500)),
    ("filtered_documents", {"windows_tile"}, row(window_end=None)),
    ("filtered_documents", {"rows_reconciled", "windows_tile"}, row(window=1)),
    ("filtered_documents", {"rows_reconciled", "windows_tile"}, row(window=None)),
    ("filtered_documents", {"upstream_known"}, row(document_id="0" * 64)),
    ("filtered_documents", {"upstream_known"}, row(document_id=None)),
    ("filtered_documents", {"outcome_complete"}, row(**BOTH)),
    ("filtered_documents", {"outcome_complete"}, row(**FAILED_SILENTLY)),
    ("filtered_documents", {"outcome_complete"}, row(kept=None)),
    ("filtered_documents", {"failed_share"}, lambda frame: with_failed(frame, share=0.25)),
    ("filtered_documents", {"verdict_complete"}, row(tokens=None)),
    ("filtered_documents", {"kept_clean"}, row(contamination=FOUND)),
    ("filtered_documents", {"contamination_shown"}, row(**dropped("contaminated"))),
    (
        "filtered_documents",
        {"contamination_shown"},
        row(**dropped("contaminated"), contamination=FOUND | {"text": " "}),
    ),
    ("filtered_documents", {"kept_share"}, lambda frame: boilerplate()),
    ("classified_documents", {"rows_reconciled"}, short),
    ("classified_documents", {"window_unique"}, doubled),
    ("classified_documents", {"upstream_known"}, row(window=1)),
    ("classified_documents", {"upstream_known"}, row(window_end=5)),
    ("classified_documents", {"upstream_known"}, row(document_id="0" * 64)),
    ("classified_documents", {"outcome_complete"}, row(**ERROR_WITHOUT_FAILURE)),
    ("classified_documents", {"failed_share"}, lambda frame: with_failed(frame, share=0.25)),
    ("classified_documents", {"domain_known"}, row(domain="Astrology")),
    ("classified_documents", {"verdict_complete"}, row(domain=None)),
    ("classified_documents", {"verdict_complete"}, row(personas=[])),
    ("classified_documents", {"verdict_complete"}, row(personas=["historian", " "])),
    ("classified_documents", {"personas_distinct"}, row(personas=["historian", "historian"])),
    ("classified_documents", {"domain_mix"}, rows(domain="Other")),
    ("candidate_qa", {"rows_reconciled"}, short),
    ("candidate_qa", {"qa_id_unique", "pair_unique"}, doubled),
    (
        "candidate_qa",
        {"pair_unique"},
        lambda frame: with_row(frame, 0, persona=frame["persona"][1]),
    ),
    ("candidate_qa", {"upstream_known"}, row(persona="astrologer")),
    ("candidate_qa", {"upstream_known"}, row(window_start=5)),
    ("candidate_qa", {"id_present"}, row(qa_id=None)),
    ("candidate_qa", {"outcome_complete"}, row(**UNEXPLAINED)),
    ("candidate_qa", {"failed_share"}, lambda frame: with_failed(frame, share=0.25)),
    ("candidate_qa", {"candidate_complete"}, row(question="")),
    ("candidate_qa", {"candidate_complete"}, row(answer=None)),
    ("candidate_qa", {"span_ordered"}, row(span_start=9, span_end=9)),
    ("candidate_qa", {"span_ordered"}, row(span_start=None)),
    ("candidate_qa", {"candidate_share"}, rows(**dropped("no_question"))),
    ("checked_qa", {"rows_reconciled"}, short),
    ("checked_qa", {"qa_id_unique"}, doubled),
    ("checked_qa", {"upstream_known"}, row(qa_id="wiki.3f9a1c77d0.00000.0")),
    ("checked_qa", {"outcome_complete"}, row(**UNEXPLAINED)),
    ("checked_qa", {"failed_share"}, lambda frame: with_failed(frame, share=0.25)),
    ("checked_qa", {"verdicts_complete", "verdicts_obeyed"}, row(verdicts=passing(vague=None))),
    (
        "checked_qa",
        {"verdicts_complete", "verdicts_obeyed"},
        row(verdicts=passing(model_answer_leaked=None)),
    ),
    ("checked_qa", {"verdicts_complete", "verdicts_obeyed"}, row(verdicts=passing(vague="no"))),
    (
        "checked_qa",
        {"verdicts_complete"},
        row(6, verdicts=certain() | {"model_answer_incorrect": "failed"}),
    ),
    ("checked_qa", {"verdicts_obeyed"}, row(6, verdicts=passing())),
    ("checked_qa", {"verdicts_obeyed"}, row(verdicts=passing(vague="failed"))),
    ("checked_qa", {"verdicts_obeyed"}, row(verdicts=passing(contaminated=None))),
    ("checked_qa", {"verdicts_obeyed"}, row(verdicts=passing(near_duplicate=None))),
    ("checked_qa", {"verdicts_obeyed"}, row(profile="strict")),
    ("checked_qa", {"verdicts_obeyed"}, row(profile="lenient")),
    ("checked_qa", {"verdicts_obeyed"}, row(profile=None)),
    (
        "checked_qa",
        {"acceptance_rate"},
        rows(
            verdicts=passing(model_answer_incorrect="failed"), **dropped("model_answer_incorrect")
        ),
    ),
    ("checked_qa", {"acceptance_rate"}, lambda frame: accepting_all(frame)),
    ("verified_qa", {"rows_reconciled"}, short),
    ("verified_qa", {"qa_id_unique"}, doubled),
    ("verified_qa", {"upstream_known"}, row(qa_id="wiki.3f9a1c77d0.00000.0")),
    ("verified_qa", {"kept_only"}, row(**dropped("vague"))),
    ("verified_qa", {"outcome_complete"}, row(**BOTH)),
    ("verified_qa", {"pair_present"}, row(question=" ")),
    ("verified_qa", {"pair_present", "verifier_sound"}, row(answer=" ")),
    (
        "verified_qa",
        {"answer_not_in_question"},
        row(question="Were there 100 wells?", answer="100"),
    ),
    ("verified_qa", {"verdicts_accepting"}, row(verdicts=passing(answer_leaked="failed"))),
    ("verified_qa", {"verdicts_accepting"}, row(verdicts=passing(model_answer_leaked=None))),
    ("verified_qa", {"verdicts_accepting"}, row(profile="strict")),
    ("verified_qa", {"verifier_sound"}, row(answer=":", answer_type="phrase")),
    ("verified_qa", {"verifier_sound"}, row(answer_aliases=["a colon", "not 100"])),
    ("verified_qa", {"evidence_present"}, row(evidence_start=None)),
    ("verified_qa", {"evidence_present"}, row(evidence_start=30)),
    ("verified_qa", {"verifier_named"}, row(verifier=None)),
    ("verified_qa", {"source_named"}, row(source_uri=None)),
    ("verified_qa", {"domain_known"}, row(domain="Astrology")),
    ("verified_qa", {"answer_type_mix"}, rows(answer_type="number")),
]


def with_failed(frame: pl.DataFrame, *, share: float) -> pl.DataFrame:
    some = int(frame.height * share)
    return pl.concat([with_rows(frame[:some], **FAILED), frame[some:]])


def taking_a_neighbour(frame: pl.DataFrame) -> pl.DataFrame:
    """As `boolean`, the second answer is only a no, and so is the first."""
    first = with_row(frame, 0, answer="It did not.", answer_type="phrase")
    question, answer = "What did the register say?", "No complaints were filed"
    return with_row(first, 1, question=question, answer=answer, answer_type="boolean")


def accepting_all(frame: pl.DataFrame) -> pl.DataFrame:
    return with_rows(frame, verdicts=passing(), **KEPT)


def judged(table: str, frame: pl.DataFrame, facts: Facts, **gates: object) -> Validation:
    """With a band that a checker which accepts everything falls out of."""
    thresholds = GatesConfig.model_validate({"acceptance_rate": (0.05, 0.99)} | gates)
    return validate(table, held(frame), facts=facts, gates=thresholds)


def shut_by(validation: Validation) -> set[str]:
    assert validation.errors == []
    return {found.name for found in validation.failed if found.severity == "critical"}


@pytest.mark.parametrize("table", STAGES)
def test_a_sound_shard_passes(table: str, tables: Tables) -> None:
    frame, facts = sound(table, tables)
    validation = judged(table, frame, facts)
    assert (validation.failed, validation.errors) == ([], [])
    assert validation.passed
    assert validation.evaluated == len(SUITES[table].expectations(GatesConfig(), facts))


@pytest.mark.parametrize("table", STAGES)
def test_a_suite_looks_at_a_few_bytes_a_row(table: str, tables: Tables) -> None:
    """No text: of a shard of 200,000 documents memory holds what a suite looks at."""
    frame, facts = sound(table, tables)
    columns = SUITES[table].columns(held(frame)(None), facts)
    sizes = {pl.Boolean: 1, pl.Categorical: 4, pl.Int32: 4, pl.Int64: 8, pl.UInt64: 8}
    assert sum(sizes[dtype.base_type()] for dtype in columns.dtypes) <= 64


@pytest.mark.parametrize(
    ("table", "names", "spoil"), SPOILT, ids=[f"{t}-{'+'.join(sorted(n))}" for t, n, _ in SPOILT]
)
def test_a_spoilt_shard_is_shut_by(
    table: str, names: set[str], spoil: Spoil, tables: Tables
) -> None:
    frame, facts = sound(table, tables)
    validation = judged(table, spoil(frame), facts)
    assert shut_by(validation) == names
    assert not validation.passed


def test_every_critical_expectation_is_seen_to_fail(tables: Tables) -> None:
    seen = {(table, name) for table, names, _ in SPOILT for name in names}
    for table in STAGES:
        _, facts = sound(table, tables)
        for expectation in SUITES[table].expectations(GatesConfig(), facts):
            if expectation.severity.value == "critical":
                assert (table, expectation.meta["name"]) in seen


@pytest.mark.parametrize(
    ("table", "name", "spoil"),
    [
        ("raw_documents", "licence_present", row(licence=None)),
        ("verified_qa", "licence_present", row(licence="")),
        ("verified_qa", "neighbour_rejected", lambda frame: taking_a_neighbour(frame)),
        ("filtered_documents", "unanswered_share", three_malformed),
    ],
)
def test_a_warning_is_told_and_shuts_nothing(
    table: str, name: str, spoil: Spoil, tables: Tables
) -> None:
    frame, facts = sound(table, tables)
    validation = judged(table, spoil(frame), facts)
    assert validation.passed
    assert [(found.name, found.severity) for found in validation.failed] == [(name, "warning")]


def test_a_contaminated_document_is_a_dropped_row_with_its_evidence(tables: Tables) -> None:
    frame, facts = sound("filtered_documents", tables)
    found = with_row(frame, 0, **dropped("contaminated"), contamination=FOUND)
    assert judged("filtered_documents", found, facts).failed == []


def test_duplicates_lie_in_raw_documents_as_dropped_rows(tables: Tables) -> None:
    frame, facts = sound("raw_documents", tables)
    again = with_row(frame[:1], 0, **NO_TEXT, duplicate_of=frame["document_id"][0])
    assert judged("raw_documents", pl.concat([frame, again]), facts).failed == []


CUT_AT = (0, 20, 45)


def in_windows(frame: pl.DataFrame, *, numbers: tuple[int, ...] = (0, 1, 2)) -> pl.DataFrame:
    """The second document cut in three; only these windows of it, in this order."""
    end = frame["window_end"][1]
    bounds = [*zip(CUT_AT, (*CUT_AT[1:], end), strict=True)]
    windows = [
        with_row(frame[1:2], 0, window=number, window_start=start, window_end=stop)
        for number, (start, stop) in enumerate(bounds)
    ]
    return pl.concat([frame[:1], *(windows[number] for number in numbers), frame[2:]])


def test_a_document_cut_into_windows_has_a_row_for_each(tables: Tables) -> None:
    frame, facts = sound("filtered_documents", tables)
    assert judged("filtered_documents", in_windows(frame), facts).failed == []


@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        ((0, 1), {"windows_tile"}),
        ((0, 2), {"windows_tile"}),
        ((1, 2), {"windows_tile", "rows_reconciled"}),
        ((0, 2, 1), {"windows_tile"}),
        ((0, 1, 1, 2), {"windows_tile", "window_unique"}),
        ((0, 1, 2, 0, 1, 2), {"window_unique", "rows_reconciled"}),
        ((), {"rows_reconciled"}),
    ],
)
def test_windows_that_leave_a_gap_or_overlap_shut_the_gate(
    numbers: tuple[int, ...], names: set[str], tables: Tables
) -> None:
    frame, facts = sound("filtered_documents", tables)
    assert shut_by(judged("filtered_documents", in_windows(frame, numbers=numbers), facts)) == names


def test_every_kept_window_is_classified_and_asked(tables: Tables) -> None:
    filtered = in_windows(frames()["filtered_documents"])
    classified = in_windows(frames()["classified_documents"])
    write(tables, filtered_documents=filtered, classified_documents=classified)
    _, windows = facts_for("classified_documents", SHARD, tables)
    assert judged("classified_documents", classified, windows).failed == []
    assert shut_by(judged("classified_documents", frames()["classified_documents"], windows)) == {
        "rows_reconciled",
        "upstream_known",
    }
    _, pairs = facts_for("candidate_qa", SHARD, tables)
    assert pairs.expected_rows == 2 * (DOCUMENTS + 2)


def test_a_row_that_a_rule_dropped_or_the_model_left_open_owes_no_verdict(tables: Tables) -> None:
    frame, facts = sound("checked_qa", tables)
    malformed = with_row(frame, 0, verdicts=certain(), **dropped("malformed_not_json"))
    failed = with_row(malformed, 1, verdicts=certain(), **FAILED)
    assert judged("checked_qa", failed, facts).failed == []


@pytest.mark.parametrize("table", STAGES)
def test_an_empty_shard_passes_where_nothing_was_expected(table: str) -> None:
    nothing = Facts(pl.DataFrame(schema={"key": pl.UInt64, "characters": pl.Int64}))
    validation = judged(table, empty(table), nothing)
    assert (validation.failed, validation.errors) == ([], [])


@pytest.mark.parametrize("table", STAGES[1:])
def test_an_empty_table_is_shut_where_rows_were_expected(table: str, tables: Tables) -> None:
    _, facts = sound(table, tables)
    assert shut_by(judged(table, empty(table), facts)) == {"rows_reconciled"}


def test_a_document_without_personas_expects_no_candidate(tables: Tables) -> None:
    classified = with_row(frames()["classified_documents"], 0, personas=[])
    write(tables, classified_documents=classified)
    _, facts = facts_for("candidate_qa", SHARD, tables)
    assert facts.expected_rows == 2 * (DOCUMENTS - 1)


@pytest.mark.parametrize(
    ("table", "spoil"),
    [
        ("classified_documents", rows(domain="Other")),
        ("checked_qa", accepting_all),
        ("verified_qa", rows(answer_type="number")),
    ],
)
def test_a_handful_of_rows_says_nothing_about_their_mix(
    table: str, spoil: Spoil, tables: Tables
) -> None:
    frame, facts = sound(table, tables)
    assert judged(table, spoil(frame), facts, min_rows_for_mix=100).passed


@pytest.mark.parametrize(
    ("table", "spoil", "gates"),
    [
        ("filtered_documents", lambda frame: boilerplate(), {"min_kept_documents": 0.05}),
        ("classified_documents", rows(domain="Other"), {"max_domain_share": 1}),
        ("candidate_qa", rows(**dropped("no_question")), {"min_candidate_share": 0}),
        ("checked_qa", accepting_all, {"acceptance_rate": (0, 1)}),
        ("verified_qa", rows(answer_type="number"), {"max_answer_type_share": 1}),
        ("raw_documents", lambda frame: with_failed(frame, share=0.25), {"max_failed_share": 0.3}),
    ],
)
def test_thresholds_come_from_the_configuration(
    table: str, spoil: Spoil, gates: dict[str, object], tables: Tables
) -> None:
    frame, facts = sound(table, tables)
    assert not judged(table, spoil(frame), facts).passed
    assert judged(table, spoil(frame), facts, **gates).passed


@pytest.mark.parametrize(
    "pair",
    [
        {"question": "What is the capital?", "answer": "it"},
        {"question": "Is it 1945 or later?", "answer": "5"},
        {"question": "Fill in the blank: The ____ was dug.", "answer": "blank", "style": "cloze"},
    ],
)
def test_what_only_looks_like_leakage_passes(pair: dict[str, str], tables: Tables) -> None:
    frame, facts = sound("verified_qa", tables)
    assert judged("verified_qa", with_row(frame, 0, **pair), facts).failed == []
