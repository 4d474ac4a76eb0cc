"""Benchmarks as a resource: opened when first asked for, closed with the run."""

from __future__ import annotations

import tempfile
from pathlib import Path

import dagster as dg
import pytest

from tests.decontamination.indexes import write_jsonl
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.store import BenchmarkStore
from webscale_rl_dagster.errors import BenchmarkError
from webscale_rl_dagster.resources.decontamination import DecontaminationResource
from webscale_rl_dagster.storage.objects import Objects

QUESTION = "Which of the two mills by the old weir burned down in the dry summer of 1868?"


def configured(folder: Path, *benchmarks: str, **sections: object) -> Config:
    return Config.model_validate(
        {"storage": str(folder), "decontamination": {"benchmarks": benchmarks}} | sections
    )


@pytest.fixture
def mills(tmp_path: Path) -> Path:
    """A storage with a benchmark of that name."""
    store = BenchmarkStore(Objects(str(tmp_path)))
    store.add("mills", [write_jsonl(tmp_path / "mills.jsonl", [{"question": QUESTION}])])
    return tmp_path


def found(decontaminator: Decontaminator, text: str) -> list[str]:
    return [hit.benchmark for hit in decontaminator.scan([("1", "document", text)])]


def test_a_run_opens_its_benchmarks_once_and_closes_them(
    mills: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = mills / "unpacked"
    unpacked.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(unpacked))
    seen: list[Decontaminator] = []

    @dg.asset
    def first(decontamination: DecontaminationResource) -> None:
        assert decontamination.names == ("ready", "mills")
        for _ in range(2):
            decontaminator = decontamination.opened()
            assert decontaminator is not None
            assert found(decontaminator, f"It asks: {QUESTION}") == ["mills"]
            seen.append(decontaminator)

    @dg.asset(deps=[first])
    def second(decontamination: DecontaminationResource) -> None:
        decontaminator = decontamination.opened()
        assert decontaminator is not None
        seen.append(decontaminator)
        assert len(list(unpacked.glob("decontamination-*"))) == 1

    resource = DecontaminationResource.of(configured(mills, "ready", "mills"))
    definitions = dg.Definitions(
        assets=[first, second],
        resources={"decontamination": resource},
        executor=dg.in_process_executor,
    )
    job = definitions.resolve_implicit_global_asset_job_def()
    assert job.execute_in_process().success
    assert len(set(map(id, seen))) == 1
    assert not list(unpacked.glob("decontamination-*"))


def test_without_benchmarks_nothing_is_opened(tmp_path: Path) -> None:
    resource = DecontaminationResource.of(configured(tmp_path))
    assert resource.names == ()
    assert resource.opened() is None


def test_an_unknown_benchmark_is_an_error(mills: Path) -> None:
    resource = DecontaminationResource.of(configured(mills, "mills", "weirs"))
    with pytest.raises(BenchmarkError, match="named 'weirs'; there are ready, mills: add it with"):
        resource.opened()


@pytest.mark.parametrize(
    ("sections", "profile"),
    [
        ({}, "default"),
        ({"verification": {"profile": "paper"}}, "paper"),
        ({"verification": {"profile": "strict"}}, "default"),
        ({"decontamination": {"profile": "paper"}}, "paper"),
        (
            {"verification": {"profile": "paper"}, "decontamination": {"profile": "default"}},
            "default",
        ),
    ],
)
def test_the_profile_follows_verification_unless_set(
    tmp_path: Path, sections: dict[str, object], profile: str
) -> None:
    config = configured(tmp_path, **sections)
    assert DecontaminationResource.of(config).profile == profile
