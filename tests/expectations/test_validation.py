"""What a validation tells, and how it tells a crash from bad data."""

import os
from pathlib import Path

import polars as pl
import pytest

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.expectations import filtered_documents
from webscale_rl_dagster.expectations.facts import Facts, facts_for, key
from webscale_rl_dagster.expectations.report import failed_table, headline
from webscale_rl_dagster.expectations.validation import FailedExpectation, Validation, validate
from webscale_rl_dagster.storage.tables import Tables

from .builders import SHARD, dropped, frames, held, passing, sound, with_row, with_rows, write

GATES = GatesConfig()


def test_failing_rows_are_named_by_id_and_no_more_than_ten(tables: Tables) -> None:
    frame, facts = sound("checked_qa", tables)
    spoilt = with_rows(frame, verdicts=passing(vague="failed"), kept=True, reason=None)
    found = {
        one.name: one
        for one in validate("checked_qa", held(spoilt), facts=facts, gates=GATES).failed
    }
    rows = found["verdicts_obeyed"].failing_rows
    assert [row["qa_id"] for row in rows] == frame["qa_id"][:10].to_list()
    assert rows[0]["document_id"] == frame["document_id"][0]
    assert found["verdicts_obeyed"].observed == "fails in 48 of 48 rows"
    assert found["verdicts_obeyed"].column == "verdicts_obeyed"


def test_a_share_is_told_with_its_threshold_and_the_reasons(tables: Tables) -> None:
    frame, facts = sound("filtered_documents", tables)
    spoilt = with_rows(frame, **dropped("too_short"))
    validation = validate("filtered_documents", held(spoilt), facts=facts, gates=GATES)
    [kept] = validation.failed
    assert (kept.name, kept.observed, kept.expected) == ("kept_share", "0.000 of 24", "0.3 to 1")
    assert validation.outcomes == {"too_short": 24}


def test_a_crashed_expectation_is_a_suite_error_and_shuts_the_gate(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webscale_rl_dagster.expectations import claims

    frame, facts = sound("filtered_documents", tables)
    honest = filtered_documents.expectations
    monkeypatch.setattr(
        filtered_documents,
        "expectations",
        lambda gates, facts: [*honest(gates, facts), claims.every_row("no_such_column")],
    )
    validation = validate("filtered_documents", held(frame), facts=facts, gates=GATES)
    assert validation.failed == []
    [error] = validation.errors
    assert error.startswith("no_such_column: ")
    assert not validation.passed
    assert headline(validation).startswith("suite error, says nothing about the data")


def test_a_frame_without_its_columns_cannot_be_judged() -> None:
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        validate("checked_qa", held(pl.DataFrame({"qa_id": ["a"]})), facts=Facts(), gates=GATES)


def test_validation_leaves_nothing_in_the_working_directory(
    tables: Tables,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    frame, facts = sound("raw_documents", tables)
    validate("raw_documents", held(frame), facts=facts, gates=GATES)
    assert os.listdir(elsewhere) == []
    assert capfd.readouterr() == ("", "")


def test_facts_hold_the_digests_of_what_was_read(tables: Tables) -> None:
    write(tables)
    written = tables.write("filtered_documents", SHARD, frames()["filtered_documents"])
    _, facts = facts_for("filtered_documents", SHARD, tables)
    assert facts.files.keys() == {"filtered_documents", "raw_documents"}
    assert facts.files["filtered_documents"] == written.sha256


def test_facts_count_only_what_upstream_sends_on(tables: Tables) -> None:
    raw = with_row(frames()["raw_documents"], 0, **dropped("duplicate_document"))
    write(tables, raw_documents=raw)
    _, facts = facts_for("filtered_documents", SHARD, tables)
    assert facts.expected_rows == raw.height - 1
    assert facts.upstream is not None
    [first] = raw[:1].select(key("document_id")).to_series()
    assert first not in facts.upstream["key"]


def test_a_verdict_is_on_the_bytes_that_were_hashed(tables: Tables) -> None:
    write(tables)
    batches, facts = facts_for("filtered_documents", SHARD, tables)
    spoilt = with_rows(frames()["filtered_documents"], **dropped("too_short"))
    tables.write("filtered_documents", SHARD, spoilt)
    with pytest.raises(StorageError, match="was replaced while it was read"):
        validate("filtered_documents", batches, facts=facts, gates=GATES)


def test_a_stored_table_is_judged_as_a_stream(tables: Tables) -> None:
    spoilt = with_row(frames()["checked_qa"], 40, verdicts=passing(vague=None))
    write(tables, checked_qa=spoilt)
    batches, facts = facts_for("checked_qa", SHARD, tables)
    found = validate("checked_qa", batches, facts=facts, gates=GATES)
    assert {one.name for one in found.failed} == {"verdicts_complete", "verdicts_obeyed"}
    for one in found.failed:
        [row] = one.failing_rows
        assert row == dict(spoilt.select("qa_id", "document_id", "reason").row(40, named=True))


def test_keys_are_the_same_in_every_frame_and_null_with_their_parts() -> None:
    frame = pl.DataFrame({"a": ["x", "y", None, "x"], "b": [1, 2, 3, 1]})
    keys = frame.select(key("a", "b")).to_series()
    assert keys.to_list() == [part.select(key("a", "b")).item() for part in frame.iter_slices(1)]
    assert keys.n_unique() == 3
    assert keys[2] is None


def test_hostile_values_are_inert_in_the_table() -> None:
    hostile = FailedExpectation(
        name="domain_mix",
        column="domain",
        severity="critical",
        observed="<img src=x> | `run`\n# heading",
        expected="at most 0.9",
    )
    table = failed_table(Validation(evaluated=1, failed=[hostile]))
    assert table.splitlines()[-1] == (
        r"| domain_mix | \<img src=x\> \| \`run\` \# heading | at most 0.9 | critical |"
    )


def test_long_values_are_cut(tables: Tables) -> None:
    frame, facts = sound("classified_documents", tables)
    spoilt = with_row(frame, 0, domain="x" * 5000)
    [found] = validate("classified_documents", held(spoilt), facts=facts, gates=GATES).failed
    assert len(found.failing_rows[0]["domain"]) == 200
