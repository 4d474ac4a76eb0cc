"""README.md, LICENSES.md and croissant.json of a release, made of its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml

from webscale_rl_dagster.releases.croissant import croissant
from webscale_rl_dagster.releases.layout import CARD, CROISSANT, DROPPED, LICENCES, MANIFEST
from webscale_rl_dagster.releases.licences import licences
from webscale_rl_dagster.releases.markdown import plain, table
from webscale_rl_dagster.releases.tally import Tally

HUB_LICENCES = {
    "apache-2.0", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0",
    "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0",
    "cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0", "cdla-permissive-1.0", "cdla-permissive-2.0", "cdla-sharing-1.0", "gfdl",
    "gpl-2.0", "gpl-3.0", "isc", "lgpl-3.0", "mit", "mpl-2.0", "odbl", "odc-by", "pddl",
    "unlicense", "wtfpl",
}  # fmt: skip
"""SPDX ids, in small letters, that a dataset card may name."""

_SIZES = (("n<1K", 1_000), ("1K<n<10K", 10_000), ("10K<n<100K", 100_000), ("100K<n<1M", 1_000_000),
    ("1M<n<10M", 10_000_000), ("10M<n<100M", 100_000_000), ("100M<n<1B", 1_000_000_000),
)  # fmt: skip


def describe(folder: Path, manifest: Mapping[str, Any], tally: Tally) -> None:
    """Write them beside the data."""
    (folder / CARD).write_text(front_matter(manifest) + _body(manifest), encoding="utf-8")
    (folder / LICENCES).write_text(licences(tally), encoding="utf-8")
    (folder / CROISSANT).write_bytes(orjson.dumps(croissant(manifest), option=orjson.OPT_INDENT_2))


def front_matter(manifest: Mapping[str, Any]) -> str:
    """What `datasets.load_dataset` and dataset hubs read, between its two lines of dashes."""
    return (
        "---\n"
        + yaml.safe_dump(
            {
                "pretty_name": f"Webscale-RL {manifest['name']}",
                **_licence(list(manifest["licences"])),
                "task_categories": ["question-answering"],
                "tags": ["reinforcement-learning", "verifiable-rewards", "synthetic", "croissant"],
                "size_categories": [_size(manifest["pairs"])],
                "configs": [
                    {
                        "config_name": "default",
                        "data_files": [
                            {"split": split, "path": f"data/{split}-*.parquet"}
                            for split, rows in manifest["splits"].items()
                            if rows
                        ],
                    }
                ],
            },
            sort_keys=False,
            allow_unicode=True,
        )
        + "---\n"
    )


def _licence(names: list[str]) -> dict[str, Any]:
    known = sorted({name.lower() for name in names})
    if set(known) <= HUB_LICENCES:
        return {"license": known}
    return {"license": "other", "license_name": "by-row", "license_link": LICENCES}


def _size(pairs: int) -> str:
    return next((name for name, most in _SIZES if pairs < most), "1B<n<10B")


def _body(manifest: Mapping[str, Any]) -> str:
    splits = [
        (split, f"{manifest['documents'][split]:,}", f"{rows:,}")
        for split, rows in manifest["splits"].items()
    ]
    funnel = [
        (
            stage, f"{counts['input']:,}", f"{counts['kept']:,}",
            f"{sum(counts['dropped'].values()):,}", f"{counts['failed']:,}",
        )
        for stage, counts in manifest["funnel"].items()
    ]  # fmt: skip
    verdicts = [
        (name, f"{said['passed']:,}", f"{said['failed']:,}")
        for name, said in manifest["verdicts"].items()
    ]
    against = ", ".join(one["name"] for one in manifest["decontamination"]["benchmarks"])
    paragraphs = [
        f"# Webscale-RL {manifest['name']}",
        "Questions with short answers that a program can verify, each made from a document of a "
        "pretraining corpus and checked against it. For reinforcement learning: `question` is the "
        "prompt, `answer` what a response is scored against by `verifier`.",
        table(("split", "documents", "pairs"), splits, numbers=2),
        "No document is in two splits; a hash of `document_id` tells which one it is in.",
        "## Loading",
        "```python\nfrom datasets import load_dataset\n\n"
        f'pairs = load_dataset("path/to/{manifest["name"]}", split="train")\n```',
        "## How it was made",
        table(("stage", "in", "kept", "dropped", "failed"), funnel, numbers=4),
        "From `filtered_documents` on, documents count once a window; from `candidate_qa` on, "
        "these are pairs.",
        "What each check said of the candidates. One may have failed several; one that failed "
        "before the models were asked was not put to them.",
        table(("verdict", "passed", "failed"), verdicts, numbers=2),
        f"Questions and answers were cleaned against: {plain(against) or 'no benchmark'}. "
        f"[{MANIFEST}]({MANIFEST}) has the hashes of those indexes.",
        "## Tracing a pair",
        "`document_id` is the sha256 of the document's text; `corpus`, `source_uri` and "
        "`source_row` say where it was read, `url`, `title` and `licence` what it said of itself. "
        "`evidence_start` and `evidence_end` are the characters of that text that show the answer. "
        "`verdicts` says what every check said. `qa_id` begins with the `shard`, under whose key "
        "the pipeline's storage has each stage's table and every model call.",
        f"[{DROPPED}]({DROPPED}) has what was left out and why, [{LICENCES}]({LICENCES}) the "
        f"licences and sources, [{MANIFEST}]({MANIFEST}) hashes, models and settings.",
    ]
    return "\n".join(f"{text}\n" for text in paragraphs)
