"""One storage with every kind of pair, which no test changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.pipeline import pipeline_in
from tests.web.sites import site_on
from tests.web.towns import Towns, make_towns
from webscale_rl_dagster.web.site import Site


@pytest.fixture(scope="session")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Towns]:
    """Made by the whole pipeline, against a scripted server."""
    folder = tmp_path_factory.mktemp("towns")
    with pytest.MonkeyPatch.context() as patch, pipeline_in(folder) as pipeline:
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv("WEBSCALE_RL_CONFIG", str(folder / "pipeline.yaml"))
        yield make_towns(pipeline)


@pytest.fixture(scope="session")
def towns_site(towns: Towns) -> Site:
    """The audit page on it, with its index made."""
    site = site_on(towns.pipeline.settings["storage"])
    site.indexing.update()
    return site
