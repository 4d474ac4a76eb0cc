"""Which file a run is at: what is under way when its process ends, and may be why it ended."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from webscale_rl_dagster.corpora.arrivals.batches import Arrival
from webscale_rl_dagster.storage.objects import Objects


class Reading(BaseModel):
    """One for a corpus, since one run of it reads at a time."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    run_id: str
    uri: str
    version: str

    @property
    def file(self) -> Arrival:
        return Arrival(self.uri, self.version)


def note_reading(objects: Objects, corpus: str, run_id: str, file: Arrival) -> None:
    """Before the file is touched; replaces the one before."""
    reading = Reading(run_id=run_id, uri=file.uri, version=file.version)
    objects.put(_key(corpus), reading.model_dump_json().encode())


def last_reading(objects: Objects, corpus: str) -> Reading | None:
    """The newest of any run; None also for what is no such note."""
    found = objects.get_if_there(_key(corpus))
    try:
        return None if found is None else Reading.model_validate_json(found)
    except ValidationError:
        return None


def _key(corpus: str) -> str:
    return f"arrivals/{corpus}/reading.json"
