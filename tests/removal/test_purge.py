"""What is left of removed documents after a purge, and what stays as it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.pipeline import Pipeline, pipeline_in, town
from tests.removal.storages import two_shards
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.corpora.removed import Tombstone, new_tombstone, save, tombstones
from webscale_rl_dagster.errors import IndexBusy, ReleaseError, StorageError
from webscale_rl_dagster.home import index_home
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.inference.journal import Journal, JournalPlace, merge, read_calls
from webscale_rl_dagster.lineage.marks import add_mark, all_marks
from webscale_rl_dagster.releases.gate import latest_open
from webscale_rl_dagster.releases.reading import open_release
from webscale_rl_dagster.removal import purging
from webscale_rl_dagster.removal.finding import find
from webscale_rl_dagster.removal.proof import Proof
from webscale_rl_dagster.removal.removing import lay
from webscale_rl_dagster.removal.scanning import scan
from webscale_rl_dagster.removal.seeking import Sought, seek
from webscale_rl_dagster.removal.selecting import Selector
from webscale_rl_dagster.removal.withdrawing import withdraw_releases
from webscale_rl_dagster.schemas import STAGES, frame_of
from webscale_rl_dagster.search.folder import only_writer
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Row, Tables

GONE = 1
ID = document_id(town(GONE))
IS_GONE = pl.col("document_id") == ID


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """Two shards that are run, and a release of them; not to be changed."""
    folder = tmp_path_factory.mktemp("original")
    with pytest.MonkeyPatch.context() as patch, pipeline_in(folder) as pipeline:
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv("WEBSCALE_RL_CONFIG", str(folder / "pipeline.yaml"))
        two_shards(pipeline)
        pipeline("release", "--name", "v1")
        yield pipeline


@pytest.fixture
def tables(original: Pipeline, tmp_path: Path) -> Tables:
    """A copy of it."""
    shutil.copytree(original.settings["storage"], tmp_path / "store")
    return Tables(Objects(str(tmp_path / "store")))


def bury(tables: Tables) -> Tombstone:
    """The tombstone alone: no table shows it yet."""
    selector = Selector("document", ID)
    [tombstone] = lay(tables, selector, find(tables, selector), "asked for")
    return tombstone


def purge(tables: Tables) -> Proof:
    config = Config(storage=tables.objects.root)
    return purging.purge(tables, tombstones(tables.objects), config=config)


def sought(tables: Tables) -> Sought:
    """To be taken before the text is erased."""
    return seek(tables, [ID], [pair for _, pair in pairs(tables, ID)])


def pairs(tables: Tables, identity: str) -> list[tuple[str, str]]:
    """Shard and id of each."""
    return [
        (shard, row["qa_id"])
        for shard in tables.shards("candidate_qa")
        for row in tables.rows("candidate_qa", shard)
        if row["document_id"] == identity
    ]


def raw(tables: Tables) -> Row:
    """The purged document's row."""
    rows = (row for shard in tables.shards("raw_documents") for row in _rows(tables, shard))
    return next(row for row in rows if row["document_id"] == ID)


def _rows(tables: Tables, shard: str) -> Iterator[Row]:
    return tables.rows("raw_documents", shard)


def calls(tables: Tables) -> pl.DataFrame:
    objects = tables.objects
    columns = ("request_id", "document_id", "qa_id")
    found = read_calls(objects, list(objects.list("journal")), columns=columns)
    return pl.concat(found).sort(columns)


def test_nothing_of_a_purged_document_is_left(tables: Tables) -> None:
    objects = tables.objects
    other = pairs(tables, document_id(town(0)))[0][1]
    own = [pair for _, pair in pairs(tables, ID)]
    for pair in (*own, other):
        add_mark(objects, pair, good=False, note="is that so?", by="Ada")
    index = index_home(Config(storage=objects.root))
    (index / "pairs").mkdir(parents=True)
    (index / "pairs" / "segment").write_text(town(GONE))
    before, looked_for = raw(tables), sought(tables)
    bury(tables)
    proof = purge(tables)
    assert proof.proven
    assert scan(objects, looked_for).clean
    after = raw(tables)
    assert (after["kept"], after["reason"]) == (False, "removed")
    assert after["text"] is after["title"] is after["metadata"] is None
    stay = ("document_id", "url", "licence", "source_uri", "source_row")
    assert [after[name] for name in stay] == [before[name] for name in stay]
    assert [mark.qa_id for mark in all_marks(objects)] == [other]
    assert [path.name for path in index.iterdir()] == ["lock"]
    assert tombstones(objects)[0].purged == proof.time
    assert (proof.erased.texts, proof.erased.marks) == (1, len(own))
    assert "nothing of them was found" in list(proof.lines())


