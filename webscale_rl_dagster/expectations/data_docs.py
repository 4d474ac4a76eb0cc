"""Data Docs on storage: a page that lists the newest validations, and the site behind it.

A new site is written beside the one that is read; then the list, one object, is replaced and leads
to it. The site before stays, for whoever is reading in it, and those of the last hour, which
another build may be writing; older ones go.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from webscale_rl_dagster.expectations.kept import KeptValidation, kept_validations
from webscale_rl_dagster.storage.objects import Objects

FOLDER = "data_docs"
INDEX = f"{FOLDER}/index.html"
_SITES = f"{FOLDER}/sites"
_WALKTHROUGH = ".gif"
"""Of a tour that is turned off, half of the site's bytes."""
_STAMP = "%Y%m%dT%H%M%S"
_LONGEST_BUILD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Built:
    """What a site shows."""

    validations: int
    shut: int
    """Of those, how many shut their gate."""
    without_page: int
    """How many stand in the list alone: suites that could not be run."""
    files: int


def build_data_docs(objects: Objects, *, most: int) -> Built:
    """Show the newest so many validations; imports Great Expectations."""
    from webscale_rl_dagster.expectations.site import build_site

    validations = kept_validations(objects, most=most)
    folder = Path(tempfile.mkdtemp())
    try:
        pages = build_site(validations, folder)
        name = f"{datetime.now(UTC):{_STAMP}}-{uuid4().hex[:8]}"
        files = [path for path in folder.rglob("*") if path.is_file()]
        files = [path for path in files if path.suffix != _WALKTHROUGH]
        for path in files:
            key = f"{_SITES}/{name}/{path.relative_to(folder).as_posix()}"
            objects.put_file(key, path)
    finally:
        shutil.rmtree(folder)
    before = objects.get_if_there(INDEX) or b""
    objects.put(INDEX, _index(validations, pages, f"sites/{name}").encode())
    objects.delete(list(_left(objects, before)))
    return Built(
        len(validations),
        sum(not kept.passed for kept in validations),
        pages.count(None),
        len(files),
    )


def _left(objects: Objects, before: bytes) -> Iterator[str]:
    """Files of old sites that the list before does not lead to."""
    oldest = f"{datetime.now(UTC) - _LONGEST_BUILD:{_STAMP}}"
    for key in objects.list(_SITES):
        site = key.removeprefix(f"{_SITES}/").split("/")[0]
        if site < oldest and site.encode() not in before:
            yield key


def _index(validations: Sequence[KeptValidation], pages: Sequence[str | None], site: str) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("webscale_rl_dagster.expectations", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("data_docs.html").render(
        rows=list(zip(validations, pages, strict=True)),
        site=site,
        built=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )
