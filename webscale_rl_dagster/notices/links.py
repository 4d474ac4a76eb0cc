"""Where what a notice is about can be seen."""

from __future__ import annotations

from dataclasses import dataclass

from webscale_rl_dagster.config import AuditConfig
from webscale_rl_dagster.web.links import dagster_partition, dagster_run, shard_path


@dataclass(frozen=True, slots=True)
class Links:
    """To Dagster's UI, and to the audit page if its address is configured."""

    config: AuditConfig

    def run(self, run_id: str | None) -> dict[str, str]:
        """None for a run that there is none of."""
        return {"run": dagster_run(self.config.dagster_url, run_id)} if run_id else {}

    def runs(self) -> dict[str, str]:
        return {"runs": f"{self.config.dagster_url}/runs"}

    def partition(self, asset: str, key: str) -> dict[str, str]:
        return {asset: dagster_partition(self.config.dagster_url, asset, key)}

    def shard(self, key: str | None) -> dict[str, str]:
        url = self.config.url
        return {"audit": f"{url}{shard_path(key)}"} if url and key else {}
