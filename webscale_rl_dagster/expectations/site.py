"""Great Expectations' static site of kept validations. Imported only where it is built: seconds.

Its templates put observed values into the page as they are, markup and all, and these may be what a
model wrote: they are escaped before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import great_expectations as gx
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.resource_identifiers import (
    ExpectationSuiteIdentifier,
    ValidationResultIdentifier,
)

from webscale_rl_dagster.expectations import custom
from webscale_rl_dagster.expectations.kept import KeptValidation

REGISTERED = (
    custom.ExpectShareOfTrueToBeBetween,
    custom.ExpectLargestShareToBeAtMost,
    custom.ExpectDriftToBeAtMost,
)
"""Rendered by name, so they have to be known."""

_FROM_DATA = ("result", "exception_info")


def build_site(validations: Sequence[KeptValidation], folder: Path) -> list[str | None]:
    """Write the site, and return each validation's page; None where there is nothing to render.

    The context lives in memory: one on disk reads its whole history again for every result.
    """
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = {"globally": False}
    for name in list(context.variables.data_docs_sites or {}):
        context.delete_data_docs_site(name)
    suites: dict[str, list[Mapping[str, Any]]] = {}
    for number, kept in enumerate(validations):
        if kept.result is not None:
            result = _described(kept.result)
            suites.setdefault(kept.asset, [one["expectation_config"] for one in result["results"]])
            context.validation_results_store.set(_key(kept, number), _stored(kept, result))
    for asset, expectations in suites.items():
        context.suites.add(gx.ExpectationSuite(name=asset, expectations=list(expectations)))
    context.add_data_docs_site(
        "gates",
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(folder),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "site_section_builders": {"profiling": "None"},
        },
    )
    context.build_data_docs()
    return [_page(folder, number) for number in range(len(validations))]


def _key(kept: KeptValidation, number: int) -> ValidationResultIdentifier:
    return ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(name=kept.asset),
        run_id=_run(kept),
        batch_identifier=str(number),
    )


def _run(kept: KeptValidation) -> RunIdentifier:
    """Named by the shard; the names are those of files, which hold no slash."""
    name = kept.partition.replace("/", ".")
    return RunIdentifier(run_name=name, run_time=datetime.fromisoformat(kept.time))


def _stored(kept: KeptValidation, result: Mapping[str, Any]) -> ExpectationSuiteValidationResult:
    found = ExpectationSuiteValidationResult(**result)
    found.meta["run_id"] = _run(kept)
    return found


def _described(result: Mapping[str, Any]) -> dict[str, Any]:
    """Each expectation by our name for it, what stems from data escaped."""
    return {**result, "results": [_one(found) for found in result["results"]]}


def _one(found: Mapping[str, Any]) -> dict[str, Any]:
    config = found["expectation_config"]
    meta = config["meta"]
    kwargs = {name: value for name, value in config["kwargs"].items() if name != "batch_id"}
    said = f"{meta['name']}: {meta['expected']}"
    return {
        **found,
        **{name: _inert(found[name]) for name in _FROM_DATA},
        "expectation_config": {**config, "kwargs": _inert(kwargs), "description": _inert(said)},
    }


def _inert(value: Any) -> Any:
    """No markup, and nothing that a template would fill in."""
    if isinstance(value, Mapping):
        return {_inert(name): _inert(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_inert(item) for item in value]
    return escape(value).replace("$", "&#36;") if isinstance(value, str) else value


def _page(folder: Path, number: int) -> str | None:
    found = next((folder / "validations").glob(f"*/*/*/{number}.html"), None)
    return None if found is None else found.relative_to(folder).as_posix()
