"""Great Expectations' site of the newest validations."""

import dagster as dg

from webscale_rl_dagster.assets.shards import OWNERS
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.data_docs import build_data_docs
from webscale_rl_dagster.expectations.links import data_docs_link
from webscale_rl_dagster.resources.storage import StorageResource


@dg.asset(
    group_name="quality",
    kinds={"greatexpectations", "html"},
    owners=OWNERS,
    code_version="1",
)
def data_docs(
    storage: StorageResource, settings: dg.ResourceParam[Config]
) -> dg.MaterializeResult[None]:
    """A static site of what the gates found: Great Expectations' Data Docs.

    **In**: the newest validations of all checks (`data_docs.validations`, 50), which every check
    keeps on storage as it runs.

    **Out**: `data_docs/index.html` on storage, a list with a page behind each validation. Readers
    see the old site or the new one, never half of one.

    Materialize it at any time; the schedule `data_docs_daily` does so once a day. It judges
    nothing and no gate depends on it.
    """
    built = build_data_docs(storage.objects(), most=settings.data_docs.validations)
    return dg.MaterializeResult(
        metadata={
            "validations": built.validations,
            "shut": built.shut,
            "without_page": built.without_page,
            "files": built.files,
            "site": data_docs_link(settings),
        }
    )
