"""No file is missed: late, early, overwritten or deleted, however small a look is."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from botocore.stub import Stubber

from tests.corpora.arrivals.places import Bucket, Folder, Place, client_of
from tests.servers.seaweedfs import BUCKET, S3Server
from webscale_rl_dagster.corpora.arrivals.bucket import BucketListing
from webscale_rl_dagster.corpora.arrivals.folder import FolderListing
from webscale_rl_dagster.corpora.arrivals.ledger import read_ledger
from webscale_rl_dagster.corpora.arrivals.listing import Page, covered_by
from webscale_rl_dagster.corpora.arrivals.looking import Look, look
from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.storage.objects import Objects


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(str(tmp_path / "store"))


def see(objects: Objects, place: Place, *, page_files: int = 1000, pages: int = 25) -> Look:
    listing = place.listing(page_files)
    return look(objects, "towns", listing, names_sort=True, pages=pages)


def through(objects: Objects, place: Place, *, page_files: int, pages: int) -> pl.DataFrame:
    """Looks until the whole corpus was listed once from beginning to end."""
    for _ in range(2):
        while not (seen := see(objects, place, page_files=page_files, pages=pages)).through:
            pass
    return seen.rows


def states(rows: pl.DataFrame) -> dict[str, str]:
    """By name, of the newest versions; deleted ones say so."""
    newest = rows.filter("current")
    state = pl.when(pl.col("deleted_at").is_null()).then("state").otherwise(pl.lit("deleted"))
    told = newest.select(pl.col("uri").str.split("/").list.last(), state)
    return dict(told.rows())


def test_what_is_there_waits(objects: Objects, place: Place) -> None:
    place.put("2026-11-20.jsonl", b"{}")
    place.put("more/2026-11-21.jsonl.zst", b"{}")
    rows = see(objects, place).rows
    assert states(rows) == {"2026-11-20.jsonl": "waiting", "2026-11-21.jsonl.zst": "waiting"}
    assert sorted(rows["uri"]) == [
        f"{place.uri}/2026-11-20.jsonl",
        f"{place.uri}/more/2026-11-21.jsonl.zst",
    ]
    assert rows["size"].to_list() == [2, 2]


def test_names_that_no_reader_takes_are_passed_over(objects: Objects, place: Place) -> None:
    for name in ("_SUCCESS", "a.crc", ".part.jsonl", "_temporary/0/a.jsonl", "b.parquet"):
        place.put(name, b"{}")
    assert states(see(objects, place).rows) == {"b.parquet": "waiting"}


def test_a_named_format_takes_its_files_alone(objects: Objects, place: Place) -> None:
    for name in ("a.json.gz", "b.parquet", "c.txt"):
        place.put(name, b"{}")
    found = look(objects, "towns", place.listing(format="jsonl"), names_sort=True)
    assert states(found.rows) == {"a.json.gz": "waiting"}


def test_the_same_look_twice_writes_nothing(objects: Objects, place: Place) -> None:
    place.put("a.jsonl", b"{}")
    first = see(objects, place).rows
    before = objects.versions("arrivals")
    assert see(objects, place).rows.drop("listing").equals(first.drop("listing"))
    assert objects.versions("arrivals") == before


@pytest.mark.parametrize(("page_files", "pages"), [(1000, 25), (2, 1), (1, 2)])
def test_a_late_file_with_an_earlier_name_is_found(
    objects: Objects, place: Place, page_files: int, pages: int
) -> None:
    for day in range(20, 27):
        place.put(f"2026-11-{day}.jsonl", b"{}")
    through(objects, place, page_files=page_files, pages=pages)
    place.put("2026-11-19.jsonl", b"{}")
    place.put("2026-11-22-late.jsonl", b"{}")
    rows = through(objects, place, page_files=page_files, pages=pages)
    assert len(states(rows)) == 9
    assert set(states(rows).values()) == {"waiting"}


@pytest.mark.parametrize(("page_files", "pages"), [(1000, 25), (2, 1)])
def test_an_overwritten_file_is_a_new_version(
    objects: Objects, place: Place, page_files: int, pages: int
) -> None:
    for name in "abcde":
        place.put(f"{name}.jsonl", b"{}")
    through(objects, place, page_files=page_files, pages=pages)
    place.put("b.jsonl", b'{"text": "another"}')
    rows = through(objects, place, page_files=page_files, pages=pages)
    versions = rows.filter(pl.col("uri").str.ends_with("b.jsonl")).sort("current")
    assert versions["state"].to_list() == ["replaced", "waiting"]
    assert versions["size"].to_list() == [2, 19]
    assert rows.height == 6


@pytest.mark.parametrize(("page_files", "pages"), [(1000, 25), (2, 1)])
def test_a_deleted_file_is_noted_and_its_return_too(
    objects: Objects, place: Place, page_files: int, pages: int
) -> None:
    for name in "abcde":
        place.put(f"{name}.jsonl", name.encode())
    through(objects, place, page_files=page_files, pages=pages)
    place.delete("c.jsonl")
    rows = through(objects, place, page_files=page_files, pages=pages)
    assert states(rows)["c.jsonl"] == "deleted"
    assert [*states(rows).values()].count("waiting") == 4
    place.put("c.jsonl", b"c")
    assert (
        states(through(objects, place, page_files=page_files, pages=pages))["c.jsonl"] == "waiting"
    )


def test_another_address_is_listed_from_its_beginning(objects: Objects, place: Place) -> None:
    """Its names sort before those that the listing under way has passed."""
    for name in "xyz":
        place.put(f"old/{name}.jsonl", b"{}")
    see(objects, place, page_files=1, pages=1)
    for name in "ab":
        place.put(f"new/{name}.jsonl", b"{}")
    place.uri = f"{place.uri}/new"
    rows = through(objects, place, page_files=1, pages=1)
    here = rows.filter(pl.col("deleted_at").is_null())
    assert sorted(here["uri"]) == [f"{place.uri}/{name}.jsonl" for name in "ab"]


def test_new_names_come_at_once_beside_rows_of_a_sibling_address(
    objects: Objects, place: Place
) -> None:
    """Whose names sort after them: the corpus's `uri` was that one before."""
    for number in range(9):
        place.put(f"towns/{number}.jsonl", b"{}")
    for name in ("towns2", "towns-old"):
        place.put(f"{name}/z.jsonl", b"{}")
    see(objects, place)
    place.uri = f"{place.uri}/towns"
    through(objects, place, page_files=2, pages=1)
    see(objects, place, page_files=2, pages=1)
    place.put("towns/9.jsonl", b"{}")
    assert "9.jsonl" in states(see(objects, place, page_files=2, pages=1).rows)