def test_the_journal_keeps_all_other_calls(tables: Tables) -> None:
    before = calls(tables)
    bury(tables)
    proof = purge(tables)
    assert calls(tables).equals(before.remove(IS_GONE))
    assert proof.erased.calls == before.filter(IS_GONE).height > 0


def test_no_other_shard_is_written(tables: Tables) -> None:
    [shard] = {shard for shard, _ in pairs(tables, ID)}
    before = tables.objects.versions("")
    bury(tables)
    assert purge(tables).shards == (shard,)
    after = tables.objects.versions("")
    changed = {key for key in before if before[key] != after.get(key)}
    assert changed
    assert all(shard in key or key.startswith("releases/v1/") for key in changed)


def test_tables_that_are_not_run_again_have_no_rows_of_it(tables: Tables) -> None:
    [shard] = {shard for shard, _ in pairs(tables, ID)}
    before = {stage: tables.read(stage, shard) for stage in STAGES[1:]}
    bury(tables)
    proof = purge(tables)
    for stage, table in before.items():
        left = table.remove(IS_GONE)
        assert tables.read(stage, shard).equals(left)
        assert left.height < table.height
    assert set(proof.erased.tables[shard]) == set(STAGES)


def test_a_release_that_holds_its_pairs_is_withdrawn(tables: Tables) -> None:
    objects = tables.objects
    bury(tables)
    assert purge(tables).withdrawn == ("v1",)
    assert list(objects.list("releases")) == [
        "releases/v1/RELEASE.json",
        "releases/v1/WITHDRAWN.json",
    ]
    with pytest.raises(ReleaseError, match=r"was withdrawn on .*: asked for\. Its name stays"):
        open_release(objects, "v1")
    assert latest_open(objects) is None
    assert purge(tables).withdrawn == ()


def test_a_release_stays_if_it_shows_nothing_of_the_document(tables: Tables) -> None:
    tombstone = bury(tables)
    data = next(key for key in tables.objects.list("releases/v1/data"))
    evidence = {"benchmark": "b", "split": "s", "item": 1, "field": "f", "text": "t", "score": 1.0}
    unknown = document_id("another text")
    assert withdraw_releases(tables.objects, [unknown], [tombstone]) == []
    for shown in (None, evidence):
        row: Row = {"document_id": unknown, "contamination": shown}
        store(tables, "releases/v1/dropped.parquet", frame_of("release_dropped", [row]))
        expected = [] if shown is None else ["v1"]
        assert withdraw_releases(tables.objects, [unknown], [tombstone]) == expected
    assert not tables.objects.exists(data)


def store(tables: Tables, key: str, frame: pl.DataFrame) -> None:
    frame.write_parquet(Path(tables.objects.root) / key)


def test_a_withdrawal_that_was_cut_short_is_finished(tables: Tables) -> None:
    bury(tables)
    key = next(tables.objects.list("releases/v1/data"))
    data = tables.objects.get(key)
    purge(tables)
    tables.objects.put(key, data)
    assert purge(tables).withdrawn == ("v1",)
    assert not tables.objects.exists(key)


def test_copies_elsewhere_keep_the_texts_until_they_are_gone(tables: Tables) -> None:
    objects = tables.objects
    objects.put("notes/mine.txt", town(GONE).encode())
    bury(tables)
    proof = purge(tables)
    assert not proof.proven
    assert {find.key for find in proof.findings.finds} == {"notes/mine.txt"}
    assert "notes/mine.txt" in "\n".join(proof.lines())
    assert raw(tables)["text"] == town(GONE)
    assert tombstones(objects)[0].purged is None
    objects.delete(["notes/mine.txt"])
    again = purge(tables)
    assert again.proven
    assert again.without_text == 0
    assert raw(tables)["text"] is None


def test_a_purge_of_what_is_purged_says_what_it_cannot_know(tables: Tables) -> None:
    bury(tables)
    purge(tables)
    proof = purge(tables)
    assert proof.proven
    assert (proof.without_text, proof.passages, proof.shards) == (1, 0, ())
    assert "only the ids were looked for" in "\n".join(proof.lines())
    assert proof.as_dict()["erased"] == {
        "texts": 0, "calls": 0, "rows": 0, "marks": 0, "unfinished": 0, "tables": {}
    }  # fmt: skip


