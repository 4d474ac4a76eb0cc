"""The filter stage: rules first, then the model; one row per window."""

from __future__ import annotations

from pathlib import Path

from tests.pipeline import reply, town
from tests.servers.openai_server import Script
from tests.stages.streams import dispatching, document, made, windows_of
from webscale_rl_dagster.config import FilterConfig
from webscale_rl_dagster.stages.filter import filter_documents
from webscale_rl_dagster.storage.tables import Row


async def filtered(folder: Path, *texts: str, script: Script | None = None) -> list[Row]:
    async with dispatching(folder, script) as dispatcher:
        documents = map(document, texts)
        stage = filter_documents(documents, dispatcher, FilterConfig(), windows_of())
        return await made("filtered_documents", stage)


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