@pytest.mark.parametrize(
    ("address", "covered"),
    [
        ("s3://b/towns", ["s3://b/towns", "s3://b/towns/a"]),
        ("s3://b/towns/", ["s3://b/towns/a"]),
        ("s3://b/towns2/a", ["s3://b/towns2/a"]),
        ("s3://b", ["s3://b/towns", "s3://b/towns/a", "s3://b/towns2/a"]),
        ("/", ["/towns/a"]),
    ],
)
def test_what_an_address_covers(address: str, covered: list[str]) -> None:
    uris = ["s3://b/towns", "s3://b/towns/a", "s3://b/towns2/a", "s3://bc/towns/a", "/towns/a"]
    rows = pl.DataFrame({"uri": uris})
    assert rows.filter(covered_by(address))["uri"].to_list() == covered


def test_new_names_come_at_once_while_all_is_listed(objects: Objects, place: Place) -> None:
    for number in range(9):
        place.put(f"{number}.jsonl", b"{}")
    through(objects, place, page_files=2, pages=1)
    see(objects, place, page_files=2, pages=1)
    place.put("9.jsonl", b"{}")
    assert "9.jsonl" in states(see(objects, place, page_files=2, pages=1).rows)


def test_a_version_that_returns_waits_again(
    objects: Objects, seaweedfs: S3Server, tmp_path: Path
) -> None:
    bucket = Bucket(seaweedfs, f"corpora/{tmp_path.name}")
    for data in (b"first", b"second", b"first"):
        bucket.put("a.jsonl", data)
        rows = see(objects, bucket).rows
    bucket.client.close()
    assert sorted(rows.select("state", "current").rows()) == [
        ("replaced", False),
        ("waiting", True),
    ]


