#!/bin/sh
# Finds Chromium and its driver, which the tests of the audit page drive. Where they are missing it installs them as
# root, which containers are, and says how to everyone else: those tests fail then, and no other.
# From the system's packages: a browser of a driver's own choice would be a download from outside them.
set -eu
. "${0%/*}/apt.sh"

ready() {
    found chromium chromium-browser google-chrome && found chromedriver chromium.chromedriver
}

ready || install_as_root chromium chromium-driver
# As `MISSING` in tests/browser/chromium.py has it.
ready || echo "the browser tests need Chromium and its driver: sudo apt-get install chromium chromium-driver" \
    "(Ubuntu: sudo snap install chromium)" >&2
