"""The two expectations that Great Expectations lacks. Importing this module imports it: seconds.

Both are about shares, and a share of no rows is unknown rather than wrong: they hold on an empty
column, where Great Expectations' own aggregates fail.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider


class ShareOfTrue(TableMetricProvider):
    """True's share among the values that are not null; None if there are none."""

    metric_name = "table.share_of_true"
    value_keys = ("column",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any
    ) -> float | None:
        values = _values(execution_engine, metric_domain_kwargs, metric_value_kwargs)
        return float(values.astype(bool).mean()) if len(values) else None


class LargestShare(TableMetricProvider):
    """The commonest value and its share among those that are not null; None if there are none."""

    metric_name = "table.largest_share"
    value_keys = ("column",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any
    ) -> tuple[str, float] | None:
        values = _values(execution_engine, metric_domain_kwargs, metric_value_kwargs)
        shares = values.value_counts(normalize=True)
        return (str(shares.index[0]), float(shares.iloc[0])) if len(shares) else None


class ExpectShareOfTrueToBeBetween(BatchExpectation):
    """Of a boolean column's values, at least and at most these shares are true."""

    column: str
    min_share: float = 0.0
    max_share: float = 1.0

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.share_of_true",)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id", "table")
    success_keys: ClassVar[tuple[str, ...]] = ("column", "min_share", "max_share")

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        share = metrics["table.share_of_true"]
        holds = share is None or self.min_share <= share <= self.max_share
        return {"success": holds, "result": {"observed_value": share}}


class ExpectLargestShareToBeAtMost(BatchExpectation):
    """No single value of a column makes up more than this share of it."""

    column: str
    max_share: float

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.largest_share",)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id", "table")
    success_keys: ClassVar[tuple[str, ...]] = ("column", "max_share")

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        largest = metrics["table.largest_share"]
        holds = largest is None or largest[1] <= self.max_share
        observed = None if largest is None else f"{largest[0]}: {largest[1]:.3f}"
        return {"success": holds, "result": {"observed_value": observed}}


def _values(engine: Any, domain: Any, arguments: Any) -> Any:
    frame, _, _ = engine.get_compute_domain(domain, domain_type=MetricDomainTypes.TABLE)
    return frame[arguments["column"]].dropna()