def test_a_token_that_the_server_refuses_begins_the_listing_anew(
    seaweedfs: S3Server, tmp_path: Path
) -> None:
    client = client_of(seaweedfs)
    listing = BucketListing(client, f"s3://{BUCKET}/{tmp_path.name}/", "auto")
    place = {"Bucket": BUCKET, "Prefix": f"{tmp_path.name}/", "MaxKeys": 1000}
    with Stubber(client) as answers:
        answers.add_client_error(
            "list_objects_v2",
            "InvalidArgument",
            expected_params={**place, "ContinuationToken": "x"},
        )
        answers.add_response("list_objects_v2", {"IsTruncated": False}, place)
        assert listing.page("x") == Page([], None)
    client.close()


@pytest.mark.parametrize(
    ("address", "format", "found"),
    [
        (".jsonl", "auto", [".jsonl"]),
        (".json.gz", "jsonl", [".json.gz"]),
        (".dump", "jsonl", [".dump"]),
        (".dump", "auto", [".dump"]),
        (".parquet", "auto", [".parquet/part-0.parquet", ".parquet/part-1.parquet"]),
        (".parquet/", "auto", [".parquet/part-0.parquet", ".parquet/part-1.parquet"]),
    ],
)
def test_one_object_is_a_corpus_and_so_is_a_folder_with_the_name_of_one(
    address: str,
    format: str,
    found: list[str],
    objects: Objects,
    seaweedfs: S3Server,
    tmp_path: Path,
) -> None:
    """Which is how Spark, Dask and pandas name a dataset."""
    client = client_of(seaweedfs)
    for name in (
        ".jsonl",
        ".jsonl.old.jsonl",
        ".json.gz",
        ".json.gz.old.json.gz",
        ".dump",
        ".dump2",
    ):
        client.put_object(Bucket=BUCKET, Key=f"{tmp_path.name}{name}", Body=b"{}")
    for name in ("/", "/_SUCCESS", "/part-0.parquet", "/part-1.parquet", "2/part-0.parquet"):
        client.put_object(Bucket=BUCKET, Key=f"{tmp_path.name}.parquet{name}", Body=b"")
    uri = f"s3://{BUCKET}/{tmp_path.name}"
    listing = BucketListing(client, f"{uri}{address}", format, page_files=2)
    for _ in range(2):
        rows = look(objects, "one", listing, names_sort=True).rows
    client.close()
    assert rows["uri"].to_list() == [f"{uri}{name}" for name in found]


def test_links_that_lead_nowhere_are_passed_over(objects: Objects, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "corpus")
    folder.put("a.jsonl", b"{}")
    for name, target in (("loop.jsonl", "loop.jsonl"), ("gone.jsonl", "nothing")):
        Path(folder.uri, name).symlink_to(target)
    assert states(see(objects, folder).rows) == {"a.jsonl": "waiting"}


def test_a_file_system_that_cannot_be_asked_says_so_of_the_corpus(tmp_path: Path) -> None:
    """A name that is too long is refused as one is by a server of files that is away."""
    too_long = "x" * 300
    with pytest.raises(StorageError, match="corpus cannot be listed: File name too long") as said:
        FolderListing(tmp_path / too_long / "corpus", "auto").page(None)
    assert "Look at the corpus's `uri`" in str(said.value)
    folder = Folder(tmp_path / "corpus")
    for name in "ab":
        folder.put(f"{name}.jsonl", b"{}")
    listing = folder.listing(page_files=1)
    token = listing.page(None).token
    folder.delete("b.jsonl")
    Path(folder.uri, "b.jsonl").symlink_to(too_long)
    for asked in (listing, folder.listing()):
        with pytest.raises(StorageError, match=r"corpus cannot be listed: .*b\.jsonl"):
            asked.page(token)


def test_a_bucket_that_is_not_there_says_what_to_do(objects: Objects, seaweedfs: S3Server) -> None:
    client = client_of(seaweedfs)
    listing = BucketListing(client, "s3://no-such-bucket/corpora", "auto")
    with pytest.raises(StorageError, match="s3://no-such-bucket/corpora cannot be listed"):
        look(objects, "towns", listing, names_sort=True)
    client.close()
    assert read_ledger(objects, "towns").snapshot == 0
