"""What a scan finds: copies of a text in every format a storage may hold, and nothing else."""

from __future__ import annotations

import html
import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from webscale_rl_dagster.card.markdown import plain
from webscale_rl_dagster.identity import document_id
from webscale_rl_dagster.prompts.library import defuse, on_one_line
from webscale_rl_dagster.removal.findings import Findings
from webscale_rl_dagster.removal.letters import letters
from webscale_rl_dagster.removal.passages import SHORTEST, STEP, SURE, Passages
from webscale_rl_dagster.removal.scanning import scan
from webscale_rl_dagster.removal.seeking import seek
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

SHARD = "wiki/0123456789/00000"
GONE = (
    'In 1743 the "Marquess & Sons" foundry of Brackwater cast <b>nine</b> bells,\n'
    "each of a different pitch; the ninth, called \\emph{Sourdough}, cracked on its first\r\n"
    "morning \u2014 so the ringers of Caf\u00e9 Lane [a guild] rang eight,\u00a0and paid for nine."
)
STAYS = "The tide tables of the northern harbours were printed by hand until the year 1911."


def stored(root: Path | Objects, *texts: str) -> Objects:
    """A storage whose documents these are."""
    tables = Tables(root if isinstance(root, Objects) else Objects(str(root)))
    rows = [
        {"document_id": document_id(text), "text": text, "source_row": number, "kept": True}
        for number, text in enumerate(texts)
    ]
    tables.write("raw_documents", SHARD, frame_of("raw_documents", rows))
    return tables.objects


def scanned(objects: Objects, *removed: str) -> Findings:
    ids = [document_id(text) for text in removed]
    return scan(objects, seek(Tables(objects), ids, ()))


