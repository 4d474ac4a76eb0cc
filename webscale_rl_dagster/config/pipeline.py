"""The whole of `pipeline.yaml`, a field for each of its keys."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, field_validator

from webscale_rl_dagster.addresses import require_place
from webscale_rl_dagster.config.corpora import CorpusConfig
from webscale_rl_dagster.config.engines import ModelsConfig, Price, Role
from webscale_rl_dagster.config.fields import Section
from webscale_rl_dagster.config.gates import GatesConfig
from webscale_rl_dagster.config.releases import ReleaseConfig
from webscale_rl_dagster.config.repeats import DecontaminationConfig, DeduplicationConfig
from webscale_rl_dagster.config.s3 import S3Config
from webscale_rl_dagster.config.stages import (
    ClassifierConfig,
    FilterConfig,
    GeneratorConfig,
    VerificationConfig,
)
from webscale_rl_dagster.config.watching import AuditConfig, DataDocsConfig, NotificationsConfig
from webscale_rl_dagster.identity import identifier


class Config(Section):
    """The whole of `pipeline.yaml`."""

    storage: str = ".webscale-rl"
    """A folder, relative to the file's own, or s3://bucket/prefix."""
    s3: S3Config = S3Config()
    shard_documents: int = Field(default=1000, ge=1)
    models: ModelsConfig = ModelsConfig()
    prices: dict[str, Price] = Field(default_factory=dict)
    """By model name; without a price a model's calls are counted but cost nothing."""
    corpora: tuple[CorpusConfig, ...] = ()
    personas_per_document: int = Field(default=3, ge=1, le=3)
    filter: FilterConfig = FilterConfig()
    classifier: ClassifierConfig = ClassifierConfig()
    generator: GeneratorConfig = GeneratorConfig()
    verification: VerificationConfig = VerificationConfig()
    decontamination: DecontaminationConfig = DecontaminationConfig()
    deduplication: DeduplicationConfig = DeduplicationConfig()
    release: ReleaseConfig = ReleaseConfig()
    gates: GatesConfig = GatesConfig()
    audit: AuditConfig = AuditConfig()
    data_docs: DataDocsConfig = DataDocsConfig()
    notifications: NotificationsConfig | None = None

    @property
    def generator_style(self) -> Literal["open", "cloze", "auto"]:
        """The style in force."""
        packaged = self.models.for_role("generator").packaged
        return self.generator.style or ("cloze" if packaged else "auto")

    @property
    def domain_shortlist(self) -> int:
        """The length of the shortlist in force."""
        packaged = self.models.for_role("classifier").packaged
        return self.classifier.shortlist or (1 if packaged else 10)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Those that are asked; the prober is only under the profile `strict`."""
        probes = self.verification.profile == "strict"
        return tuple(role for role in get_args(Role) if role != "prober" or probes)

    @property
    def decontamination_profile(self) -> Literal["default", "paper"]:
        """The profile in force."""
        papers = self.verification.profile == "paper"
        return self.decontamination.profile or ("paper" if papers else "default")

    @field_validator("storage")
    @classmethod
    def _place(cls, storage: str) -> str:
        return require_place(storage)

    @field_validator("corpora")
    @classmethod
    def _places(cls, corpora: tuple[CorpusConfig, ...]) -> tuple[CorpusConfig, ...]:
        for corpus in corpora:
            require_place(corpus.uri)
        return corpora

    @field_validator("corpora")
    @classmethod
    def _unique(cls, corpora: tuple[CorpusConfig, ...]) -> tuple[CorpusConfig, ...]:
        names = [corpus.name for corpus in corpora]
        if len(set(names)) < len(names):
            raise ValueError("two corpora have the same name")
        arriving = [identifier(one.name) for one in corpora if one.ingestion is not None]
        if len(set(arriving)) < len(arriving):
            raise ValueError("two corpora with `ingestion` differ in - and _ only")
        return corpora
