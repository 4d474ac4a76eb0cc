"""The filter stage: rules first, then the model; one row per window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.decontamination.indexes import index_of, opened
from tests.pipeline import reply, town
from tests.servers.openai_server import Script
from tests.stages.streams import dispatching, document, made, windows_of
from webscale_rl_dagster.config import FilterConfig
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.stages.filter import filter_documents
from webscale_rl_dagster.storage.tables import Row


async def filtered(
    folder: Path,
    *texts: str,
    script: Script | None = None,
    decontaminator: Decontaminator | None = None,
) -> list[Row]:
    async with dispatching(folder, script) as dispatcher:
        stage = filter_documents(
            map(document, texts), dispatcher, FilterConfig(), windows_of(), decontaminator
        )
        return await made("filtered_documents", stage)


QUESTION = (
    "A miller grinds 14 sacks of rye and 9 of oats between dawn and noon; if each sack of rye "
    "takes a third longer than one of oats, how many minutes does a sack of oats take?"
)


@pytest.fixture
def benchmark(tmp_path: Path) -> Iterator[Decontaminator]:
    """Two questions."""
    rows = [{"question": "Which guild built the weir?"}, {"question": QUESTION, "answer": "9"}]
    with opened(index_of(tmp_path / "index", rows, name="mills")) as decontaminator:
        yield decontaminator


async def test_a_document_that_fits_is_one_window_of_all_of_it(tmp_path: Path) -> None:
    [row] = await filtered(tmp_path, town(0))
    assert (row["window"], row["window_start"], row["window_end"]) == (0, 0, len(town(0)))
    assert (row["kept"], row["language"], row["model_reason"]) == (True, "en", "xxx")


async def test_a_defect_is_told_and_never_asked_about(tmp_path: Path) -> None:
    script = Script(reply=reply)
    rows = await filtered(tmp_path, "Coming soon.", town(1), "Again soon.", script=script)
    assert [row["reason"] for row in rows] == ["too_short", None, "too_short"]
    assert len(script.requests) == 1


async def test_the_model_may_find_a_document_unfit(tmp_path: Path) -> None:
    [row] = await filtered(tmp_path, f"{town(0)} UNFIT.")
    assert (row["kept"], row["reason"], row["error"]) == (False, "not_qualified", None)


async def test_malformed_and_failed_answers_are_rows(tmp_path: Path) -> None:
    [malformed] = await filtered(
        tmp_path / "a", town(0), script=Script(faults=["wrong_schema"] * 3)
    )
    [failed] = await filtered(tmp_path / "b", town(0), script=Script(faults=["bad_request"]))
    assert malformed["reason"] == "malformed_wrong_schema"
    assert failed["reason"] == "failed"
    assert "maximum context length" in failed["error"]


async def test_each_window_is_judged_by_itself(tmp_path: Path) -> None:
    """The unfit sentence stands in one window only, and only that one is dropped."""
    text = "\n\n".join([*(town(number) for number in range(60)), f"{town(60)} UNFIT."])
    rows = await filtered(tmp_path, text)
    assert len(rows) >= 3
    assert [row["reason"] for row in rows] == [*[None] * (len(rows) - 1), "not_qualified"]


async def test_a_document_with_a_benchmark_question_is_dropped_with_evidence(
    tmp_path: Path, benchmark: Decontaminator
) -> None:
    script = Script(reply=reply)
    quoted = f"{town(1)} A schoolbook asks: {QUESTION} It has been asked ever since."
    clean, found = await filtered(
        tmp_path, town(0), quoted, script=script, decontaminator=benchmark
    )
    assert (clean["kept"], clean["contamination"]) == (True, None)
    assert (found["kept"], found["reason"], found["error"]) == (False, "contaminated", None)
    assert found["contamination"] == {
        "benchmark": "mills",
        "split": "test",
        "item": 1,
        "field": "document",
        "text": QUESTION,
        "score": 1.0,
    }
    assert len(script.requests) == 1


async def test_a_defect_comes_before_contamination_and_the_evidence_stays(
    tmp_path: Path, benchmark: Decontaminator
) -> None:
    [row] = await filtered(tmp_path, QUESTION, decontaminator=benchmark)
    assert row["reason"] == "too_short"
    assert row["contamination"]["item"] == 1


async def test_windows_in_which_nothing_was_found_go_on(
    tmp_path: Path, benchmark: Decontaminator
) -> None:
    """The question stands in the first window and in the last one."""
    text = "\n\n".join([QUESTION, *(town(number) for number in range(60)), QUESTION])
    first, *between, last = await filtered(tmp_path, text, decontaminator=benchmark)
    assert (first["reason"], last["reason"]) == ("contaminated", "contaminated")
    assert first["contamination"] == last["contamination"]
    assert between
    assert all(row["kept"] and row["contamination"] is None for row in between)
