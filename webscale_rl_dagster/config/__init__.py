"""`pipeline.yaml`: every key has a default, unknown keys are errors that name the nearest one.

A module per part of the file:

    storage, shard_documents …             pipeline.py, which names all the others
    models, prices                         engines.py
    s3                                     s3.py
    corpora                                corpora.py
    filter, classifier, generator,
    verification                           stages.py
    decontamination, deduplication         repeats.py
    gates                                  gates.py
    release                                releases.py
    audit, data_docs, notifications        watching.py

`loading.py` finds and reads the file.
"""

from __future__ import annotations

from webscale_rl_dagster.config.corpora import CorpusConfig, IngestionConfig
from webscale_rl_dagster.config.engines import EngineConfig, ModelsConfig, Price, RayConfig, Role
from webscale_rl_dagster.config.gates import GatesConfig
from webscale_rl_dagster.config.loading import CONFIG_VARIABLE, load_config
from webscale_rl_dagster.config.pipeline import Config
from webscale_rl_dagster.config.releases import BalanceConfig, ReleaseConfig, SplitShares
from webscale_rl_dagster.config.repeats import DecontaminationConfig, DeduplicationConfig
from webscale_rl_dagster.config.s3 import S3Config
from webscale_rl_dagster.config.stages import (
    ClassifierConfig,
    FilterConfig,
    GeneratorConfig,
    ProbesConfig,
    VerificationConfig,
    VerificationProfile,
)
from webscale_rl_dagster.config.watching import (
    AuditConfig,
    DataDocsConfig,
    EmailConfig,
    NoticeKind,
    NotificationsConfig,
)

__all__ = [
    "CONFIG_VARIABLE",
    "AuditConfig",
    "BalanceConfig",
    "ClassifierConfig",
    "Config",
    "CorpusConfig",
    "DataDocsConfig",
    "DecontaminationConfig",
    "DeduplicationConfig",
    "EmailConfig",
    "EngineConfig",
    "FilterConfig",
    "GatesConfig",
    "GeneratorConfig",
    "IngestionConfig",
    "ModelsConfig",
    "NoticeKind",
    "NotificationsConfig",
    "Price",
    "ProbesConfig",
    "RayConfig",
    "ReleaseConfig",
    "Role",
    "S3Config",
    "SplitShares",
    "VerificationConfig",
    "VerificationProfile",
    "load_config",
]
