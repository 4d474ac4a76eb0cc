import gzip
import json

import pytest

from tests.corpora.ingestion import documents, ingested, quarantine, rejections, texts, write
from tests.corpora.web import FIRST, SECOND, article
from webscale_rl_dagster.corpora.sources import find_sources
from webscale_rl_dagster.errors import IngestError

PAGE = article().encode()
BOILERPLATE = ("cookies", "All birds", "First!", "Copyright", "tracking", "color: red")


def one(tmp_path, tables, page, name="swift.html"):
    ingested(write(tmp_path / name, page), tables)
    return texts(tables)[0]


def test_a_page_becomes_its_main_content(tmp_path, tables):
    text = one(tmp_path, tables, PAGE)
    assert text == f"The common swift\n{FIRST}\n{SECOND}"
    row = documents(tables).row(0, named=True)
    assert row["title"] == "The common swift | Birds & more"
    assert (row["source_row"], row["url"], row["metadata"]) == (0, None, None)


def test_a_table_and_code_keep_their_lines(tmp_path, tables):
    table = "<table><tr><th>Month</th><th>Nests</th></tr><tr><td>May</td><td>12</td></tr></table>"
    code = "<pre><code>def swift():\n    return 'up'\n</code></pre>"
    text = one(tmp_path, tables, article(extra=table + code).encode())
    assert "| Month | Nests |" in text
    assert "| May | 12 |" in text
    assert "def swift():\n    return 'up'" in text


def test_the_canonical_address_is_the_url(tmp_path, tables):
    link = '<link rel="canonical" href="https://birds.example/swift">'
    one(tmp_path, tables, article(head=link).encode())
    assert documents(tables)["url"][0] == "https://birds.example/swift"


@pytest.mark.parametrize("href", ["javascript:alert(1)", "/swift", "", "//birds.example/swift"])
def test_what_is_no_whole_address_is_no_url(tmp_path, tables, href):
    one(tmp_path, tables, article(head=f'<link rel="canonical" href="{href}">').encode())
    assert documents(tables)["url"][0] is None


GERMAN = (
    "Der Mauersegler verbringt fast sein ganzes Leben in der Luft, schläft und trinkt dort über "
    "den Dächern der Städte."
)
RUSSIAN = (
    "Стрижи проводят почти всю свою жизнь в воздухе, там они едят, пьют "
    "и даже спят на большой высоте."
)
JAPANESE = (
    "アマツバメは一生のほとんどを空で過ごし、食べたり飲んだり、眠ったりするのも空の上である。" * 2
)
CHARSETS = [
    (GERMAN, "iso-8859-1", "iso-8859-1"),
    (GERMAN, "utf-8", "iso-8859-1"),
    (GERMAN, "utf-8", None),
    (GERMAN, "utf-8-sig", None),
    (GERMAN, "utf-16", None),
    (RUSSIAN, "windows-1251", "windows-1251"),
    (RUSSIAN, "koi8-r", "koi8-r"),
    (RUSSIAN, "windows-1251", None),
    (JAPANESE, "shift_jis", "shift_jis"),
    (JAPANESE, "euc-jp", "x-euc-jp"),
    (JAPANESE, "iso-2022-jp", "iso-2022-jp"),
]


@pytest.mark.parametrize(("text", "charset", "said"), CHARSETS)
def test_a_page_is_read_in_its_charset(tmp_path, tables, text, charset, said):
    head = "" if said is None else f'<meta charset="{said}">'
    assert text in one(tmp_path, tables, article(text, text, head=head).encode(charset))


def test_an_xhtml_page_with_a_declaration_is_read(tmp_path, tables):
    page = '<?xml version="1.0" encoding="iso-8859-1"?>\n' + article(GERMAN, GERMAN)
    assert GERMAN in one(tmp_path, tables, page.encode("iso-8859-1"))


def test_the_same_page_gives_the_same_text_whatever_came_before(tmp_path, tables):
    pages = {f"{number:02}.html": article(f"{number} {FIRST}", SECOND) for number in range(24)}
    for name, page in pages.items():
        write(tmp_path / "in" / name, page.encode())
    ingested(tmp_path / "in", tables)
    assert texts(tables) == [
        f"The common swift\n{number} {FIRST}\n{SECOND}" for number in range(24)
    ]


