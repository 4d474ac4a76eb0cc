#!/bin/sh
# Finds Chromium and its driver, which the tests of the audit page drive. Where they are missing it installs them as
# root, which containers are, and says how to everyone else: those tests fail then, and no other.
# From the system's packages: a browser of a driver's own choice would be a download from outside them.
set -eu

found() {
    for name; do
        command -v "$name" >/dev/null && return
    done
    return 1
}
ready() {
    found chromium chromium-browser google-chrome && found chromedriver chromium.chromedriver
}

packages="chromium chromium-driver"
apt() { # The lock of the lists, which `update` takes, knows no timeout: it is tried again instead.
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}
update() {
    for _ in 1 2 3 4 5 6; do
        apt update && return
        sleep 10
    done
    return 1
}
install() {
    # shellcheck disable=SC2086
    apt install --yes --no-install-recommends $packages
}

if ! ready && [ "$(id -u)" -eq 0 ] && found apt-get; then
    echo "installing $packages"
    install 2>/dev/null || { update; install; } || true
fi
# As `MISSING` in tests/browser/chromium.py has it.
ready || echo "the browser tests need Chromium and its driver: sudo apt-get install $packages" \
    "(Ubuntu: sudo snap install chromium)" >&2
