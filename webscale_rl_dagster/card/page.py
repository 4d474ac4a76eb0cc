"""A card as one HTML page that asks nothing of anyone."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from webscale_rl_dagster.card.facts import facts
from webscale_rl_dagster.card.text import LONGEST
from webscale_rl_dagster.card.values import shown


def page(
    manifest: Mapping[str, Any], pairs: Sequence[Mapping[str, Any]], plots: Mapping[str, bytes]
) -> str:
    """The page, with its pictures inside; nothing that comes from a document is HTML in it.

    It holds no script and, by its own policy, loads nothing.

    Args:
        manifest: As docs/releases.md describes it; `measures` and `usage` may be missing.
        pairs: Rows of the release to be shown.
        plots: Of `plots.plots`; a picture that is not among them is left out.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["shown"] = lambda text: shown(text, LONGEST)
    source = resources.files(__package__).joinpath("card.html").read_text(encoding="utf-8")
    return environment.from_string(source).render(
        card=facts(manifest, pairs),
        plots={name: base64.b64encode(png).decode() for name, png in plots.items()},
        made=f"{manifest['created'][:10]}, version {manifest['code_version']}",
        content=manifest["content_sha256"],
    )
