"""What decontamination finds, what it takes for contamination wrongly, its speed and its memory.

    python -m benchmarks.decontamination                        fetches sets and background
    python -m benchmarks.decontamination --background FOLDER    text, HTML or dictionaries of yours

Recall is that of the ready index on mutations of 300 of its items per form. The background is the
text of Debian packages in chunks of 2,500 characters. Memory is that of processes of their own
with synthetic benchmarks, the pages of the index that they touched included. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import orjson

from benchmarks.contamination.background import chunks, unpacked
from benchmarks.contamination.mutations import FORMS, draw
from benchmarks.contamination.sets import benchmarks, download, passages
from webscale_rl_dagster.decontamination.build import Benchmark, build
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.index import IndexFile
from webscale_rl_dagster.decontamination.items import Item, items, sources
from webscale_rl_dagster.decontamination.profiles import PROFILES, ProfileName
from webscale_rl_dagster.decontamination.ready import READY, READY_INDEX
from webscale_rl_dagster.decontamination.scanning import Hit, Text

MEGABYTE = 1_000_000
PROFILE_NAMES: tuple[ProfileName, ...] = tuple(PROFILES)
MOST_SHOWN = 20


def documents(texts: Iterable[str]) -> Iterator[Text]:
    return ((str(number), "document", text) for number, text in enumerate(texts))


def ready(profile: ProfileName, processes: int = 1) -> Decontaminator:
    with IndexFile(READY_INDEX.open("rb"), READY) as index:
        return Decontaminator.open([index], profile, processes=processes)


def benchmark_items(folder: Path) -> dict[tuple[str, str, int], Item]:
    """By benchmark, file and row, as a hit names them."""
    return {
        (benchmark.name, source.name, item.row): item
        for benchmark in benchmarks(folder)
        for source in benchmark.sources
        for item in items(source, benchmark.fields)
    }


def recall_table(questions: int, folder: Path) -> str:
    """Share of mutated texts in which their own question is found, by form and profile."""
    pool = benchmark_items(folder)
    lines = [f"| form | texts | demanded | {' | '.join(PROFILE_NAMES)} |", "|---|---|---|---|---|"]
    opened = {profile: ready(profile) for profile in PROFILE_NAMES}
    for form in FORMS:
        drawn = draw(list(pool.values()), form, questions)
        texts = [text for _, text in drawn]
        shares: list[str] = []
        for profile in PROFILE_NAMES:
            found = {
                hit.id
                for hit in opened[profile].scan(documents(texts))
                if pool[hit.benchmark, hit.file, hit.item].question
                == drawn[int(hit.id)][0].question
            }
            shares.append(f"{len(found) / len(texts):.3f}")
        demanded = f"{form.least:.2f}" if form.least else "–"
        lines.append(f"| {form.name} | {len(texts)} | {demanded} | {' | '.join(shares)} |")
    for decontaminator in opened.values():
        decontaminator.close()
    return "\n".join(lines)


def background_tables(texts: Sequence[str]) -> str:
    megabytes = sum(len(text.encode()) for text in texts) / MEGABYTE
    lines = [
        f"{len(texts):,} chunks, {megabytes:,.0f} MB\n",
        "| profile | chunks flagged | per 40,000 | MB per CPU second, one process | "
        "MB/s by the clock, two processes |",
        "|---|---|---|---|---|",
    ]
    shown: list[Hit] = []
    for profile in PROFILE_NAMES:
        with ready(profile) as one:
            start = time.process_time()
            hits = list(one.scan(documents(texts)))
            cpu = time.process_time() - start
        with ready(profile, processes=2) as two:
            list(two.scan(documents(texts[:1000])))
            begin = time.perf_counter()
            assert list(two.scan(documents(texts))) == hits
            clock = time.perf_counter() - begin
        flagged = len({hit.id for hit in hits})
        lines.append(
            f"| {profile} | {flagged} | {flagged * 40_000 / len(texts):.2f} | "
            f"{megabytes / cpu:.0f} | {megabytes / clock:.0f} |"
        )
        shown += hits if profile == "default" else []
    return "\n".join([*lines, "\nFlagged by `default`:\n", hits_table(shown)])


def prose_table(folder: Path) -> str:
    """The hardest background: what the questions are about."""
    texts = passages(folder)
    with ready("default") as decontaminator:
        hits = list(decontaminator.scan(documents(texts)))
    return (
        f"{len(texts):,} passages that come with the sets, "
        f"{sum(len(text.encode()) for text in texts) / MEGABYTE:.0f} MB: "
        f"{len({hit.id for hit in hits})} flagged by `default`\n\n{hits_table(hits)}"
    )


def hits_table(hits: Sequence[Hit]) -> str:
    lines = ["| item | score | passage |", "|---|---|---|"]
    for hit in hits[:MOST_SHOWN]:
        passage = " ".join(hit.text.split())
        lines.append(
            f"| {hit.benchmark} {hit.split} {hit.item} {hit.part} | {hit.score:.2f} | {passage} |"
        )
    return "\n".join(lines)


def release_line(rows: int, texts: Sequence[str]) -> str:
    """A release's questions and answers: many short texts, which cost more than their bytes."""
    chance = random.Random(0)
    words = " ".join(texts[: 1 + rows // 400]).split()

    def some(fewest: int, most: int) -> str:
        start = chance.randrange(len(words) - most)
        return " ".join(words[start : start + chance.randint(fewest, most)])

    pairs = [
        row
        for number in range(rows)
        for row in ((str(number), "question", some(10, 40)), (str(number), "answer", some(1, 6)))
    ]
    with ready("default") as decontaminator:
        start = time.process_time()
        for _ in decontaminator.scan(pairs):
            pass
        seconds = time.process_time() - start
    return f"{rows:,} question-answer pairs: {seconds:.0f} CPU seconds"


def write_benchmark(path: Path, number: int) -> None:
    """Questions of 15 to 60 words; the same file at every call."""
    chance = random.Random(number)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er")]
    vocabulary = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(30_000)]
    with path.open("wb") as file:
        for _ in range(number):
            question = " ".join(chance.choices(vocabulary, k=chance.randint(15, 60)))
            file.write(orjson.dumps({"question": question, "answer": "yes"}) + b"\n")


def memory_table(sizes: Sequence[int], texts: Sequence[str]) -> str:
    lines = [
        "| items | n-grams | index | build | build, peak | scan, peak | scan |",
        "|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "texts.jsonl").write_bytes(b"\n".join(orjson.dumps(text) for text in texts))
        for size in sizes:
            write_benchmark(folder / "items.jsonl", size)
            figures = {**_measured("build", folder), **_measured("scan", folder)}
            lines.append(
                f"| {size:,} | {figures['ngrams']:,} | {figures['index_mb']:.0f} MB | "
                f"{figures['build_seconds']:.0f} s | {figures['build_peak_mb']:.0f} MB | "
                f"{figures['scan_peak_mb']:.0f} MB | "
                f"{figures['megabytes_per_second']:.0f} MB per CPU s |"
            )
    return "\n".join(lines)


def _measured(what: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.decontamination", "--measure", what, str(folder)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    figures: dict[str, float] = json.loads(output)
    return figures


def measure(what: str, folder: Path) -> dict[str, float]:
    """In a process of its own: peak memory never falls."""
    index = folder / "index.zip"
    start = time.perf_counter()
    if what == "build":
        summary = build(
            "synthetic", [Benchmark("synthetic", sources([folder / "items.jsonl"]))], index
        )
        return {
            "ngrams": summary.ngrams,
            "index_mb": index.stat().st_size / MEGABYTE,
            "build_seconds": time.perf_counter() - start,
            "build_peak_mb": _peak_mb(),
        }
    with IndexFile(index.open("rb"), "synthetic") as file:
        opened = Decontaminator.open([file])
    with opened as decontaminator:
        path = folder / "texts.jsonl"
        with path.open("rb") as lines:
            begin = time.process_time()
            for _ in decontaminator.scan(documents(orjson.loads(line) for line in lines)):
                pass
            seconds = time.process_time() - begin
    return {
        "scan_peak_mb": _peak_mb(),
        "megabytes_per_second": path.stat().st_size / MEGABYTE / seconds,
    }


def _peak_mb() -> float:
    """Of this program alone: what `getrusage` tells begins with the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / MEGABYTE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--background", type=Path, help="a folder; else Debian's packages")
    parser.add_argument("--questions", type=int, default=300, help="texts of each form")
    parser.add_argument("--rows", type=int, default=1_000_000, help="pairs of the release")
    parser.add_argument("--sizes", type=int, nargs="*", default=[20_000, 100_000, 300_000])
    parser.add_argument("--measure", nargs=2, metavar=("WHAT", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure[0], Path(arguments.measure[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        download(Path(folder))
        print(recall_table(arguments.questions, Path(folder)), flush=True)
        print(f"\n{prose_table(Path(folder))}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        texts = list(chunks(arguments.background or unpacked(Path(folder))))
    print(f"\n{background_tables(texts)}", flush=True)
    print(f"\n{release_line(arguments.rows, texts)}\n", flush=True)
    print(memory_table(arguments.sizes, texts[::10]))


if __name__ == "__main__":
    main()
