"""The benchmarks that documents and pairs are cleaned against, as a Dagster resource."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from pydantic import PrivateAttr

from webscale_rl_dagster.config import Config, S3Config
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.profiles import ProfileName
from webscale_rl_dagster.decontamination.store import BenchmarkStore
from webscale_rl_dagster.resources.s3 import section_of
from webscale_rl_dagster.storage.connected import connect


class DecontaminationResource(dg.ConfigurableResource["DecontaminationResource"]):
    """Opens the benchmarks when a stage first asks; one look-up table serves a whole run."""

    root: str
    """The storage that holds the benchmarks' indexes."""
    s3: dict[str, str] = {}
    """How it is reached; secrets are names of variables only."""
    benchmarks: list[str]
    profile: ProfileName

    _decontaminator: Decontaminator | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, config: Config) -> "DecontaminationResource":
        return cls(
            root=config.storage,
            s3=section_of(config),
            benchmarks=list(config.decontamination.benchmarks),
            profile=config.decontamination_profile,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Of the benchmarks, as configured."""
        return tuple(self.benchmarks)

    @contextmanager
    def yield_for_execution(
        self, context: dg.InitResourceContext
    ) -> Iterator["DecontaminationResource"]:
        """Closed on success, failure and interrupt alike."""
        try:
            yield self
        finally:
            if self._decontaminator is not None:
                self._decontaminator.close()
                self._decontaminator = None

    def opened(self) -> Decontaminator | None:
        """None where no benchmark is configured; the run closes it.

        Raises:
            BenchmarkError: a benchmark is not there, or its index cannot be used.
        """
        if self._decontaminator is None and self.benchmarks:
            store = BenchmarkStore(connect(self.root, S3Config(**self.s3)))
            with ExitStack() as files:
                indexes = [files.enter_context(store.open(name)) for name in self.benchmarks]
                self._decontaminator = Decontaminator.open(indexes, self.profile)
        return self._decontaminator
