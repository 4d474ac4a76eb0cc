"""Runs of ingest_corpus that end before they are through: what is blamed, and what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import pytest

from tests.automation.corpus import Arriving, names_of, requests, why_none
from webscale_rl_dagster.automation import unfinished
from webscale_rl_dagster.automation.ingestion import batching
from webscale_rl_dagster.corpora.arrivals import looking
from webscale_rl_dagster.corpora.arrivals.batches import Arrival, next_files
from webscale_rl_dagster.corpora.arrivals.reading import note_reading
from webscale_rl_dagster.stages.ingestion import Ingestion
from webscale_rl_dagster.storage.connected import objects_of

EndsAt = Callable[[str], None]


@pytest.fixture
def ends_at(monkeypatch: pytest.MonkeyPatch) -> EndsAt:
    """Has runs end while they read the file of that name."""
    read = Ingestion.read

    def ends(name: str) -> None:
        def reading(self: Ingestion, sources: list[Any], *rest: Any) -> Iterator[Any]:
            if sources[0].uri.endswith(name):
                raise MemoryError("the machine has no more of it")
            yield from read(self, sources, *rest)

        monkeypatch.setattr(Ingestion, "read", reading)

    return ends


@pytest.mark.usefixtures("at_once")
def test_a_file_that_ends_every_run_is_tried_alone_and_given_up(
    towns: Arriving, ends_at: EndsAt
) -> None:
    for name in "abc":
        towns.drop(f"{name}.jsonl")
    ends_at("b.jsonl")
    asked = []
    for _ in range(3):
        [request] = requests(towns.tick())
        asked.append(names_of(request))
        assert not towns.launch(request)
        assert "a run ended while it read" in why_none(towns)
    assert asked == [["a.jsonl", "b.jsonl", "c.jsonl"], ["b.jsonl"], ["b.jsonl"]]
    assert towns.ingest()
    towns.tick()
    assert towns.states() == {"a.jsonl": "ingested", "b.jsonl": "failed", "c.jsonl": "ingested"}


@pytest.mark.usefixtures("at_once")
def test_what_a_lost_run_ingested_is_not_asked_for_again(towns: Arriving) -> None:
    """Its process died between two files."""
    towns.drop("a.jsonl")
    towns.drop("b.jsonl")
    [request] = requests(towns.tick())
    config = request.run_config["ops"]["ingest_files"]["config"]
    config["files"].pop()
    assert towns.launch(request)
    assert "left are chosen anew" in why_none(towns)
    assert towns.states() == {"a.jsonl": "ingested", "b.jsonl": "waiting"}
    assert towns.rows()["attempts"].to_list() == [0, 0]
    assert towns.requested() == ["b.jsonl"]


def cancelled(towns: Arriving, run_id: str) -> None:
    """By a person, as it read the first file."""
    file = Arrival(*towns.rows().select("uri", "version").row(0))
    note_reading(objects_of(towns.config), "towns", run_id, file)
    run = towns.instance.get_run_by_id(run_id)
    assert run is not None
    towns.instance.report_run_canceled(run)


@pytest.mark.parametrize("end", [Arriving.lose, cancelled])
@pytest.mark.usefixtures("at_once")
def test_a_run_that_came_to_no_file_costs_none_an_attempt(
    end: Callable[[Arriving, str], None], towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker could not start. The corpus rests, for the next one may not either."""
    for name in "ab":
        towns.drop(f"{name}.jsonl")
    [request] = requests(towns.tick())
    end(towns, towns.queue("ingest_corpus", dict(request.tags)))
    with monkeypatch.context() as resting:
        resting.setattr(batching, "_RESTS_S", 600)
        assert why_none(towns).startswith("2 files rest: run ")
    assert "left are chosen anew" in why_none(towns)
    assert towns.rows()["attempts"].to_list() == [0, 0]
    assert towns.requested() == ["a.jsonl", "b.jsonl"]


@pytest.mark.usefixtures("at_once")
def test_a_retry_that_dagster_never_makes_is_not_waited_for_for_ever(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns.drop("a.jsonl")
    [request] = requests(towns.tick())
    tags = {**request.tags, "dagster/will_retry": "true"}
    run_id = towns.queue("ingest_corpus", tags)
    towns.lose(run_id)
    assert why_none(towns) == f"1 files wait for the outcomes of run {run_id}"
    monkeypatch.setattr(unfinished, "_RETRIED_S", -1)
    assert "left are chosen anew" in why_none(towns)
    assert towns.requested() == ["a.jsonl"]


@pytest.mark.usefixtures("at_once")
def test_a_run_is_not_lost_while_outcomes_of_it_are_to_be_taken_over(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look takes so many at most."""
    monkeypatch.setattr(looking, "_OUTCOMES", 1)
    for name in "abc":
        towns.drop(f"{name}.jsonl")
    assert towns.ingest()
    assert why_none(towns).startswith("2 files wait for the outcomes of run ")
    assert why_none(towns).startswith("1 files wait for the outcomes of run ")
    assert why_none(towns) == "no new file"
    assert set(towns.states().values()) == {"ingested"}


def test_two_ticks_at_once_request_one_run(
    towns: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that Dagster gave up goes on while the next one runs."""
    towns.drop("a.jsonl")
    others: list[dg.SensorResult] = []

    def overtaken(*given: Any, **options: Any) -> list[Arrival]:
        files = next_files(*given, **options)
        monkeypatch.setattr(batching, "next_files", next_files)
        others.append(towns.tick())
        return files

    monkeypatch.setattr(batching, "next_files", overtaken)
    assert why_none(towns) == "1 files wait: another tick of this sensor came first"
    [request] = requests(others[0])
    assert towns.launch(request)
    assert towns.requested() == []
    assert towns.states() == {"a.jsonl": "ingested"}
