# Sourced by the scripts beside it: builds the programs, starts what a measurement needs, and ends it again.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=${POOL_BENCH_DIR:-$root/.run/bench}
base_port=${POOL_BENCH_PORT:-24300}
db_port=$base_port relay_port=$((base_port + 1)) haproxy_port=$((base_port + 2)) pool_port=$((base_port + 3)) admin_port=$((base_port + 4))
load=$work/artifacts/bin/Pool.Load/release/pool-load
pids=()

export APP_PASSWORD=${APP_PASSWORD:-bench} POOL_BACKEND_PASSWORD=${POOL_BACKEND_PASSWORD:-bench}
mkdir -p "$work"

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

cleanup() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    POOL_STOP_SECONDS=10 "$root/tools/stop-server.sh" "$work/db" >/dev/null 2>&1 || true
}
trap cleanup EXIT
trap 'exit 130' INT TERM

build() { # PROJECT...; POOL_BENCH_BUILD=0 takes what was built before
    local project
    [ "${POOL_BENCH_BUILD:-1}" = 1 ] || return 0
    for project in "$@"; do
        say "building $project"
        dotnet build "$root/$project" -c Release -v q --artifacts-path "$work/artifacts" > "$work/build.log" 2>&1 ||
            { grep -E 'error' "$work/build.log" | sort -u | head -n 20 >&2; die "$project does not build"; }
    done
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# await PID PORT: until the program accepts connections.
await() {
    local deadline=$((SECONDS + 30))
    until listens "$2"; do
        kill -0 "$1" 2>/dev/null || die "the program for port $2 ended while starting: see $work/*.log"
        [ $SECONDS -lt $deadline ] || die "nothing listens on port $2"
        sleep 0.1
    done
}

# is_ready: whether Pool says that it can serve.
is_ready() {
    local status
    exec 4<>"/dev/tcp/127.0.0.1/$admin_port" || return 1
    printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&4
    read -r status <&4
    exec 4>&-
    [[ $status == *' 200 '* ]]
} 2>/dev/null

# start NAME PORT PROGRAM ARG...: in the background; its process id is in $started afterwards.
start() {
    local name=$1 port=$2
    shift 2
    ! listens "$port" || die "port $port is taken: set POOL_BENCH_PORT"
    "$@" > "$work/$name.log" 2>&1 &
    started=$!
    pids+=("$started")
    await "$started" "$port"
}

start_database() { # a table as sysbench makes it, of 10,000 rows
    "$root/tools/stop-server.sh" "$work/db"
    ! listens "$db_port" || die "port $db_port is taken: set POOL_BENCH_PORT"
    say "starting MariaDB"
    "$root/tools/start-mariadb.sh" "$work/db" "$db_port"
    MYSQL_PWD=$POOL_BACKEND_PASSWORD mariadb --no-defaults -h127.0.0.1 -P"$db_port" -upool <<SQL
CREATE DATABASE IF NOT EXISTS sbtest;
CREATE USER IF NOT EXISTS app@'%' IDENTIFIED BY '$APP_PASSWORD';
GRANT ALL ON sbtest.* TO app@'%';
USE sbtest;
CREATE OR REPLACE TABLE sbtest1 (id INT NOT NULL PRIMARY KEY AUTO_INCREMENT, k INT NOT NULL DEFAULT 0,
    c CHAR(120) NOT NULL DEFAULT '', pad CHAR(60) NOT NULL DEFAULT '', KEY k_1 (k));
INSERT INTO sbtest1 SELECT seq, seq % 5000, RPAD(MD5(seq), 119, SHA1(seq)), RPAD(SHA1(seq), 59, 'x') FROM seq_1_to_10000;
SQL
}

start_relay() {
    build bench/Pool.DumbRelay
    start relay "$relay_port" "$work/artifacts/bin/Pool.DumbRelay/release/pool-dumb-relay" "$relay_port" 127.0.0.1 "$db_port"
    relay_pid=$started
}

start_haproxy() {
    export PATH=$PATH:/usr/sbin
    command -v haproxy >/dev/null || apt-get -qq install -y haproxy >&2 || die "haproxy is missing and cannot be installed"
    cat > "$work/haproxy.cfg" <<CFG
defaults
    mode tcp
    maxconn 4000
    timeout connect 5s
    timeout client 1h
    timeout server 1h
listen database
    bind 127.0.0.1:$haproxy_port
    server database 127.0.0.1:$db_port
CFG
    start haproxy "$haproxy_port" haproxy -db -f "$work/haproxy.cfg"
    haproxy_pid=$started
}

# start_pool CONNECTIONS: no TLS on either side, as everything else here.
start_pool() {
    build src/Pool.Host
    cat > "$work/pool.json" <<JSON
{
  "Node": { "Name": "bench", "Slot": 1 },
  "Listeners": [ { "Name": "main", "Address": "127.0.0.1", "Port": $pool_port, "Backend": "main", "MaxSessions": 100000,
                   "Tls": { "Mode": "off" } } ],
  "Backends": [ { "Name": "main", "Host": "127.0.0.1", "Port": $db_port, "MaxConnections": $(($1 + 1)), "ReservedConnections": 1,
                  "ConnectsPerSecond": 1000, "Tls": { "Mode": "disabled" } } ],
  "Accounts": [ { "Name": "app", "Backend": "main", "User": "app", "Password": { "Environment": "APP_PASSWORD" } } ],
  "Users": [ { "Name": "app", "Password": { "Environment": "APP_PASSWORD" } } ],
  "Routes": [ { "Listener": "*", "User": "app", "Database": "*", "Account": "app" } ],
  "Admin": { "Address": "127.0.0.1", "Port": $admin_port },
  "Log": { "Level": "Warning", "Format": "text" }
}
JSON
    start pool "$pool_port" "$work/artifacts/bin/Pool.Host/release/pool" --config "$work/pool.json"
    pool_pid=$started
    local deadline=$((SECONDS + 30))
    until is_ready; do
        [ $SECONDS -lt $deadline ] || { tail -n 5 "$work/pool.log" >&2; die "the pool does not become ready"; }
        sleep 0.1
    done
    metrics=http://127.0.0.1:$admin_port/metrics
}
