#!/bin/bash
# Installs the client libraries whose scenario (tests/clients) the live tests run, where they are missing:
# MariaDB's command line client, PyMySQL, mysqli and PDO, Perl's two drivers and MariaDB Connector/J from the distribution,
# mysql2 from npm into $POOL_CACHE/node. MySQL's command line client comes with install-mysql.sh, MySql.Data with NuGet. And libfaketime, for
# a node whose wall clock jumps.
. "$(dirname "$0")/common.sh"

packages=(mariadb-client python3-pymysql php-cli php-mysql libdbd-mysql-perl libdbd-mariadb-perl libmariadb-java faketime)
command -v javac >/dev/null || packages+=(default-jdk-headless)
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
apt_install "${packages[@]}"

if [ ! -d "$cache/node/node_modules/mysql2" ]; then
    mkdir -p "$cache/node"
    say "installing mysql2 into $cache/node"
    npm install --silent --no-audit --no-fund --prefix "$cache/node" mysql2@3 >&2
fi
