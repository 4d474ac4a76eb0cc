"""The parts of NeMo Gym's and Open Instruct's interfaces that their exports build on.

Written from nemo_gym/base_resources_server.py (NVIDIA-NeMo/Gym, 011c3386) and
open_instruct/ground_truth_utils.py (allenai/open-instruct, c28e030e, and of its later versions the
argument `rollout_state`), as neither can be installed.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

from pydantic import BaseModel, ConfigDict, Field


class _Message(BaseModel):
    """Of OpenAI's Responses API; a NeMoGymResponse is made of such and other items."""

    model_config = ConfigDict(extra="allow")
    type: str


class NeMoGymResponse(BaseModel):
    output: list[_Message]


class BaseResourcesServerConfig(BaseModel):
    name: str


class BaseRunRequest(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    responses_create_params: dict[str, Any]
    capture_rollout_id: str | None = Field(default=None, alias="_ng_rollout_id", exclude=True)


class BaseVerifyRequest(BaseRunRequest):
    response: NeMoGymResponse


class BaseVerifyResponse(BaseVerifyRequest):
    reward: float
    mask_sample: bool = False


class SimpleResourcesServer:
    config: BaseResourcesServerConfig


@dataclass
class VerificationResult:
    score: float
    cost: float = 0.0
    reasoning: str | None = None


@dataclass
class VerifierConfig:
    pass


class VerifierFunction(ABC):
    def __init__(
        self, name: str, weight: float = 1.0, verifier_config: VerifierConfig | None = None
    ) -> None:
        self.name = name
        self.weight = weight
        self.verifier_config = verifier_config

    @abstractmethod
    def __call__(
        self,
        tokenized_prediction: list[int],
        prediction: str,
        label: Any,
        query: str | None = None,
        rollout_state: dict[str, Any] | None = None,
    ) -> VerificationResult: ...


def gym_body(row: dict[str, Any], response: str) -> dict[str, Any]:
    """What Gym posts to /verify: the row, and a response that thinks before it speaks."""
    return {
        **row,
        "response": {
            "output": [
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Is it 7919?"}]},
                {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": response, "annotations": []}],
                },
            ]
        },
    }


@contextmanager
def nemo_gym_modules() -> Iterator[None]:
    with _modules(
        "nemo_gym.base_resources_server",
        BaseResourcesServerConfig,
        BaseRunRequest,
        BaseVerifyRequest,
        BaseVerifyResponse,
        SimpleResourcesServer,
    ):
        yield


@contextmanager
def open_instruct_modules() -> Iterator[None]:
    with _modules(
        "open_instruct.ground_truth_utils", VerificationResult, VerifierConfig, VerifierFunction
    ):
        yield


@contextmanager
def _modules(name: str, *members: type) -> Iterator[None]:
    module = ModuleType(name)
    for member in members:
        setattr(module, member.__name__, member)
    package = ModuleType(name.split(".")[0])
    with patch.dict(sys.modules, {package.__name__: package, name: module}):
        yield
