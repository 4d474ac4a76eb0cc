"""How many HTML pages become documents in a second, and at which peak of memory?

    python -m benchmarks.html                       3,000 pages that it makes, as one WARC file
    python -m benchmarks.html --pages FOLDER        real pages: the .html files of a folder
    python -m benchmarks.html --count 500           a quick look

The figures are of reading alone: WARC to documents, without shards and near duplicates.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

from fastwarc.warc import WarcRecord, WarcRecordType

from webscale_rl_dagster.corpora.records import Meter, ReadOptions, Rejected
from webscale_rl_dagster.corpora.warc import read_warc

WORDS = [f"{a}{b}{c}" for a in "bdklmnprst" for b in "aeiou" for c in "dlmnrst"]


def made_pages() -> Iterator[bytes]:
    """Articles of 1 to 20 kB between navigation, a table, a banner, comments and scripts."""
    chance = random.Random(7)
    links = "".join(f'<li><a href="/{word}">{word}</a></li>' for word in WORDS[:80])
    while True:
        paragraphs = "".join(
            f"<p>{' '.join(chance.choices(WORDS, k=chance.randrange(30, 120)))}.</p>"
            for _ in range(chance.randrange(3, 40))
        )
        rows = "".join(
            f"<tr><td>{word}</td><td>{number}</td></tr>" for number, word in enumerate(WORDS[:20])
        )
        yield (
            f"<html><head><title>{chance.choice(WORDS)}</title><script>{'x = 1;' * 500}</script>"
            f"</head><body><div class='cookie-banner'>We use cookies</div><nav><ul>{links}</ul>"
            f"</nav><main><article><h1>{chance.choice(WORDS)}</h1>{paragraphs}<table>{rows}</table>"
            f"</article></main><div id='comments'>{paragraphs[:500]}</div></body></html>"
        ).encode()


def write_archive(path: Path, pages: Iterator[bytes]) -> int:
    """Bytes of the pages."""
    size = 0
    with path.open("wb") as file:
        for number, page in enumerate(pages):
            record = WarcRecord()
            record.init_headers(record_type=WarcRecordType.response)
            record.headers["WARC-Target-URI"] = f"https://example.org/{number}"
            record.is_http = True
            record.set_bytes_content(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
            )
            out = BytesIO()
            record.write(out)
            file.write(out.getvalue())
            size += len(page)
    return size


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of the extraction of HTML pages.")
    parser.add_argument("--count", type=int, default=3000, metavar="PAGES")
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="real pages, over and over")
    options = parser.parse_args()
    pages = made_pages()
    if options.pages is not None:
        found = sorted(options.pages.rglob("*.html"))
        if not found:
            parser.error(f"{options.pages} holds no .html file")
        pages = (path.read_bytes() for path in cycle(found))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.warc"
        size = write_archive(path, islice(pages, options.count))
        load = os.getloadavg()[0]
        start = time.perf_counter()
        outcomes = Counter(
            item.reason if isinstance(item, Rejected) else "documents"
            for item in read_warc(path, Meter(), ReadOptions("text", None, 10_000_000))
        )
        seconds = time.perf_counter() - start
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = children.ru_utime + children.ru_stime
    print(", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common()))
    print(
        f"{options.count / seconds:,.0f} pages/s, {size / seconds / 1e6:.1f} MB/s of HTML; "
        f"{1000 * processor / options.count:.1f} ms of processor time a page; "
        f"peak of one extracting process {children.ru_maxrss / 1000:.0f} MB; "
        f"load when it began {load:.1f}"
    )


if __name__ == "__main__":
    main()
