from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from webscale_rl_dagster.audit.lookup import found
from webscale_rl_dagster.audit.nearest import nearest, nearest_digits
from webscale_rl_dagster.audit.stored import SMALL_BYTES
from webscale_rl_dagster.audit.text import excerpt, visible
from webscale_rl_dagster.audit.where import Where, among, starting
from webscale_rl_dagster.errors import StorageError

NAMES = ["ant", "bee", "bee-eater", "cat", None, "été", "zebra\U0010ffff"]


@pytest.fixture(params=["small", "large"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Row groups of two. A small one is read whole, a large one in parts."""
    path = tmp_path / "table.parquet"
    frame = pl.DataFrame({"name": NAMES, "row": range(len(NAMES))})
    if request.param == "large":
        noise = [random.randbytes(SMALL_BYTES // 4) for _ in NAMES]
        frame = frame.with_columns(noise=pl.Series(noise))
    frame.write_parquet(path, row_group_size=2)
    return path


def rows(path: Path, where: Where) -> list[int]:
    with path.open("rb") as file:
        return [row for frame in found(file, where, ["row"]) for row in frame["row"]]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (among("name", ["bee"]), [1]),
        (among("name", ["ant", "été"]), [0, 5]),
        (among("name", ["dog"]), []),
        (starting("name", "bee"), [1, 2]),
        (starting("name", "z"), [6]),
        (starting("name", "zebra\U0010ffff"), [6]),
        (starting("name", "bee-eaters"), []),
    ],
)
def test_rows_are_those_of_a_full_scan(table: Path, where: Where, expected: list[int]) -> None:
    assert rows(table, where) == expected


@pytest.mark.parametrize("table", ["large"], indirect=True)
def test_a_row_group_that_the_footer_rules_out_is_not_read(table: Path) -> None:
    data = bytearray(table.read_bytes())
    where = data.index(b"ant")
    data[where - 8 : where + 3] = bytes(11)
    table.write_bytes(data)
    assert rows(table, among("name", ["cat"])) == [3]
    with pytest.raises(OSError, match=r"."):
        rows(table, among("name", ["ant"]))


def test_a_column_of_a_later_version_is_null(table: Path) -> None:
    with table.open("rb") as file:
        [frame] = found(file, among("name", ["cat"]), ["row", "later"])
    assert frame.rows() == [(3, None)]
    with table.open("rb") as file, pytest.raises(StorageError, match="no column other"):
        list(found(file, among("other", ["cat"]), ["row"]))


@pytest.mark.parametrize("size", [0, 100, SMALL_BYTES + 1])
def test_what_is_no_parquet_file_is_said_to_be_none(tmp_path: Path, size: int) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(bytes(size))
    with pytest.raises(StorageError, match="not a Parquet file"):
        rows(path, among("name", ["ant"]))


def test_nearest_are_beginnings_then_likenesses() -> None:
    known = [f"{number:06d}" for number in range(3000)]
    assert nearest("00299", known)[0] == "002990"
    assert nearest("x02999", known)[0] == "002999"
    assert nearest_digits("0029xx", [f"{name}{'f' * 60}" for name in known])
    assert nearest("", known) == ()


def test_an_excerpt_is_cut_around_its_span() -> None:
    text = "a" * 400 + "gold" + "b" * 5
    before, shown, after = excerpt(text, (400, 404))
    assert [before[0], len(before), shown, after] == ["…", 281, "gold", "bbbbb"]


def test_what_steers_a_terminal_is_spelled_out() -> None:
    hostile = "a\x1b[31mb\u202ec\td\xa0é\n"
    assert visible(hostile) == r"a\x1b[31mb\u202ec d é\n"
    assert visible(hostile, lines=True) == "a\\x1b[31mb\\u202ec d é\n"
