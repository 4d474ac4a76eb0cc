"""The sensor that tells an OpenLineage receiver what runs did. It is off until it is turned on.

It reads Dagster's log and stays behind the runs, so that no receiver can slow or fail one.
"""

# No `from __future__ import annotations`: Dagster reads the sensor's annotations as objects.
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import ValidationError

from webscale_rl_dagster.corpora.marker import Marker
from webscale_rl_dagster.identity import ShardKey
from webscale_rl_dagster.resources.storage import StorageResource
from webscale_rl_dagster.storage.objects import Objects

if TYPE_CHECKING:
    from openlineage.client import OpenLineageClient
    from openlineage.client.transport import Transport

    from webscale_rl_dagster.lineage.openlineage import Step

INSTALL = "pip install 'webscale-rl-dagster[openlineage]'"
INTERVAL_S = 30
_TICK_S = 15
"""A tick ends after it; one event that is in vain may take half a minute more, and Dagster ends a
tick after a minute."""
_MOST_STEPS = 500
_FLUSH_S = 10
_REFUSED = {400, 413, 422}
"""Answers of a receiver that will never take this event."""


@dg.sensor(
    name="openlineage",
    minimum_interval_seconds=INTERVAL_S,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Tells an OpenLineage receiver what runs made, from the first run on.",
)
def openlineage_sensor(
    context: dg.SensorEvaluationContext, storage: StorageResource
) -> dg.SensorResult | dg.SkipReason:
    """At most `_MOST_STEPS` steps a tick; where one is not taken, the next tick begins."""
    try:
        from openlineage.client import OpenLineageClient

        from webscale_rl_dagster.automation.openlineage.finished_runs import finished_steps
    except ImportError:
        return dg.SkipReason(f"OpenLineage's client is not installed: {INSTALL}")
    try:
        client = OpenLineageClient()
    except Exception as error:
        return dg.SkipReason(f"OpenLineage's client cannot be configured as it is: {error}")
    if _forgets(client.transport):
        client.close(0)
        return dg.SkipReason("the transport async_http drops what is not delivered: set it to http")
    objects = storage.objects()
    cursor = context.cursor
    sent, trouble, until = 0, "", time.monotonic() + _TICK_S
    for step, after in finished_steps(context.instance, context.cursor):
        try:
            sent += _tell(client, step, objects, context) if step else 0
        except Exception as error:
            trouble = f"; not delivered, to be tried again: {error}"
            break
        cursor = after
        if sent >= _MOST_STEPS or time.monotonic() > until:
            break
    if not client.close(_FLUSH_S):
        return dg.SkipReason("not delivered in time, to be tried again")
    return dg.SensorResult(skip_reason=f"{sent} steps told{trouble}", cursor=cursor)


def _forgets(transport: "Transport") -> bool:
    """Whether it, or one that it hands events to, drops what it failed to send and reports none."""
    inner = [*getattr(transport, "transports", ()), getattr(transport, "transport", None)]
    return transport.kind == "async_http" or any(_forgets(one) for one in inner if one is not None)


def _tell(
    client: "OpenLineageClient", step: "Step", objects: Objects, context: dg.SensorEvaluationContext
) -> int:
    """How many steps were told. What the receiver refuses for good is logged and passed over."""
    from webscale_rl_dagster.lineage.openlineage import events

    for event in events(_sourced(step, objects), objects.root):
        try:
            client.emit(event)
        except Exception as error:
            response: Any = getattr(error, "response", None)
            if getattr(response, "status_code", None) not in _REFUSED:
                raise
            context.log.warning(f"refused: {step.stage} {step.shard} of {step.run_id}: {error}")
            return 0
    return 1


def _sourced(step: "Step", objects: Objects) -> "Step":
    """With the file that a shard of `raw_documents` was cut from, once it is ingested whole."""
    from webscale_rl_dagster.lineage.openlineage import Made

    if step.stage != "raw_documents" or not step.shard or not isinstance(step.result, Made):
        return step
    try:
        key = ShardKey.parse(step.shard)
        marker = objects.get_if_there(f"ingested/{key.corpus}/{key.file}.json")
        source = Marker.model_validate_json(marker).source_uri if marker else None
    except (ValueError, ValidationError):
        return step
    return replace(step, result=replace(step.result, source=source))