STEPS = (
    "withdraw_releases", "erase_marks", "erase_calls", "erase_made", "scan", "erase_texts", "save"
)  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("before", [True, False])
def test_a_purge_that_is_cut_short_is_done_by_the_next(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
) -> None:
    kept, looked_for = calls(tables).remove(IS_GONE), sought(tables)
    bury(tables)
    with monkeypatch.context() as patch:
        patch.setattr(purging, step, dying(getattr(purging, step), before=before))
        with pytest.raises(KeyboardInterrupt):
            purge(tables)
    assert purge(tables).proven
    assert scan(tables.objects, looked_for).clean
    assert raw(tables)["text"] is None
    assert calls(tables).equals(kept)
    assert tombstones(tables.objects)[0].purged


def dying(work: Callable[..., object], *, before: bool) -> Callable[..., object]:
    def die(*args: object, **kwargs: object) -> None:
        if not before:
            work(*args, **kwargs)
        raise KeyboardInterrupt

    return die


def test_a_journal_between_its_two_versions_counts_each_call_once(tables: Tables) -> None:
    objects = tables.objects
    kept = calls(tables).remove(IS_GONE)
    [shard] = {shard for shard, _ in pairs(tables, ID)}
    for folder in {key.rpartition("/")[0] for key in objects.list("journal") if shard in key}:
        old = {name: objects.get(name) for name in objects.list(folder)}
        merge(objects, folder, list(old), without=IS_GONE)
        for name, body in old.items():
            objects.put(name, body)
    bury(tables)
    assert purge(tables).proven
    assert calls(tables).equals(kept)


