#!/bin/sh
# Finds Postgres, which the tests of deployments start in folders of their own. Where it is missing it installs it as
# root, which containers are, and says how to everyone else: those tests fail then, and no other.
set -eu
. "${0%/*}/apt.sh"

ready() { # Debian keeps a server's programs off the PATH.
    found postgres || found /usr/lib/postgresql/*/bin/postgres
}

without_a_server() { # Else the package makes a database on port 5432, and starts it with the machine.
    settings=/etc/postgresql-common/createcluster.conf
    install_as_root postgresql-common
    [ ! -w "$settings" ] || sed -i 's/^#create_main_cluster .*/create_main_cluster = false/' "$settings"
}

ready || { without_a_server; install_as_root postgresql; }
# As `MISSING` in tests/servers/postgres.py has it.
ready || echo "the tests of deployments need Postgres: sudo apt-get install postgresql" >&2
