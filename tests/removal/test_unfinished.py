"""A removal that is cut short holds from its tombstone on, and is finished by another command."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from tests.corpora.ingestion import documents, ingested, jsonl, write
from tests.pipeline import Pipeline, town
from tests.removal.storages import (
    LOOSE,
    WHY,
    files,
    made_of,
    raw,
    remove,
    row,
    shard_of_town,
    two_shards,
    write_rows,
)
from webscale_rl_dagster.automation import registering
from webscale_rl_dagster.cli import republishing
from webscale_rl_dagster.corpora.removed import new_tombstone, save, tombstones
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.removal import removing
from webscale_rl_dagster.removal.unpaid import JournalOnly
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

pytestmark = pytest.mark.slow

BOTH = ("--licence", "CC0-1.0")


class Crashed(Exception):
    """Stands for the death of the process."""


def crash(*_arguments: object, **_options: object) -> None:
    raise Crashed


def test_after_the_tombstone(wiki: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = len(wiki.script.requests)
    with monkeypatch.context() as patch:
        patch.setattr(republishing, "republish", crash)
        with pytest.raises(AssertionError, match="Crashed"):
            remove(wiki, *BOTH)
    assert len(tombstones(wiki.tables.objects)) == 1
    assert made_of(wiki, 3).height > 0, "nothing is done yet"
    done = remove(wiki, "--resume")
    both = {shard_of_town(wiki, n): "published" for n in (0, 3)}
    assert done["republished"] == both
    assert made_of(wiki, 3).is_empty()
    assert remove(wiki, "--resume")["republished"] == {}
    assert len(wiki.script.requests) == asked


def test_between_rewriting_a_shard_and_making_its_pairs(
    wiki: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = len(wiki.script.requests)
    with monkeypatch.context() as patch:
        patch.setattr(republishing, "report_rewritten", crash)
        with pytest.raises(AssertionError, match="Crashed"):
            remove(wiki, *BOTH)
    first = shard_of_town(wiki, 0)
    assert "removed" in wiki.tables.read("raw_documents", first)["reason"].to_list()
    found = json.loads(wiki("status", "--json", exit_code=1).stdout)["shards"]
    [shut] = [one for one in found if not one["gate"]["open"]]
    assert (shut["shard"], shut["published"], shut["reconciled"]) == (first, 0, False)
    done = remove(wiki, *BOTH)
    assert done["republished"] == {shard_of_town(wiki, n): "published" for n in (0, 3)}
    assert len(tombstones(wiki.tables.objects)) == 1
    assert len(wiki.script.requests) == asked


def one_shard(pipeline: Pipeline) -> str:
    """Two of three documents are fit."""
    pipeline.configure(gates=LOOSE)
    write_rows(pipeline, "a.jsonl", [row(3), row(4), row(20, text=f"{town(20)} UNFIT.")])
    pipeline("ingest", str(pipeline.folder / "a.jsonl"), "--corpus", "wiki")
    pipeline("run", "--all")
    [shard] = pipeline.shards
    return shard


def test_no_key_is_needed_and_a_model_that_is_not_there_costs_nothing(pipeline: Pipeline) -> None:
    shard, asked = one_shard(pipeline), len(pipeline.script.requests)
    stays = files(pipeline, shard)
    served = pipeline.settings["models"]["default"] | {"api_key_env": "NO_SUCH_KEY"}
    gone = {"engine": "llama_cpp", "model": "/nowhere/model.gguf"}
    pipeline.configure(models={"default": served, "generator": gone})
    wanted = ("--document", document_id(town(3)), "--reason", WHY)
    assert "models.generator: /nowhere" in str(pipeline("remove", *wanted, exit_code=1).exception)
    assert files(pipeline, shard) == stays
    assert not tombstones(pipeline.tables.objects)
    pipeline.configure(models={"default": served})
    assert remove(pipeline, *wanted[:2])["republished"] == {shard: "published"}
    assert len(pipeline.script.requests) == asked


def test_a_run_that_fails_is_told_and_tried_again(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard, asked = one_shard(pipeline), len(pipeline.script.requests)
    wanted = ("--document", document_id(town(3)))
    with monkeypatch.context() as patch:
        patch.setattr(JournalOnly, "engine", crash)
        patch.setattr(JournalOnly, "check", lambda *_: None)
        output = pipeline("remove", *wanted, "--reason", WHY, exit_code=1).output
        assert f"`webscale-rl run --shard {shard}` makes them again" in output
        assert not pipeline.tables.has("verified_qa", shard)
        assert remove(pipeline, "--resume", exit_code=1)["republished"] == {shard: "failed"}
    assert remove(pipeline, *wanted)["republished"] == {shard: "published"}
    assert made_of(pipeline, 4).height > 0
    assert len(pipeline.script.requests) == asked


def test_between_a_shut_gate_and_the_deletion(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    shard = one_shard(pipeline)
    pipeline.configure(gates=LOOSE | {"min_kept_documents": 0.6})
    with monkeypatch.context() as patch:
        patch.setattr(republishing, "forget", crash)
        with pytest.raises(AssertionError, match="Crashed"):
            remove(pipeline, "--document", document_id(town(3)))
    assert made_of(pipeline, 3).height > 0
    assert remove(pipeline, "--resume", exit_code=3)["republished"] == {shard: "gate_shut"}
    assert not pipeline.tables.has("verified_qa", shard)
    assert remove(pipeline, "--resume")["republished"] == {}


def test_what_a_rule_found_too_late_goes_with_resume(pipeline: Pipeline) -> None:
    """An ingestion that had begun before the rule was laid kept it."""
    pipeline.configure(gates=LOOSE)
    write_rows(pipeline, "a.jsonl", [row(3), row(4)])
    pipeline("ingest", str(pipeline.folder / "a.jsonl"), "--corpus", "wiki")
    save(pipeline.tables.objects, new_tombstone("licence", "CC0-1.0", WHY, {}))
    [shard] = pipeline.shards
    assert remove(pipeline, "--resume")["republished"] == {shard: "not_run"}
    assert raw(pipeline)[document_id(town(3))]["reason"] == "removed"
    assert raw(pipeline)[document_id(town(4))]["kept"]
    _, late = tombstones(pipeline.tables.objects)
    assert (late.kind, late.reason, set(late.documents)) == ("licence", WHY, {document_id(town(3))})
    assert remove(pipeline, "--resume")["republished"] == {}


def test_dagster_is_told_though_a_crash_came_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = Tables(Objects(str(tmp_path / "store")))
    path = write(tmp_path / "a.jsonl", jsonl({"text": town(0)}, {"text": town(1)}))
    [shard] = ingested(path, tables)
    told = dg.AssetKey("raw_documents")
    with dg.DagsterInstance.ephemeral() as instance:
        with monkeypatch.context() as patch:
            patch.setattr(dg.DagsterInstance, "report_runless_asset_event", crash)
            with pytest.raises(Crashed):
                registering.adopt_shard(instance, shard.key, tables)
        registering.adopt_shard(instance, shard.key, tables)
        assert instance.get_materialized_partitions(told) == {shard.key}
        removing.erase_rows(tables, shard.key, [documents(tables)["document_id"][0]])
        with monkeypatch.context() as patch:
            patch.setattr(dg.DagsterInstance, "report_runless_asset_event", crash)
            with pytest.raises(Crashed):
                registering.report_rewritten(instance, shard.key, tables, WHY)
        for _ in range(2):
            registering.report_rewritten(instance, shard.key, tables, WHY)
        events = instance.fetch_materializations(told, limit=10).records
        assert len(events) == 2, "adopted, and rewritten once"
        assert events[0].asset_materialization is not None
        assert events[0].asset_materialization.metadata["why"].value == WHY


def test_a_shard_whose_gate_shuts_keeps_nothing_of_the_document(pipeline: Pipeline) -> None:
    """Two of three documents were fit, one of two is too few."""
    pipeline.configure(gates=LOOSE | {"min_kept_documents": 0.6})
    write_rows(pipeline, "a.jsonl", [row(3), row(4), row(20, text=f"{town(20)} UNFIT.")])
    pipeline("ingest", str(pipeline.folder / "a.jsonl"), "--corpus", "wiki")
    pipeline("run", "--all")
    [shard] = pipeline.shards
    done = remove(pipeline, "--document", document_id(town(3)), exit_code=3)
    assert done["republished"] == {shard: "gate_shut"}
    assert pipeline.tables.has("filtered_documents", shard)
    for stage in ("classified_documents", "candidate_qa", "checked_qa", "verified_qa"):
        assert not pipeline.tables.has(stage, shard)
    [item] = pipeline.status()["shards"]
    assert item["reconciled"]
    assert remove(pipeline, "--resume")["republished"] == {}, "there is nothing left to do"
    pipeline.configure(gates=LOOSE)
    asked = len(pipeline.script.requests)
    pipeline("run", "--all")
    assert set(pipeline.verified()["document_id"]) == {document_id(town(4))}
    assert len(pipeline.script.requests) == asked


def test_changed_models_are_not_asked(pipeline: Pipeline) -> None:
    """Nothing in the journal is an answer of the new model, so the shard waits for a run."""
    two_shards(pipeline)
    asked = len(pipeline.script.requests)
    engine = pipeline.settings["models"]["default"] | {"model": "another-model"}
    pipeline.configure(models={"default": engine})
    shard = shard_of_town(pipeline, 3)
    output = pipeline("remove", "--document", document_id(town(3)), "--reason", WHY, exit_code=3)
    assert f"{shard}: not published" in output.output
    assert len(pipeline.script.requests) == asked
    assert not pipeline.tables.has("verified_qa", shard)
    pipeline("run", "--shard", shard)
    assert len(pipeline.script.requests) > asked
    assert made_of(pipeline, 3).is_empty()
    assert made_of(pipeline, 4).height > 0


def test_a_table_without_the_documents_is_not_written(wiki: Pipeline) -> None:
    shard = shard_of_town(wiki, 3)
    before = wiki.tables.version("raw_documents", shard)
    assert removing.erase_rows(wiki.tables, shard, [document_id(town(0))]) == 0
    assert wiki.tables.version("raw_documents", shard) == before
