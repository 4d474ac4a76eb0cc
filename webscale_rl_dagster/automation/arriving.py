"""What `ingestion` in pipeline.yaml adds to the definitions."""

from __future__ import annotations

from typing import NamedTuple

import dagster as dg

from webscale_rl_dagster.automation.chain.sensor import chain_sensor
from webscale_rl_dagster.automation.ingestion.freshness import freshness_check
from webscale_rl_dagster.automation.ingestion.listings import list_arrivals, listing_schedule
from webscale_rl_dagster.automation.ingestion.sensor import arrivals_sensor
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.identity import identifier


class Arriving(NamedTuple):
    """Nothing of it, if no corpus has `ingestion`."""

    sensors: list[dg.SensorDefinition]
    schedules: list[dg.ScheduleDefinition]
    checks: list[dg.AssetChecksDefinition]
    jobs: list[dg.JobDefinition]


def arriving(config: Config) -> Arriving:
    """A sensor per corpus and one for all that follows; schedules and checks where configured."""
    found = Arriving([], [], [], [])
    for corpus in config.corpora:
        ingestion = corpus.ingestion
        if ingestion is None:
            continue
        found.sensors.append(arrivals_sensor(corpus, ingestion))
        if ingestion.schedule is not None:
            name = f"list_{identifier(corpus.name)}"
            found.schedules.append(listing_schedule(corpus, ingestion.schedule, name))
        if ingestion.expected_every is not None:
            found.checks.append(freshness_check(corpus, ingestion.expected_every))
    if found.sensors:
        found.sensors.append(chain_sensor(config))
        found.jobs.append(list_arrivals)
    return found