def parquet(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def nested() -> bytes:
    deep = [[], [{"said": "nothing"}, {"said": GONE}]]
    return parquet(pl.DataFrame({"a": ["x", "y"], "deep": deep}))


def prompt() -> str:
    return json.dumps([{"role": "user", "content": f"Read this.\n{defuse(GONE)}"}])


COPIES: dict[str, Callable[[], bytes]] = {
    "copies/column.parquet": lambda: parquet(pl.DataFrame({"n": [1, 2], "text": ["", GONE]})),
    "copies/nested.parquet": nested,
    "copies/category.parquet": lambda: parquet(
        pl.DataFrame({"c": pl.Series(["x", GONE], dtype=pl.Categorical())})
    ),
    "copies/bytes.parquet": lambda: parquet(pl.DataFrame({"b": [b"\xff\xfe", GONE.encode()]})),
    "copies/messages.parquet": lambda: parquet(pl.DataFrame({"messages": [prompt()]})),
    "copies/segment.jsonl.zst": lambda: zstandard.compress(
        json.dumps({"messages": prompt(), "completion": ""}).encode() + b"\n"
    ),
    "copies/record.json": lambda: json.dumps({"note": GONE}).encode(),
    "copies/ascii.json": lambda: json.dumps(json.dumps({"note": GONE})).encode(),
    "copies/card.html": lambda: f"<td>{html.escape(GONE)}</td>".encode(),
    "copies/README.md": lambda: f"| {plain(GONE, 1000)} |".encode(),
    "copies/one-line.txt": lambda: on_one_line(GONE).encode(),
    "copies/wrapped.txt": lambda: "\n\t".join(GONE.upper().split()).encode(),
    "copies/unknown": lambda: b"\0\1\2" + GONE.encode() + b"\xff",
    "copies/part.txt": lambda: STAYS.encode() + b". " + GONE[15:110].encode(),
}


@pytest.mark.parametrize("key", COPIES)
def test_a_copy_is_found_in_every_format(tmp_path: Path, key: str) -> None:
    objects = stored(tmp_path, GONE, STAYS)
    objects.put(key, COPIES[key]())
    findings = scanned(objects, GONE)
    assert {(find.key, find.document_id, find.what) for find in findings.finds} == {
        (key, document_id(GONE), "text")
    }
    assert not findings.unread


def test_a_find_names_its_column_and_row(tmp_path: Path) -> None:
    objects = stored(tmp_path, GONE)
    rows = ["nothing"] * 1200 + [GONE, None]
    objects.put("a.parquet", parquet(pl.DataFrame({"n": range(1202), "said": rows})))
    [find] = scanned(objects, GONE).finds
    assert (find.column, find.row) == ("said", 1200)


def test_a_folder_and_s3_are_searched_alike(objects: Objects) -> None:
    stored(objects, GONE, STAYS)
    objects.put("top.json", COPIES["copies/record.json"]())
    objects.put("deep/er/a.jsonl.zst", COPIES["copies/segment.jsonl.zst"]())
    findings = scanned(objects, GONE)
    assert {find.key for find in findings.finds} == {"top.json", "deep/er/a.jsonl.zst"}
    assert findings.objects.total() == 3


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    objects = stored(tmp_path, GONE, STAYS)
    objects.put("a.parquet", parquet(pl.DataFrame({"text": [STAYS, None, ""]})))
    objects.put("b.json", json.dumps([STAYS]).encode())
    objects.put("c.png", GONE.encode())
    findings = scanned(objects, GONE)
    assert findings.clean
    assert findings.objects == {"parquet": 2, "json": 1, "png": 1}
    assert "png" not in findings.bytes


def test_a_copy_across_two_readings_of_a_file_is_found(tmp_path: Path) -> None:
    objects = stored(tmp_path, GONE)
    escaped = json.dumps(GONE).encode()
    for shift in range(0, len(escaped), 7):
        objects.put("long.json", b" " * (4 * 1024 * 1024 - shift) + escaped)
        assert scanned(objects, GONE).found


def test_what_a_document_that_stays_holds_too_is_no_copy(tmp_path: Path) -> None:
    licence = "You may copy and share this page as long as its authors are named on every copy."
    other = f"{STAYS} {licence}"
    objects = stored(tmp_path, f"{GONE} {licence}", other)
    objects.put("prompt.txt", b"Read: " + other.encode())
    findings = scanned(objects, f"{GONE} {licence}")
    assert findings.clean
    assert findings.shared > 0
    assert findings.examples == [document_id(other)]
    assert not findings.near


def test_a_document_that_holds_most_of_a_removed_one_is_named(tmp_path: Path) -> None:
    near = GONE.replace("paid for nine", "paid for eight")
    findings = scanned(stored(tmp_path, GONE, STAYS, near), GONE)
    [copy] = findings.near
    assert (copy.document_id, copy.of) == (document_id(near), document_id(GONE))
    assert copy.share > 0.8


def test_ids_count_where_rows_are_made_of_documents(tmp_path: Path) -> None:
    objects = stored(tmp_path, GONE)
    identity = document_id(GONE)
    tables = Tables(objects)
    tables.write("candidate_qa", SHARD, frame_of("candidate_qa", [{"document_id": identity}]))
    line = json.dumps({"document_id": identity, "request_id": "0"}).encode() + b"\n"
    segment = f"journal/candidate_qa/{SHARD}/a.jsonl.zst"
    objects.put(segment, zstandard.compress(line))
    objects.put("removed/a.json", json.dumps({"documents": {identity: []}}).encode())
    assert {find.key: find.what for find in scanned(objects, GONE).finds} == {
        f"candidate_qa/{SHARD}.parquet": "id",
        segment: "id",
    }


def test_what_cannot_be_read_is_no_proof(tmp_path: Path) -> None:
    objects = stored(tmp_path, GONE)
    objects.put("torn.parquet", b"PAR1 and no more")
    objects.put("no.jsonl.zst", b"not packed at all")
    findings = scanned(objects, GONE)
    assert not findings.clean
    assert findings.unread.keys() == {"torn.parquet", "no.jsonl.zst"}


@pytest.mark.parametrize("text", ["", "n/a", "!" * 500, "a" * (SHORTEST - 1)])
def test_a_text_of_few_letters_is_not_looked_for(tmp_path: Path, text: str) -> None:
    objects = stored(tmp_path, text, STAYS)
    sought = seek(Tables(objects), [document_id(text)], ())
    assert (sought.too_short, sought.without_text, len(sought.passages)) == (1, 0, 0)
    assert scan(objects, sought).clean


def test_a_text_that_is_erased_already_is_counted(tmp_path: Path) -> None:
    objects = stored(tmp_path, STAYS)
    assert seek(Tables(objects), [document_id(GONE)], ()).without_text == 1


def test_every_copy_that_is_long_enough_is_found_wherever_it_begins() -> None:
    draw = random.Random(0)
    text = bytes(draw.choices(range(97, 123), k=2000))
    passages = Passages()
    passages.add(text)
    passages.freeze()
    noise = bytes(draw.choices(range(97, 123), k=3 * STEP))
    for start in range(0, len(text) - SURE, 3):
        for before in range(STEP):
            searched = noise[:before] + text[start : start + SURE] + noise
            assert len(passages.find(searched).places), (start, before)
    assert not len(passages.find(bytes(draw.choices(range(97, 123), k=100_000))).places)


def test_short_texts_are_found_whole() -> None:
    text = b"q" * 3 + bytes(range(97, 123)) + b"zyxwvut"
    assert len(text) == SHORTEST
    passages = Passages()
    passages.add(text)
    passages.freeze()
    assert all(len(passages.find(b"x" * before + text).places) for before in range(STEP))


def test_passages_are_told_apart_by_their_texts() -> None:
    draw = random.Random(1)
    texts = [bytes(draw.choices(range(97, 123), k=500)) for _ in range(50)]
    passages = Passages()
    for text in texts:
        passages.add(text)
    passages.freeze()
    found = passages.find(texts[7] + texts[31])
    assert set(passages.owners(found.passages)) == {7, 31}
    passages.forget(np.unique(found.passages))
    assert set(passages.owners(passages.find(texts[7], step=1).passages)) <= {7}
    assert set(passages.owners(passages.find(texts[8], step=1).passages)) == {8}


@given(st.text(st.characters(exclude_characters="\\", codec="utf-8"), max_size=200))
def test_escaping_changes_no_letters(text: str) -> None:
    data = letters(text.encode())
    for ascii_only in (True, False):
        once = json.dumps(text, ensure_ascii=ascii_only)
        assert letters(once.encode()) == data
        assert letters(json.dumps(once).encode()) == data
    assert letters(html.escape(text).encode()) == data


@pytest.mark.parametrize(
    "text", ["\\n", "a\\", "\\u00e9", "\\usepackage", "end\\\nnext", '\\"q', "\\\\name", "\\\t"]
)
def test_a_backslash_of_the_texts_own_stays_what_it_is(text: str) -> None:
    once = json.dumps(text)
    assert letters(once.encode()) == letters(text.encode()) == letters(json.dumps(once).encode())


@pytest.mark.parametrize("key", ["journal/a/b.jsonl.zst", "journal/a/b.parquet", "c.parquet"])
def test_a_damaged_object_is_named_and_the_others_are_read(tmp_path: Path, key: str) -> None:
    objects = stored(tmp_path, GONE)
    body = bytearray(parquet(pl.DataFrame({"text": [GONE], "qa_id": ["a"]})))
    body[4:60] = b"\xff" * 56
    objects.put(key, bytes(body))
    objects.put("last.txt", GONE.encode())
    findings = scanned(objects, GONE)
    assert findings.unread.keys() == {key}
    assert {find.key for find in findings.finds} == {"last.txt"}
