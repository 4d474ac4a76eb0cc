"""A real Ray cluster on this machine: each node its own processes, to be killed at will."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.servers.openai_server import free_port
from tests.servers.processes import wait_for

CPUS = 2
"""On a node with one, its workers would wait for each other."""


_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray is imported here first, where our own setting comes too late: a call after the last engine
    # left would start a cluster in this process.
    "RAY_ENABLE_AUTO_CONNECT": "0",
    # Seconds that a node may take to come up on a busy machine.
    "RAY_raylet_start_wait_time_s": "120",
    # Ray's client server forks beside threads of gRPC, and half of its children else die of it.
    "GRPC_ENABLE_FORK_SUPPORT": "0",
}


class RayCluster:
    """A head and as many nodes as were added.

    Of the main thread, as Ray handles signals.
    """

    def __init__(self) -> None:
        os.environ |= _ENVIRONMENT
        from ray.cluster_utils import Cluster

        head = {"num_cpus": CPUS, "include_dashboard": False}
        with _tidied():
            self._cluster = Cluster(initialize_head=True, head_node_args=head)

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    @contextmanager
    def client_server(self) -> Iterator[str]:
        """What `ray start --head` has as well: the address for machines that are no nodes."""
        port = free_port()
        options = {
            "address": self.address,
            "host": "127.0.0.1",
            "port": port,
            "mode": "proxy",
            "node-id": self._cluster.head_node.node_id,
        }
        module = [sys.executable, "-m", "ray.util.client.server"]
        process = subprocess.Popen([*module, *(f"--{k}={v}" for k, v in options.items())])
        try:
            wait_for(port, process)
            yield f"ray://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()

    def add(self) -> Any:
        with _tidied():
            return self._cluster.add_node(num_cpus=CPUS)

    @property
    def nodes(self) -> set[Any]:
        return set(self._cluster.list_all_nodes())

    def kill(self, node: Any) -> None:
        self._cluster.remove_node(node, allow_graceful=False)

    def stop(self) -> None:
        self._cluster.shutdown()


@contextmanager
def _tidied() -> Iterator[None]:
    """Ray leaves log files open, and a handler for SIGTERM of its own."""
    handler = signal.getsignal(signal.SIGTERM)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
    signal.signal(signal.SIGTERM, handler)


@contextmanager
def ray_cluster() -> Iterator[RayCluster]:
    """A head; nothing of it is left afterwards."""
    cluster = RayCluster()
    try:
        yield cluster
    finally:
        cluster.stop()


def engine_processes() -> list[int]:
    """The processes of our engines on the nodes that this process started."""
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if (process / "cmdline").read_bytes().startswith(b"ray::NodeEngine"):
                raylet = _parent(process.name)
                if _parent(raylet) == str(os.getpid()):
                    found.append(int(process.name))
    return found


def _parent(process: str) -> str:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("PPid:"))