def test_a_folder_of_pages_is_one_source_in_the_order_of_names(tmp_path, tables):
    for name in ("b/2.htm", "a.html", "c.html.gz"):
        page = article(f"{name} {FIRST}").encode()
        write(tmp_path / "site" / name, gzip.compress(page) if name.endswith("gz") else page)
    write(tmp_path / "site/logo.png", b"\x89PNG")
    [source] = find_sources(tmp_path / "site", "auto")
    assert (source.path, source.format) == (tmp_path / "site", "html")
    [shard] = ingested(tmp_path / "site", tables)
    names = [uri.removeprefix(f"{tmp_path}/site/") for uri in documents(tables)["source_uri"]]
    assert (shard.rows, names) == (3, ["a.html", "b/2.htm", "c.html.gz"])


def test_pages_beside_text_need_a_format(tmp_path, tables):
    write(tmp_path / "in/a.html", PAGE)
    write(tmp_path / "in/a.txt", b"text")
    with pytest.raises(IngestError, match=r"html \(a.html\) and text \(a.txt\): name the format"):
        find_sources(tmp_path / "in", "auto")
    ingested(tmp_path / "in", tables, format="text")
    assert texts(tables) == ["text"]


def deep(tag, times, end=True):
    closing = f"</{tag}>" * times if end else ""
    return f"<html><body>{f'<{tag}>' * times}{FIRST}{closing}</body></html>".encode()


REJECTED = [
    (b"", "empty_file"),
    (
        b"<html><head><script>document.write('x')</script></head><body></body></html>",
        "no_main_content",
    ),
    (b"just some words, and nothing of a page", "malformed_html"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "control_characters"),
    (PAGE.replace(b"swift", b"swi\0ft", 1), "control_characters"),
    (PAGE + b"x" * 1_000_000, "document_too_large"),
    (deep("table><tr><td", 10_000, end=False), "no_main_content"),
    (deep("div", 10_000), "no_main_content"),
]


@pytest.mark.parametrize(("page", "reason"), REJECTED)
def test_what_is_no_page_goes_to_quarantine(tmp_path, tables, page, reason):
    write(tmp_path / "in/a.html", page)
    write(tmp_path / "in/b.html", PAGE)
    ingested(tmp_path / "in", tables)
    assert rejections(tables) == [(0, reason)]
    assert quarantine(tables)["source_uri"].to_list() == [f"{tmp_path}/in/a.html"]
    assert len(texts(tables)) == 1


def test_hostile_pages_harm_nobody(tmp_path, tables):
    """Each is a document or in quarantine, and the pages around them are read."""
    hostile = [
        deep("span", 100_000),
        deep("b", 20_000, end=False),
        b"<html><body>" + b"<!--" * 100_000,
        b'<html><body><script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
        b"<html><body><p>" + b"&#x110000;&amp" * 30_000,
        b"<html " + b"<" * 500_000,
        b"<html><body><!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>&b;</body>",
        "<html><body>\ud800\udfff</body></html>".encode("utf-8", "surrogatepass"),
        b"<html><meta charset=utf-7><body>+ADw-script+AD4-</body></html>",
        b"<html><meta charset=rot13><body>x</body></html>",
        b"<html><meta charset=idna><body>" + b"\xff" * 1000 + b"</body></html>",
    ]
    for number, page in enumerate(hostile):
        write(tmp_path / f"in/{number:02}.html", page)
    write(tmp_path / "in/zz.html", PAGE)
    ingested(tmp_path / "in", tables)
    assert texts(tables)[-1].startswith("The common swift")
    assert len(texts(tables)) + len(rejections(tables)) == len(hostile) + 1


def test_a_compressed_page_that_breaks_off_is_named(tmp_path, tables):
    ingested(write(tmp_path / "a.html.gz", gzip.compress(PAGE)[:-20]), tables)
    assert rejections(tables) == [(0, "truncated_archive")]


def test_a_bomb_is_too_large(tmp_path, tables):
    ingested(write(tmp_path / "a.html.gz", gzip.compress(b"<html>" + bytes(60_000_000))), tables)
    assert rejections(tables) == [(0, "document_too_large")]


def test_details_of_a_page_are_json_in_the_metadata(tmp_path, tables):
    ingested(write(tmp_path / "a.html", PAGE), tables, licence="CC-BY-4.0")
    row = documents(tables).row(0, named=True)
    assert row["licence"] == "CC-BY-4.0"
    assert json.loads(row["metadata"] or "{}") == {}
