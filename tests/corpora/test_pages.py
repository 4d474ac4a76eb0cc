"""The processes that extract pages."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.corpora.web import article
from webscale_rl_dagster.corpora.pages.documents import Page, documents_of
from webscale_rl_dagster.corpora.pages.process import PageProcess
from webscale_rl_dagster.corpora.records import Document, ReadOptions, Rejected

OPTIONS = ReadOptions("text", None, 1_000_000)
PAGE = article().encode()


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Those that were started."""
    started = []
    popen = subprocess.Popen

    def start(*arguments, **options):
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    return started


def page(row: int, data: bytes = PAGE) -> Page:
    return Page(data, "text/html", "/in/a.warc", row)


@pytest.mark.slow
def test_a_page_that_keeps_the_parser_busy_is_given_up(processes):
    attributes = b" ".join(b"a%d=1" % number for number in range(100_000))
    endless = b"<html><body><p " + attributes + b">text</p></body></html>"
    first, second, third = documents_of([page(0), page(1, endless), page(2)], OPTIONS)
    assert isinstance(first, Document)
    assert isinstance(second, Rejected)
    assert (second.position, second.reason) == (1, "extraction_timeout")
    assert isinstance(third, Document)
    assert all(process.returncode is not None for process in processes)


def test_a_page_that_kills_its_process_is_told_of():
    process = PageProcess()
    process.kill()
    content = process.content(PAGE, None)
    assert (content["reason"], process.alive) == ("extraction_crashed", False)


def test_reading_that_is_broken_off_leaves_no_process(processes):
    def endless() -> Iterator[Page]:
        row = 0
        while True:
            yield page(row)
            row += 1

    with closing(documents_of(endless(), OPTIONS)) as documents:
        assert [next(documents).source_row for _ in range(5)] == [0, 1, 2, 3, 4]
    assert processes
    assert all(process.returncode is not None for process in processes)


def test_an_error_of_the_source_leaves_no_process(processes):
    def failing() -> Iterator[Page]:
        yield page(0)
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        list(documents_of(failing(), OPTIONS))
    assert all(process.returncode is not None for process in processes)


def test_what_is_no_page_starts_no_process(processes):
    items = [Rejected("/in/a.warc", 0, "revisit", ""), Document("text", "/in/a.warc", 1)]
    assert list(documents_of(items, OPTIONS)) == items
    assert processes == []
