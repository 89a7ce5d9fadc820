#!/bin/bash
# Installs the MariaDB server and client of the distribution when they are missing. Starts nothing.
. "$(dirname "$0")/common.sh"

if ! command -v mariadbd >/dev/null && ! [ -x /usr/sbin/mariadbd ]; then
    apt_install mariadb-server mariadb-client
fi
apt_install openssl
