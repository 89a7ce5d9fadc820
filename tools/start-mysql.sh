#!/bin/bash
# A private MySQL server on loopback, as the current user, in the background:
#
#   start-mysql.sh DIRECTORY PORT [server option...]
#
# As start-mariadb.sh; the programs are those of install-mysql.sh ($POOL_MYSQL, or $POOL_CACHE/mysql).
. "$(dirname "$0")/common.sh"

mysql=${POOL_MYSQL:-$cache/mysql}
[ -x "$mysql/bin/mysqld" ] || die "no MySQL in $mysql: run tools/install-mysql.sh"
mkdir -p "$1"
dir=$(cd "$1" && pwd) port=$2
shift 2
running "$dir/server.pid" && exit 0
rm -f "$dir/server.pid"
umask 077
user=$(id -un)

if [ ! -d "$dir/data/mysql" ]; then
    rm -rf "$dir/data" "$dir/data.new"
    "$mysql/bin/mysqld" --no-defaults --initialize-insecure --user="$user" --datadir="$dir/data.new" > "$dir/install.log" 2>&1 ||
        { tail "$dir/install.log" >&2; die "mysqld --initialize failed: $dir/install.log"; }
    mv "$dir/data.new" "$dir/data"
fi
init_sql > "$dir/init.sql"
# Its own: a server that starts removes what it finds of temporary tables, and those may be another's.
mkdir -p "$dir/tmp"
start_server "$dir" "$mysql/bin/mysqld" --no-defaults --user="$user" --datadir="$dir/data" --tmpdir="$dir/tmp" --port="$port" --socket="$dir/server.sock" \
    --mysqlx=OFF --secure-file-priv=NULL --init-file="$dir/init.sql" "${server_options[@]}" "$@"
MYSQL_PWD=$POOL_BACKEND_PASSWORD await 120 "$dir/server.pid" "$dir/server.log" \
    "$mysql/bin/mysql" --no-defaults -h127.0.0.1 -P"$port" -u"${POOL_BACKEND_USER:-pool}" -e 'SELECT 1'
rm -f "$dir/init.sql"
