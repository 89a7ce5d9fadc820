#!/bin/bash
# Builds and starts one node, or a cluster, in front of a database of its own or of one that exists:
#
#   ./run.sh                                          a private MariaDB under .run/, installed if it is missing
#   ./run.sh --backend HOST:PORT --user USER          a database that exists; its password in POOL_BACKEND_PASSWORD
#   ./run.sh --config pool.json                       a configuration of your own
#   ./run.sh cluster [N]                              N nodes (3), a private MariaDB and a private etcd; --backend as above
#   ./run.sh status | stop
#
# --port PORT is where clients connect: 6033, and the admin port is the next one; of a cluster's nodes 6041 and the next ones, the
# admin ports 100 above. The programs can also be used alone: .run/bin/pool --config pool.json, .run/bin/pbm --help
cd "$(dirname "$0")"
. tools/common.sh
umask 077

run=$PWD/.run
usage() { sed -n '2,/^cd /{/^#/s/^# \{0,1\}//p}' run.sh >&2; exit 2; }

# get PORT PATH: the status code that the node's admin port answers with; empty when nothing listens there.
get() {
    local line
    { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 0
    printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&3
    read -r -t 5 _ line _ <&3 || true
    exec 3>&-
    echo "${line:-}"
}
# A node has a folder, with pool.json, pool.log, pool.pid: .run itself, or .run/cluster/1 and so on.
admin_port() { cat "$1/admin-port" 2>/dev/null || echo 6034; }
ready() { [ "$(get "$(admin_port "$1")" /readyz)" = 200 ]; }
in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
listens() { grep -o 'Listener .* on [^ "]*' "$1/pool.log" | tail -n 1 | sed 's/.* on //'; }
nodes() { local pid; for pid in "$run/pool.pid" "$run"/cluster/[0-9]*/pool.pid; do if running "$pid"; then dirname "$pid"; fi; done; }

build() {
    local sources project
    command -v dotnet >/dev/null || die "no dotnet: install the .NET 10 SDK"
    sources=$(find src Directory.* global.json BannedSymbols.txt -type f -not -path '*/bin/*' -not -path '*/obj/*' -printf '%p %T@\n' | sort | sha256sum)
    [ "$(cat "$run/built" 2>/dev/null)" != "$sources" ] || return 0
    stop_nodes
    say "building"
    rm -f "$run/built"
    for project in Pool.Host Pool.Pbm; do
        dotnet publish "src/$project" -c Release -o "$run/bin" --artifacts-path "$run/build" --nologo -v q > "$run/build.log" 2>&1 ||
            { tail -n 20 "$run/build.log" >&2; die "the build failed; its log is $run/build.log"; }
    done
    echo "$sources" > "$run/built"
}

free_port() { local port=$1; while in_use "$port"; do port=$((port + 1)); done; echo "$port"; }

new_secret() { [ -s "$1" ] || head -c 32 /dev/urandom | base64 | tr -dc 'a-zA-Z0-9' > "$1"; }

start_mariadb() {
    local dir=$run/mariadb
    mkdir -p "$dir"
    tools/install-mariadb.sh
    new_secret "$run/password"
    running "$dir/server.pid" || free_port 3310 > "$dir/port"
    POOL_BACKEND_PASSWORD=$(cat "$run/password") tools/start-mariadb.sh "$dir" "$(cat "$dir/port")"
    backend=127.0.0.1:$(cat "$dir/port") user=pool
    secret="{ \"File\": \"$run/password\" }"
}

start_etcd() {
    local dir=$run/etcd
    mkdir -p "$dir"
    tools/install-etcd.sh
    running "$dir/1/server.pid" || { free_port 2390 > "$dir/port"; free_port $(($(cat "$dir/port") + 1)) > "$dir/peer-port"; }
    tools/start-etcd.sh "$dir" "$(cat "$dir/port"):$(cat "$dir/peer-port")"
    new_secret "$run/cluster-secret"
}

# write_config FOLDER NAME PORT ADMIN-PORT [PEER-PORT]: with a port for other nodes, of one in the cluster.
write_config() {
    local cluster=''
    mkdir -p "$1"
    [ -z "${5:-}" ] || cluster="\"Cluster\": { \"Name\": \"local\", \"Etcd\": { \"Endpoints\": [\"http://127.0.0.1:$(cat "$run/etcd/port")\"] },
    \"Secret\": { \"File\": \"$run/cluster-secret\" }, \"Address\": \"127.0.0.1\", \"Port\": $5, \"AdvertisedHost\": \"127.0.0.1\" },"
    cat > "$1/pool.json" <<CONF
{
  "Node":      { "Name": "$2" },
  $cluster
  "Listeners": [ { "Name": "main", "Address": "127.0.0.1", "Port": $3, "Backend": "main" } ],
  "Backends":  [ { "Name": "main", "Host": "${backend%:*}", "Port": ${backend##*:} } ],
  "Accounts":  [ { "Name": "main", "Backend": "main", "User": "$user", "Password": $secret } ],
  "Users":     [ { "Name": "$user", "Password": $secret } ],
  "Routes":    [ { "Listener": "*", "User": "$user", "Database": "*", "Account": "main" } ],
  "Admin":     { "Address": "127.0.0.1", "Port": $4 },
  "Log":       { "Format": "text" }
}
CONF
}

# start_node FOLDER CONFIG [PORT]: unless it runs with just this configuration.
start_node() {
    local dir=$1 config=$2 settings
    "$run/bin/pool" --config "$config" --check > "$dir/check.log" || { cat "$dir/check.log" >&2; die "the configuration is not valid: $config"; }
    sed 's|//.*||' "$config" | tr -d '\n' | grep -oi '"Admin" *: *{[^}]*}' | grep -oi '"Port" *: *[0-9]*' | grep -o '[0-9]*$' > "$dir/admin-port" || rm -f "$dir/admin-port"
    settings=$(cat "$config"; echo "${POOL_BACKEND_PASSWORD:-}")
    settings=$(sha256sum <<< "$settings")
    if running "$dir/pool.pid" && [ "$(cat "$dir/started")" = "$settings" ]; then return; fi
    stop_node "$dir"
    [ -z "${3:-}" ] || ! in_use "$3" || die "port $3 is in use: choose another one with --port"
    say "starting the node of ${dir#"$PWD/"}"
    : > "$dir/pool.log"
    setsid -f bash -c 'echo $$ > "$1"; exec "$2" --config "$3"' start "$dir/pool.pid" "$run/bin/pool" "$config" </dev/null >> "$dir/pool.log" 2>&1
    until [ -s "$dir/pool.pid" ]; do sleep 0.05; done
    (await 30 "$dir/pool.pid" "$dir/pool.log" ready "$dir") || { stop_node "$dir"; exit 1; }
    echo "$settings" > "$dir/started"
}

# stop_node FOLDER: lets it drain.
stop_node() {
    if running "$1/pool.pid"; then
        local pid deadline=$((SECONDS + 40))
        pid=$(cat "$1/pool.pid")
        kill "$pid"
        while kill -0 "$pid" 2>/dev/null; do
            [ $SECONDS -lt $deadline ] || { kill -9 "$pid"; break; }
            sleep 0.1
        done
    fi
    rm -f "$1/pool.pid" "$1/started"
}

stop_nodes() {
    local dir
    # All drain at once.
    for dir in $(nodes); do stop_node "$dir" & done
    wait
}

# try_query FOLDER PORT
try_query() {
    local password
    password=${POOL_BACKEND_PASSWORD:-$(cat "$run/password" 2>/dev/null || true)}
    command -v mariadb >/dev/null || apt_install mariadb-client
    MYSQL_PWD=$password mariadb --no-defaults -h127.0.0.1 -P"$2" -u"$user" --table -e "SELECT VERSION(), CONNECTION_ID(), 'through the pool' AS path" ||
        die "a query through the node failed; its log is $1/pool.log"
}

report() {
    say ""
    say "The node listens on $(listens "$run"); its log is $run/pool.log, its metrics are on http://127.0.0.1:$(admin_port "$run")/metrics"
    [ -z "${port:-}" ] || say "Connect:  $(connect "$port")"
    say "Look:     .run/bin/pbm --node 127.0.0.1:$(admin_port "$run") session list"
    say "Stop:     ./run.sh stop"
}

connect() {
    if [ "$secret" = "${secret/File/}" ]; then echo "mariadb -h127.0.0.1 -P$1 -u$user -p"
    else echo "MYSQL_PWD=\$(cat $run/password) mariadb -h127.0.0.1 -P$1 -u$user"; fi
}

# run_cluster COUNT: nodes with more are stopped.
run_cluster() {
    local count=$1 i dir
    port=${port:-6041}
    # A second run does not want the ports that the first one has.
    if [ "$(cat "$run/cluster/port" 2>/dev/null)" != "$port" ]; then stop_nodes; fi
    start_etcd
    mkdir -p "$run/cluster"
    echo "$port" > "$run/cluster/port"
    for dir in $(nodes); do
        i=${dir##*/}
        case $i in *[!0-9]*) ;; *) if [ "$i" -gt "$count" ]; then stop_node "$dir"; fi;; esac
    done
    for i in $(seq "$count"); do
        write_config "$run/cluster/$i" "pool-$i" $((port + i - 1)) $((port + i + 99)) $((port + i + 199))
        start_node "$run/cluster/$i" "$run/cluster/$i/pool.json" $((port + i - 1))
        try_query "$run/cluster/$i" $((port + i - 1))
    done
    say ""
    say "$count nodes, clients on 127.0.0.1:$port to $((port + count - 1)); their folders, with logs, are $run/cluster/1 and so on"
    say "Connect:  $(connect "$port")"
    say "See them: POOL_ADMIN=127.0.0.1:$((port + 100)) .run/bin/pbm cluster show     (or: pbm watch, pbm --help)"
    say "Stop:     ./run.sh stop"
}

status() {
    local dir some=''
    if running "$run/mariadb/server.pid"; then say "MariaDB runs on 127.0.0.1:$(cat "$run/mariadb/port")"; fi
    if running "$run/etcd/1/server.pid"; then say "etcd runs on 127.0.0.1:$(cat "$run/etcd/port")"; fi
    for dir in $(nodes); do
        some=1
        if ready "$dir"; then say "a node is ready on $(listens "$dir"); its log is $dir/pool.log"
        else say "a node runs but is not ready; its log is $dir/pool.log"; exit 1; fi
    done
    [ -n "$some" ] || { say "no node runs"; exit 1; }
}

backend='' user='' port='' config='' secret='' cluster=''
while [ $# -gt 0 ]; do
    case $1 in
        stop) stop_nodes; tools/stop-server.sh "$run/mariadb"; tools/stop-server.sh "$run/etcd/1"; say "stopped"; exit 0;;
        status) status; exit 0;;
        cluster)
            cluster=3
            case ${2:-} in
                [1-9]|[1-9][0-9]) cluster=$2; shift;;
                ''|-*) ;;
                *) usage;;
            esac
            shift;;
        --backend|--user|--port|--config) [ $# -gt 1 ] || usage; declare "${1#--}=$2"; shift 2;;
        *) usage;;
    esac
done
mkdir -p "$run"
if [ -n "$config" ]; then
    [ -z "$cluster" ] || die "a cluster's nodes have configurations of their own: give no --config"
    [ -z "$backend$user$port" ] || die "--config says it all: give no --backend, --user or --port with it"
    [ -r "$config" ] || die "cannot read $config"
    build
else
    build
    if [ -n "$backend" ]; then
        case $backend in *?:*[0-9]) ;; *) die "--backend is HOST:PORT";; esac
        [ -n "$user" ] || die "--backend needs --user"
        [ -n "${POOL_BACKEND_PASSWORD:-}" ] || die "put the password of $user into the environment: POOL_BACKEND_PASSWORD"
        secret='{ "Environment": "POOL_BACKEND_PASSWORD" }'
    else
        unset POOL_BACKEND_PASSWORD
        start_mariadb
    fi
    if [ -n "$cluster" ]; then
        run_cluster "$cluster"
        exit 0
    fi
    config=$run/pool.json port=${port:-6033}
    write_config "$run" pool-1 "$port" $((port + 1))
fi
start_node "$run" "$config" "$port"
if [ -n "$port" ]; then try_query "$run" "$port"; else say "no query was tried: the passwords of its users are the configuration's secret"; fi
report
