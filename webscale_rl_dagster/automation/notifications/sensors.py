"""The sensors that tell people of failed runs, shut gates and corpora that stopped arriving.

Each receiver has one, with its own ticks and its own place in Dagster's log: one that is away or
slow delays its own notices alone and loses none. A place moves on only once what lies before it is
delivered, or refused for good; a tick that is cut off repeats some, under the same ids.
"""

# No `from __future__ import annotations`: Dagster reads the sensor's annotations as objects.
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import dagster as dg

from webscale_rl_dagster.automation.notifications.news import lately, news
from webscale_rl_dagster.automation.notifications.places import (
    Place,
    cursor_of,
    place_of,
    sensor_of,
)
from webscale_rl_dagster.config import Config, NoticeKind
from webscale_rl_dagster.errors import NoticeDelayed, NoticeRefused
from webscale_rl_dagster.notices.links import Links
from webscale_rl_dagster.notices.message import Notice, digest
from webscale_rl_dagster.notices.receivers import Receiver, receivers_of

INTERVAL_S = 30
_MOST_EVENTS = 2_000
_MOST_NOTICES = 100
"""Of a tick."""
_ONE_BY_ONE = 10
"""More than these at once become one digest."""
_READ_S = 8
"""No event is read later than this after the tick began."""
_TELL_S = 8
"""No delivery begins later than this after the first. The last may take 30 s more, and Dagster
ends a tick after 60 s."""
_LONGEST_WAIT_S = 3_600
"""That a receiver may ask for."""
_LONGEST_PAUSE_S = 900
"""To which pauses grow while deliveries fail: 0 s, 30 s, 90 s, …"""


def notification_sensors(config: Config) -> list[dg.SensorDefinition]:
    """One a receiver, on from the start; none where `notifications` is not configured."""
    settings = config.notifications
    if settings is None:
        return []
    return [
        _sensor(receiver, settings.on, Links(config.audit)) for receiver in receivers_of(settings)
    ]


def _sensor(receiver: Receiver, wanted: frozenset[NoticeKind], links: Links) -> dg.SensorDefinition:
    @dg.sensor(
        name=sensor_of(receiver.name),
        minimum_interval_seconds=INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells people of failed runs, shut gates and corpora that stopped arriving: "
        f"{receiver.goes_to}.",
    )
    def notifications(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        """A receiver that is new is told of the last hour first."""
        place = place_of(context.cursor) or lately(context.instance)
        events = news(context.instance, place, wanted, links)
        place, said = _tell(receiver, place, events, links, context)
        return dg.SensorResult(skip_reason=said, cursor=cursor_of(place))

    return notifications


def _tell(
    receiver: Receiver,
    place: Place,
    found: Iterator[tuple[Notice | None, Place]],
    links: Links,
    context: dg.SensorEvaluationContext,
) -> tuple[Place, str]:
    """The place behind the last notice that was delivered or refused, and what was done."""
    if time.time() < place.not_before:
        waits = place.not_before - time.time()
        return place, f"to be tried again in {waits:.0f} s: {place.trouble}"
    end, waiting = _gather(place, found)
    if len(waiting) > _ONE_BY_ONE:
        waiting = [(digest([notice for notice, _ in waiting], links=links.runs()), end)]
    delivered, until = 0, time.monotonic() + _TELL_S
    for notice, after in waiting:
        if time.monotonic() > until:
            return place, f"{delivered} delivered, the rest at the next tick"
        try:
            receiver.send(notice)
            delivered += 1
        except NoticeRefused as error:
            context.log.error(f"passed over: {notice.title} ({notice.id}): {error}")
        except NoticeDelayed as error:
            pause = _pause(place.tries, error.retry_after)
            context.log.warning(f"kept, to be tried again after {pause:.0f} s: {error}")
            kept = replace(
                place,
                not_before=time.time() + pause,
                tries=place.tries + 1,
                trouble=str(error),
            )
            return kept, f"{delivered} delivered; to be tried again: {error}"
        place = _told(after)
    return _told(end), f"{delivered} delivered"


def _told(place: Place) -> Place:
    """Where nothing waits, what went wrong before is over."""
    return replace(place, not_before=0.0, tries=0, trouble="")


def _pause(tries: int, asked: float | None) -> float:
    grown = min(INTERVAL_S * (2.0 ** min(tries, 10) - 1), _LONGEST_PAUSE_S)
    return max(grown, min(asked or 0.0, _LONGEST_WAIT_S))


def _gather(
    place: Place, found: Iterator[tuple[Notice | None, Place]]
) -> tuple[Place, list[tuple[Notice, Place]]]:
    """How far was read, and the notices on the way, each with the place behind it."""
    waiting: list[tuple[Notice, Place]] = []
    until = time.monotonic() + _READ_S
    for notice, after in islice(found, _MOST_EVENTS):
        place = after
        if notice is not None:
            waiting.append((notice, after))
        if len(waiting) == _MOST_NOTICES or time.monotonic() > until:
            break
    return place, waiting