def test_what_a_run_writes_meanwhile_is_not_lost(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = tables.objects
    some = next(key for key in objects.list("journal") if "candidate_qa" in key)
    late = f"{some.rpartition('/')[0]}/late.parquet"
    record = pl.read_parquet(Path(objects.root) / some).head(1).with_columns(
        request_id=pl.lit("ab" * 32), document_id=pl.lit("of another"), qa_id=pl.lit("too")
    )  # fmt: skip
    put_file = Objects.put_file

    def put_and_write(self: Objects, key: str, path: Path) -> None:
        put_file(self, key, path)
        if key.startswith("journal/candidate_qa"):
            store(tables, late, record)

    monkeypatch.setattr(Objects, "put_file", put_and_write)
    bury(tables)
    assert purge(tables).proven
    assert "ab" * 32 in calls(tables)["request_id"].to_list()


async def test_the_calls_that_are_left_are_answered_as_before(tables: Tables) -> None:
    [shard] = {shard for shard, _ in pairs(tables, ID)}
    place = JournalPlace("candidate_qa", shard)
    bury(tables)
    purge(tables)
    names = list(tables.objects.list(place.prefix))
    left = pl.concat(read_calls(tables.objects, names, columns=("request_id", "completion")))
    async with Journal(tables.objects, place) as journal:
        for key, text in left.iter_rows():
            known = journal.get(key)
            assert known is not None
            assert known.text == text


def test_a_write_that_was_cut_short_is_no_hiding_place(tables: Tables) -> None:
    part = Path(tables.objects.root) / "raw_documents" / "torn.parquet#1"
    part.write_bytes(town(GONE).encode())
    bury(tables)
    assert purge(tables).findings.unread.keys() == {"raw_documents/torn.parquet#1"}
    os.utime(part, (0, 0))
    proof = purge(tables)
    assert proof.proven
    assert proof.erased.unfinished == 1
    assert "1 unfinished writes" in next(proof.lines())
    assert not part.exists()


def test_a_file_of_somebody_is_named_and_not_deleted(tables: Tables) -> None:
    notes = Path(tables.objects.root) / "corpus" / "notes in C#1"
    notes.parent.mkdir()
    notes.write_text("mine")
    os.utime(notes, (0, 0))
    bury(tables)
    proof = purge(tables)
    assert proof.findings.unread.keys() == {"corpus/notes in C#1"}
    assert proof.erased.unfinished == 0
    assert notes.read_text() == "mine"


STRAY = (
    "journal/x",
    "journal/candidate_qa/.DS_Store",
    "journal/candidate_qa/x.parquet",
    "journal/candidate_qa/wiki/.DS_Store",
    "releases/.DS_Store",
    "releases/notes.txt",
    "releases/.hidden/notes.txt",
)


def test_stray_objects_merge_no_journals_and_stay(tables: Tables) -> None:
    objects = tables.objects
    [shard] = {shard for shard, _ in pairs(tables, ID)}
    some = next(objects.list(f"journal/candidate_qa/{shard}"))
    stray = (*STRAY, f"journal/candidate_qa/{shard}/x", f"journal/candidate_qa/{shard}/y/x.parquet")
    for key in stray:
        objects.put(key, b"mine")
    before = {key.rpartition("/")[0] for key in objects.list("journal")}
    other = {key for key in objects.list("journal") if shard not in key}
    bury(tables)
    proof = purge(tables)
    assert not objects.exists(some)
    assert proof.erased.calls > 0
    assert proof.withdrawn == ("v1",)
    assert all(objects.get(key) == b"mine" for key in stray)
    assert {key.rpartition("/")[0] for key in objects.list("journal")} == before
    assert {key for key in objects.list("journal") if shard not in key} == other
    assert proof.findings.unread.keys() == {key for key in stray if key.endswith(".parquet")}


@pytest.mark.parametrize("ending", [".parquet", ".jsonl.zst"])
def test_a_damaged_journal_stops_a_purge_before_anything_is_erased(
    tables: Tables, ending: str
) -> None:
    folder = next(tables.objects.list("journal")).rpartition("/")[0]
    tables.objects.put(f"{folder}/bad{ending}", b"neither packed nor a table")
    bury(tables)
    before = tables.objects.versions("")
    with pytest.raises(StorageError, match=rf"{folder}/bad{ending} is no part of a journal"):
        purge(tables)
    assert tables.objects.versions("") == before


def test_a_damaged_release_stops_a_purge_before_anything_is_erased(tables: Tables) -> None:
    tables.objects.put("releases/v1/data/mine.parquet", b"no table")
    bury(tables)
    before = tables.objects.versions("")
    with pytest.raises(StorageError, match=r"releases/v1/data/mine\.parquet cannot be searched"):
        purge(tables)
    assert tables.objects.versions("") == before


def test_a_purge_waits_for_no_indexer_and_erases_nothing_meanwhile(tables: Tables) -> None:
    bury(tables)
    before = tables.objects.versions("")
    with only_writer(index_home(Config(storage=tables.objects.root))):
        with pytest.raises(IndexBusy, match="try again"):
            purge(tables)
    assert tables.objects.versions("") == before
    assert purge(tables).proven


@pytest.mark.parametrize("place", ["removal", "journal", "release"])
def test_marks_go_with_pairs_that_no_table_has_any_more(tables: Tables, place: str) -> None:
    objects = tables.objects
    files = [key for key in objects.list("releases/v1/data") if key.endswith(".parquet")]
    published = pl.concat(pl.read_parquet(Path(objects.root) / key) for key in files)
    own = published.filter(IS_GONE)["qa_id"].to_list()
    for pair in own:
        add_mark(objects, pair, good=False, note=town(GONE), by="Ada")
    for stage in STAGES[3:]:
        for shard in tables.shards(stage):
            tables.write(stage, shard, tables.read(stage, shard).remove(IS_GONE))
    if place == "removal":
        save(objects, new_tombstone("url_prefix", "https://", "asked for", {ID: own}))
    if place != "journal":
        objects.delete(list(objects.list("journal")))
    if place != "release":
        objects.delete(list(objects.list("releases")))
    later = new_tombstone("document", ID, "asked for", {ID: []})
    save(objects, later)
    proof = purging.purge(tables, [later], config=Config(storage=objects.root))
    assert proof.proven
    assert proof.erased.marks == len(own) > 0
    assert list(all_marks(objects)) == []


def test_a_near_copy_that_stays_is_named(tables: Tables) -> None:
    near = town(GONE) + " It is twinned with Eastmere."
    row = {"document_id": document_id(near), "text": near, "kept": True}
    tables.write("raw_documents", "more/0123456789/00000", frame_of("raw_documents", [row]))
    bury(tables)
    proof = purge(tables)
    [copy] = proof.findings.near
    assert (copy.document_id, copy.of) == (document_id(near), ID)
    assert any("remove it too" in line for line in proof.lines())


def test_a_shard_is_run_again_without_a_call_and_released_under_another_name(
    pipeline: Pipeline,
) -> None:
    two_shards(pipeline)
    pipeline("release", "--name", "v1")
    others = pipeline.verified().remove(IS_GONE).sort("qa_id")
    other = others["qa_id"][0]
    bury(pipeline.tables)
    assert purge(pipeline.tables).proven
    for command in (
        ("export", "--release", "v1", "--format", "trl", "--out", str(pipeline.folder / "out")),
        ("release", "--name", "v1"),
        ("release", "--name", "v2", "--previous", "v1"),
    ):
        assert "withdrawn" in str(pipeline(*command, exit_code=1).exception)
    asked = len(pipeline.script.requests)
    pipeline("run", "--all")
    assert len(pipeline.script.requests) == asked
    assert pipeline.verified().sort("qa_id").equals(others)
    assert other in pipeline("trace", other, "--json").output
    pipeline("release", "--name", "v3")
    release = open_release(pipeline.tables.objects, "v3")
    assert release.manifest["previous"] is None
    frames = [batch for split in release.splits for batch in release.batches(split)]
    assert ID not in pl.concat(frames)["document_id"].to_list()
