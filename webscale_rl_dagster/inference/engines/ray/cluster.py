"""This process's connection to a Ray cluster: joined by address, never started, never shut down."""

from __future__ import annotations

import logging
import os
import socket
import threading
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from webscale_rl_dagster.config import EngineConfig, RayConfig
from webscale_rl_dagster.errors import EngineUnavailable

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Else a call after the connection was closed would join or start a cluster on this
    # machine, and end the process a minute after that cluster.
    "RAY_ENABLE_AUTO_CONNECT": "0",
    # What Ray announces for later; its default of today warns.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Ray reads them when it is imported, which nothing here does earlier; set unless the user did."""
for _name, _value in _ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

_PROBE_S = 10.0

_lock = threading.Lock()
_joined: dict[str, int] = {}
"""How many engines of this process use which address; Ray connects a process to one cluster."""


class Slot(NamedTuple):
    """A place for one engine."""

    node: str | None
    """Ray's id of the node; None: wherever Ray finds room."""
    number: int

    def __str__(self) -> str:
        return f"engine {self.number}" + (f" of node {self.node[:12]}" if self.node else "")


def join(address: str) -> None:
    """Connect, or share the connection of another engine. Blocks for seconds.

    Raises EngineUnavailable if no cluster answers or another one was joined.
    """
    with _lock:
        if address not in _joined:
            _connect(address)
        _joined[address] = _joined.get(address, 0) + 1


def leave(address: str) -> None:
    """Disconnect with the last engine that uses the address; the cluster goes on."""
    with _lock:
        _joined[address] -= 1
        if _joined[address] == 0:
            del _joined[address]
            import ray

            ray.shutdown()


def places(config: EngineConfig, wanted: RayConfig) -> list[Slot]:
    """Where engines belong now. Blocks; raises what Ray raises when the cluster does not answer."""
    import ray

    if wanted.engines is not None:
        return [Slot(None, number) for number in range(wanted.engines)]
    gpus = gpus_of(config, wanted)
    return [
        Slot(node["NodeID"], number)
        for node in ray.nodes()
        if node["Alive"]
        for number in range(_room(node["Resources"], gpus, wanted.cpus_per_engine))
    ]


def gpus_of(config: EngineConfig, wanted: RayConfig) -> float:
    """How many GPUs one engine takes."""
    if wanted.gpus_per_engine is not None:
        return wanted.gpus_per_engine
    return config.tensor_parallel * config.data_parallel if config.engine == "vllm" else 0


def _room(resources: dict[str, Any], gpus: float, cpus: float) -> int:
    by_cpus = int(resources.get("CPU", 0) / cpus)
    return min(by_cpus, int(resources.get("GPU", 0) / gpus) if gpus else 1)


def _connect(address: str) -> None:
    try:
        import ray
    except ImportError as error:
        raise EngineUnavailable(
            "Ray is not installed: `pip install 'webscale-rl-dagster[ray]'`, in the version that "
            "the cluster runs"
        ) from error

    if _joined or ray.is_initialized():
        other = next(iter(_joined), "of someone else's making")
        raise EngineUnavailable(
            f"this process is connected to a Ray cluster already ({other}) and cannot join "
            f"{address} as well: give all roles the same ray.address in pipeline.yaml"
        )
    _probe(address)
    logging.getLogger("ray").setLevel(logging.ERROR)
    try:
        ray.init(address, namespace="webscale-rl", log_to_driver=False, configure_logging=False)
    except (ray.exceptions.RayError, OSError, RuntimeError, ValueError) as error:
        raise EngineUnavailable(
            f"the Ray cluster at {address} cannot be joined: {error}"
        ) from error


def _probe(address: str) -> None:
    """Ray itself would try for a minute, or end the process."""
    place = urlsplit(f"//{address.rpartition('://')[2]}")
    try:
        socket.create_connection((place.hostname, place.port), _PROBE_S).close()
    except OSError as error:
        raise EngineUnavailable(
            f"no Ray cluster answers at {address} ({error}): start one (`ray start --head`), or "
            "correct ray.address in pipeline.yaml: HOST:PORT from a machine that is a node of the "
            "cluster, ray://HOST:10001 from any other"
        ) from error
