"""The packaged SmolLM2, de-quantized to a folder that vLLM reads: a real model, no download."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from webscale_rl_dagster.inference.engines.llama_cpp import packaged_model

CACHE = Path(sys.prefix) / "smollm2-135m-instruct"


def model_folder(folder: Path = CACHE) -> Path:
    """Made once an environment; it appears complete or not at all."""
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            made = Path(scratch) / folder.name
            _dequantize(packaged_model(), made)
            made.rename(folder)
    return folder


def _dequantize(gguf: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent,
        gguf_file=gguf.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=torch.bfloat16,
    )
    model.save_pretrained(folder)


if __name__ == "__main__":
    print(model_folder())
