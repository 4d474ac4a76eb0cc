import pytest

from tests.corpora.ingestion import documents, ingested, quarantine, rejections, texts, write


def test_each_file_of_a_folder_is_a_document_in_the_order_of_names(tmp_path, tables):
    folder = tmp_path / "books"
    for name in ("b.txt", "a/z.txt", "a/y.TXT", "c.txt", ".hidden.txt", "notes.md"):
        write(folder / name, name.encode())
    [shard] = ingested(folder, tables)
    rows = documents(tables)
    assert rows["text"].to_list() == ["a/y.TXT", "a/z.txt", "b.txt", "c.txt"]
    assert rows["title"].to_list() == ["y", "z", "b", "c"]
    assert rows["source_row"].to_list() == [0, 0, 0, 0]
    assert rows["source_uri"][0] == str(folder / "a/y.TXT")
    assert shard.rows == 4


def test_a_single_file_is_a_document(tmp_path, tables):
    ingested(write(tmp_path / "a.txt", b"\xef\xbb\xbfone\r\ntwo\n"), tables)
    assert texts(tables) == ["one\r\ntwo\n"]


@pytest.mark.parametrize(
    ("data", "position", "reason"),
    [
        (b"", 0, "empty_file"),
        (b" \n\t", 0, "empty_text"),
        (b"abc\xff", 3, "invalid_utf8"),
        (b"a\0", 0, "control_characters"),
        (b"x" * 101, 0, "document_too_large"),
    ],
)
def test_a_bad_file_goes_to_quarantine_and_its_neighbours_do_not(
    tmp_path, tables, data, position, reason
):
    write(tmp_path / "in/a.txt", data)
    write(tmp_path / "in/b.txt", b"good")
    ingested(tmp_path / "in", tables, max_document_bytes=100)
    assert texts(tables) == ["good"]
    assert rejections(tables) == [(position, reason)]
    assert quarantine(tables)["source_uri"].to_list() == [str(tmp_path / "in/a.txt")]


def test_a_file_name_that_is_no_utf8_is_escaped(tmp_path, tables):
    folder = tmp_path / "in"
    folder.mkdir()
    with open(bytes(folder) + b"/\xff.txt", "wb") as file:
        file.write(b"text")
    ingested(folder, tables)
    assert documents(tables)["title"].to_list() == ["\\xff"]
