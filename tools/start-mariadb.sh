#!/bin/bash
# A private MariaDB server on loopback, as the current user, in the background:
#
#   start-mariadb.sh DIRECTORY PORT [server option...]
#
# Makes DIRECTORY (data, certificates, server.log, server.pid, server.sock) on first use. The account is $POOL_BACKEND_USER
# (pool) with $POOL_BACKEND_PASSWORD, and may do everything. Returns when a login works. Stop it with stop-server.sh.
. "$(dirname "$0")/common.sh"

mkdir -p "$1"
dir=$(cd "$1" && pwd) port=$2
shift 2
running "$dir/server.pid" && exit 0
rm -f "$dir/server.pid"
umask 077
export PATH=$PATH:/usr/sbin
user=$(id -un)

if [ ! -d "$dir/data/mysql" ]; then
    rm -rf "$dir/data" "$dir/data.new"
    mariadb-install-db --no-defaults --datadir="$dir/data.new" --user="$user" --auth-root-authentication-method=normal \
        --skip-test-db > "$dir/install.log" 2>&1 || { tail "$dir/install.log" >&2; die "mariadb-install-db failed: $dir/install.log"; }
    mv "$dir/data.new" "$dir/data"
fi
if [ ! -s "$dir/cert.pem" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
        -keyout "$dir/key.pem" -out "$dir/cert.pem" 2> "$dir/openssl.log" || die "openssl failed: $dir/openssl.log"
fi
init_sql > "$dir/init.sql"
# Its own: a server that starts removes what it finds of temporary tables, and those may be another's.
mkdir -p "$dir/tmp"
start_server "$dir" mariadbd --no-defaults --user="$user" --datadir="$dir/data" --tmpdir="$dir/tmp" --port="$port" --socket="$dir/server.sock" \
    --ssl-cert="$dir/cert.pem" --ssl-key="$dir/key.pem" --init-file="$dir/init.sql" "${server_options[@]}" "$@"
MYSQL_PWD=$POOL_BACKEND_PASSWORD await 60 "$dir/server.pid" "$dir/server.log" \
    mariadb --no-defaults -h127.0.0.1 -P"$port" -u"${POOL_BACKEND_USER:-pool}" -e 'SELECT 1'
rm -f "$dir/init.sql"
