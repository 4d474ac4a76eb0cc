#!/bin/sh
# Makes an environment with PyTorch's CPU build, which no lock can name: torch_cpu.sh VENV LOCK MODULE
#
# Python's package index has no such build. It comes from wherever pip has been told to look (find-links), else
# from PyTorch's own index, which uv knows by the name of the backend. MODULE is imported to see that it works.
set -eu
cd "$(dirname "$0")/.."

torch=torch==2.13.0+cpu
venv=$1
python=$venv/bin/python

VENV=$venv sh scripts/install.sh "$2"
if ! "$python" -m pip install --quiet --disable-pip-version-check --no-deps "$torch" 2>/dev/null; then
    "$python" -m uv pip install --quiet --system-certs --python "$python" --no-deps \
        --torch-backend cpu "$torch"
fi
"$python" -c "import torch, $3"
