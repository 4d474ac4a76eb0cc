"""The card, LICENSES.md and croissant.json of a release, made of its manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import yaml

from webscale_rl_dagster.card.page import page
from webscale_rl_dagster.card.plots import plots
from webscale_rl_dagster.card.text import body
from webscale_rl_dagster.releases.croissant import croissant
from webscale_rl_dagster.releases.layout import CARD, CROISSANT, LICENCES, PAGE, PLOTS
from webscale_rl_dagster.releases.licences import licences
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


def describe(
    folder: Path,
    manifest: Mapping[str, Any],
    tally: Tally,
    *,
    pairs: Sequence[Mapping[str, Any]],
    places: pl.DataFrame,
) -> None:
    """Write them beside the data, with the card's page and plots.

    Args:
        folder: The release's files.
        manifest: What the card says.
        tally: Counts by source.
        pairs: That the card shows.
        places: Of sampled questions on the map.
    """
    drawn = plots(manifest, places)
    (folder / PLOTS).mkdir()
    for name, png in drawn.items():
        (folder / PLOTS / f"{name}.png").write_bytes(png)
    (folder / CARD).write_text(front_matter(manifest) + body(manifest, pairs), encoding="utf-8")
    (folder / PAGE).write_text(page(manifest, pairs, drawn), encoding="utf-8")
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
