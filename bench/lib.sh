# Sourced by the scripts beside it: builds the programs, starts what a measurement needs, and ends it again.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=${POOL_BENCH_DIR:-$root/.run/bench}
base_port=${POOL_BENCH_PORT:-24300}
db_port=$base_port relay_port=$((base_port + 1)) haproxy_port=$((base_port + 2))
pool_port=$((base_port + 3)) admin_port=$((base_port + 4)) other_port=$((base_port + 5)) other_admin_port=$((base_port + 6))
server=${POOL_BENCH_SERVER:-mariadb} # or mysql
build_options=(--artifacts-path "$work/artifacts") # apart from everybody else's, so that building goes on during a long measurement
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
        dotnet build "$root/$project" -c Release -v q "${build_options[@]}" > "$work/build.log" 2>&1 ||
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

# is_ready ADMIN_PORT: whether Pool says that it can serve.
is_ready() {
    local status
    exec 4<>"/dev/tcp/127.0.0.1/$1" || return 1
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

sql() { # as root, from standard input
    local client=(mariadb)
    [ "$server" = mariadb ] || client=("${POOL_MYSQL:-${POOL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pool}/mysql}/bin/mysql")
    MYSQL_PWD=$POOL_BACKEND_PASSWORD "${client[@]}" --no-defaults -h127.0.0.1 -P"$db_port" -upool "$@"
}

start_database() { # a table as sysbench makes it, of 10,000 rows
    "$root/tools/stop-server.sh" "$work/db"
    ! listens "$db_port" || die "port $db_port is taken: set POOL_BENCH_PORT"
    say "starting $server"
    # A directory for each, and one of them at a time.
    [ "$(readlink "$work/db" 2>/dev/null)" = "$server" ] || { rm -rf "$work/db"; mkdir -p "$work/$server"; ln -s "$server" "$work/db"; }
    "$root/tools/start-$server.sh" "$work/db" "$db_port" --max-connections=1200
    db_pid=$(cat "$work/db/server.pid")
    sql <<SQL
CREATE DATABASE IF NOT EXISTS sbtest;
CREATE USER IF NOT EXISTS app@'%' IDENTIFIED BY '$APP_PASSWORD';
GRANT ALL ON sbtest.* TO app@'%';
USE sbtest;
DROP TABLE IF EXISTS sbtest1;
CREATE TABLE sbtest1 (id INT NOT NULL PRIMARY KEY AUTO_INCREMENT, k INT NOT NULL DEFAULT 0,
    c CHAR(120) NOT NULL DEFAULT '', pad CHAR(60) NOT NULL DEFAULT '', KEY k_1 (k));
INSERT INTO sbtest1 SELECT seq, seq % 5000, RPAD(seq, 119, '-0123456789'), RPAD(seq, 59, 'x') FROM
    (WITH d AS (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
        UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)
    SELECT 1 + a.n + 10 * b.n + 100 * c.n + 1000 * e.n AS seq FROM d a, d b, d c, d e) numbers;
SQL
}

# kinds NAME: the file of client kinds, in the words of the server that runs: MariaDB before 11.1 has other names.
kinds() {
    local file=$root/bench/streams/$1.txt
    [ "$server" = mariadb ] || { echo "$file"; return; }
    sed 's/transaction_isolation/tx_isolation/g; s/transaction_read_only/tx_read_only/g' "$file" > "$work/$1.txt"
    echo "$work/$1.txt"
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

# start_pool CONNECTIONS [NAME [BACKEND_KEYS [PROGRAM]]]: no TLS on either side, as everything else here. Sets pool_pid and metrics.
# A NAME other than pool is a second one beside it; BACKEND_KEYS is more JSON for its backend; PROGRAM is another build.
start_pool() {
    local name=${2:-pool} port=$pool_port admin=$admin_port deadline
    [ "$name" = pool ] || { port=$other_port; admin=$other_admin_port; }
    build src/Pool.Host
    cat > "$work/$name.json" <<JSON
{
  "Node": { "Name": "bench", "Slot": 1 },
  "Listeners": [ { "Name": "main", "Address": "127.0.0.1", "Port": $port, "Backend": "main", "MaxSessions": 100000,
                   "Tls": { "Mode": "off" } } ],
  "Backends": [ { "Name": "main", "Host": "127.0.0.1", "Port": $db_port, "MaxConnections": $(($1 + 1)), "ReservedConnections": 1,
                  "ConnectsPerSecond": 1000, "Tls": { "Mode": "disabled" } ${3:+, $3} } ],
  "Accounts": [ { "Name": "app", "Backend": "main", "User": "app", "Password": { "Environment": "APP_PASSWORD" } } ],
  "Users": [ { "Name": "app", "Password": { "Environment": "APP_PASSWORD" } } ],
  "Routes": [ { "Listener": "*", "User": "app", "Database": "*", "Account": "app" } ],
  "Admin": { "Address": "127.0.0.1", "Port": $admin },
  "Log": { "Level": "Warning", "Format": "text" }
}
JSON
    start "$name" "$port" "${4:-$work/artifacts/bin/Pool.Host/release/pool}" --config "$work/$name.json"
    pool_pid=$started
    deadline=$((SECONDS + 30))
    until is_ready "$admin"; do
        [ $SECONDS -lt $deadline ] || { tail -n 5 "$work/$name.log" >&2; die "the pool does not become ready"; }
        sleep 0.1
    done
    metrics=http://127.0.0.1:$admin/metrics
}

export CLUSTER_SECRET=${CLUSTER_SECRET:-only for the benchmark}
etcd_port=$((base_port + 20))

start_etcd() {
    "$root/tools/install-etcd.sh"
    # Not the members of a run before, which may not have left.
    rm -rf "$work/etcd"
    "$root/tools/start-etcd.sh" "$work/etcd" "$etcd_port:$((etcd_port + 1))"
    trap 'cleanup; "$root/tools/stop-server.sh" "$work/etcd/1" >/dev/null 2>&1 || true' EXIT
}

node_port() { echo $((base_port + 100 + $1)); }
node_admin_port() { echo $((base_port + 130 + $1)); }

# start_node NUMBER CAP [BACKEND_KEYS]: a node of a cluster, of whose etcd start_etcd has seen to; its process id is in $started afterwards.
# It speaks to the database without TLS, or with it if $backend_tls is required, and to other nodes with it unless $encrypt is false.
start_node() {
    local admin deadline=$((SECONDS + 60))
    admin=$(node_admin_port "$1")
    cat > "$work/node-$1.json" <<JSON
{
  "Node": { "Name": "bench-$1" },
  "Cluster": { "Name": "bench", "Etcd": { "Endpoints": [ "http://127.0.0.1:$etcd_port" ] }, "Secret": { "Environment": "CLUSTER_SECRET" }, "Encrypt": ${encrypt:-true},
               "Address": "127.0.0.1", "Port": $((base_port + 160 + $1)), "AdvertisedHost": "127.0.0.1" },
  "Listeners": [ { "Name": "main", "Address": "127.0.0.1", "Port": $(node_port "$1"), "Backend": "main", "Tls": { "Mode": "off" } } ],
  "Backends": [ { "Name": "main", "Host": "127.0.0.1", "Port": $db_port, "MaxConnections": $2,
                  "Tls": { "Mode": "${backend_tls:-disabled}" } ${3:+, $3} } ],
  "Accounts": [ { "Name": "app", "Backend": "main", "User": "app", "Password": { "Environment": "APP_PASSWORD" } } ],
  "Users": [ { "Name": "app", "Password": { "Environment": "APP_PASSWORD" } } ],
  "Routes": [ { "Listener": "*", "User": "app", "Database": "*", "Account": "app" } ],
  "Admin": { "Address": "127.0.0.1", "Port": $admin },
  "Log": { "Level": "Warning", "Format": "text" }
}
JSON
    start "node-$1" "$(node_port "$1")" "$work/artifacts/bin/Pool.Host/release/pool" --config "$work/node-$1.json"
    until is_ready "$admin"; do
        [ $SECONDS -lt $deadline ] || { tail -n 5 "$work/node-$1.log" >&2; die "node $1 does not become ready"; }
        sleep 0.05
    done
}

# interleave NAME ROUNDS SECONDS FUNCTION ARM...: calls FUNCTION with the seconds and the arms in order, once to warm up and then
# for each round; collects what it prints in a file, whose name is in $results afterwards.
interleave() {
    local name=$1 rounds=$2 seconds=$3 function=$4 i arm
    shift 4
    local order="$*" turned=
    for arm in "$@"; do turned="$arm $turned"; done
    # The runtime compiles hot methods again and again in the first seconds: that is not what is compared.
    say "warming up"
    $function 3 "$order" > /dev/null
    results=$work/$name-$(date +%Y%m%d-%H%M%S).jsonl
    for ((i = 1; i <= rounds; i++)); do
        say "round $i of $rounds"
        # Turned around every other time, so that a machine that slows down favours nobody.
        if [ $((i % 2)) = 1 ]; then $function "$seconds" "$order"; else $function "$seconds" "$turned"; fi >> "$results"
    done
    say "results: $results"
}
