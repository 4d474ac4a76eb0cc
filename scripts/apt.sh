# Read by scripts that find programs of the system, and install them as root.

found() {
    for name; do
        command -v "$name" >/dev/null && return
    done
    return 1
}
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
    apt install --yes --no-install-recommends "$@"
}
install_as_root() { # PACKAGES, unless this is not root or not Debian.
    [ "$(id -u)" -eq 0 ] && found apt-get || return 0
    echo "installing $*"
    install "$@" 2>/dev/null || { update; install "$@"; } || true
}
