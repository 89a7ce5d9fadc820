# Sourced by the scripts beside it: where things are kept, how packages are installed, how a server is awaited.
set -euo pipefail

cache=${POOL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pool}
export DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo -n -E "$@" || die "needs root: run '$*' as root first"
    else die "needs root: run '$*' as root first"; fi
}

# apt_install PACKAGE...: installs what is not installed yet; starts no service and asks nothing.
apt_install() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "not a Debian system: install yourself: ${missing[*]}"
    say "installing ${missing[*]}"
    as_root apt-get -qq update >&2
    # RUNLEVEL=1 makes invoke-rc.d leave the new service stopped.
    as_root env RUNLEVEL=1 apt-get -qq -y --no-install-recommends install "${missing[@]}" </dev/null >&2
}

# running PIDFILE: whether the process that wrote it still lives. Numbers are used again: it is one that was told of the file's folder.
running() { [ -s "$1" ] && grep -qaF -- "$(cd "$(dirname "$1")" && pwd)/" "/proc/$(cat "$1")/cmdline" 2>/dev/null; }

# await SECONDS PIDFILE LOG COMMAND...: until COMMAND succeeds; fails with the log's end when the process dies first.
await() {
    local deadline=$((SECONDS + $1)) pidfile=$2 log=$3
    shift 3
    until "$@" >/dev/null 2>&1; do
        running "$pidfile" || { tail -n 15 "$log" >&2; die "it stopped while starting; its log is $log"; }
        [ $SECONDS -lt $deadline ] || { tail -n 15 "$log" >&2; die "not ready in time; its log is $log"; }
        sleep 0.1
    done
}

# start_server DIR PROGRAM ARG...: in the background, with DIR/server.log and DIR/server.pid.
start_server() {
    local dir=$1
    shift
    setsid -f bash -c 'echo $$ > "$1"; shift; exec "$@"' start "$dir/server.pid" "$@" </dev/null >>"$dir/server.log" 2>&1
    until [ -s "$dir/server.pid" ]; do sleep 0.05; done
}

# init_sql: the accounts of a private server, run by the server itself before it listens. The password comes from
# POOL_BACKEND_PASSWORD and goes only into a file that no one else can read.
init_sql() {
    local user=${POOL_BACKEND_USER:-pool} quoted
    : "${POOL_BACKEND_PASSWORD:?the password of the account to create}"
    quoted=${POOL_BACKEND_PASSWORD//\\/\\\\}
    quoted=${quoted//\'/\\\'}
    printf "CREATE USER IF NOT EXISTS '%s'@'%%';\n" "$user"
    printf "ALTER USER '%s'@'%%' IDENTIFIED BY '%s';\n" "$user" "$quoted"
    printf "GRANT ALL PRIVILEGES ON *.* TO '%s'@'%%' WITH GRANT OPTION;\n" "$user"
    printf "ALTER USER 'root'@'localhost' IDENTIFIED BY '%s';\n" "$quoted"
    printf "CREATE DATABASE IF NOT EXISTS pool;\n"
}

# What the tests and the scenario need of either server.
server_options=(--bind-address=127.0.0.1 --skip-name-resolve --max-connections=500 --max-allowed-packet=128M --local-infile=ON
    --character-set-server=utf8mb4 --skip-log-bin --innodb-flush-log-at-trx-commit=2)
