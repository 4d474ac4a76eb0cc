#!/bin/sh
# Installs Chromium and its driver, which the tests of the audit page drive, where they are missing.
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
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >/dev/null
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

ready && exit
as_root=
[ "$(id -u)" -eq 0 ] || as_root="sudo -n"
if found apt-get && $as_root true 2>/dev/null; then
    echo "installing $packages"
    install 2>/dev/null || { update; install; } || true
fi
if ! ready; then
    echo "the browser tests need Chromium and its driver; Debian: apt-get install $packages; Ubuntu: snap install chromium" >&2
    exit 1
fi
