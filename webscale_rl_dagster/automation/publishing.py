"""The sensor that publishes: `verified_qa` alone is automated, the stages before it are one job."""

from __future__ import annotations

import dagster as dg

publishing_sensor = dg.AutomationConditionSensorDefinition(
    "publishing",
    target=dg.AssetSelection.assets("verified_qa"),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description=(
        "Publishes a shard whose gates are open and whose pairs are not published as they are now: "
        "one whose gate was shut and has been judged again, or that was made in several runs."
    ),
)
