#!/bin/bash
# Builds and starts one node, in front of a database of its own or of one that exists:
#
#   ./run.sh                                          a private MariaDB under .run/, installed if it is missing
#   ./run.sh --backend HOST:PORT --user USER          a database that exists; its password in POOL_BACKEND_PASSWORD
#   ./run.sh --config pool.json                       a configuration of your own
#   ./run.sh status | stop
#
# --port PORT is where clients connect (6033); the admin port is the next one. The program can also be started alone:
# .run/bin/pool --config pool.json
cd "$(dirname "$0")"
. tools/common.sh
umask 077

run=$PWD/.run
log=$run/pool.log
pidfile=$run/pool.pid
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
admin_port() { cat "$run/admin-port" 2>/dev/null || echo 6034; }
ready() { [ "$(get "$(admin_port)" /readyz)" = 200 ]; }
in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
listens() { grep -o 'Listener .* on [^ "]*' "$log" | tail -n 1 | sed 's/.* on //'; }

build() {
    local sources
    command -v dotnet >/dev/null || die "no dotnet: install the .NET 10 SDK"
    sources=$(find src Directory.* global.json BannedSymbols.txt -type f -not -path '*/bin/*' -not -path '*/obj/*' -printf '%p %T@\n' | sort | sha256sum)
    [ "$(cat "$run/built" 2>/dev/null)" != "$sources" ] || return 0
    stop_node
    say "building"
    rm -f "$run/built"
    dotnet publish src/Pool.Host -c Release -o "$run/bin" --artifacts-path "$run/build" --nologo -v q > "$run/build.log" 2>&1 ||
        { tail -n 20 "$run/build.log" >&2; die "the build failed; its log is $run/build.log"; }
    echo "$sources" > "$run/built"
}

free_port() { local port=$1; while in_use "$port"; do port=$((port + 1)); done; echo "$port"; }

start_mariadb() {
    local dir=$run/mariadb
    mkdir -p "$dir"
    tools/install-mariadb.sh
    [ -s "$run/password" ] || head -c 32 /dev/urandom | base64 | tr -dc 'a-zA-Z0-9' > "$run/password"
    running "$dir/server.pid" || free_port 3310 > "$dir/port"
    POOL_BACKEND_PASSWORD=$(cat "$run/password") tools/start-mariadb.sh "$dir" "$(cat "$dir/port")"
    backend=127.0.0.1:$(cat "$dir/port") user=pool
    secret="{ \"File\": \"$run/password\" }"
}

write_config() {
    cat > "$run/pool.json" <<CONF
{
  "Node":      { "Name": "pool-1", "Slot": 1 },
  "Listeners": [ { "Name": "main", "Address": "127.0.0.1", "Port": $port, "Backend": "main" } ],
  "Backends":  [ { "Name": "main", "Host": "${backend%:*}", "Port": ${backend##*:} } ],
  "Accounts":  [ { "Name": "main", "Backend": "main", "User": "$user", "Password": $secret } ],
  "Users":     [ { "Name": "$user", "Password": $secret } ],
  "Routes":    [ { "Listener": "*", "User": "$user", "Database": "*", "Account": "main" } ],
  "Admin":     { "Address": "127.0.0.1", "Port": $((port + 1)) },
  "Log":       { "Format": "text" }
}
CONF
}

start_node() {
    local settings
    "$run/bin/pool" --config "$config" --check > "$run/check.log" || { cat "$run/check.log" >&2; die "the configuration is not valid: $config"; }
    sed 's|//.*||' "$config" | tr -d '\n' | grep -oi '"Admin" *: *{[^}]*}' | grep -oi '"Port" *: *[0-9]*' | grep -o '[0-9]*$' > "$run/admin-port" || rm -f "$run/admin-port"
    settings=$(cat "$config"; echo "${POOL_BACKEND_PASSWORD:-}")
    settings=$(sha256sum <<< "$settings")
    if running "$pidfile" && [ "$(cat "$run/started")" = "$settings" ]; then return; fi
    stop_node
    [ -z "${port:-}" ] || ! in_use "$port" || die "port $port is in use: choose another one with --port"
    say "starting the node"
    : > "$log"
    setsid -f bash -c 'echo $$ > "$1"; exec "$2" --config "$3"' start "$pidfile" "$run/bin/pool" "$config" </dev/null >> "$log" 2>&1
    until [ -s "$pidfile" ]; do sleep 0.05; done
    (await 30 "$pidfile" "$log" ready) || { stop_node; exit 1; }
    echo "$settings" > "$run/started"
}

stop_node() {
    if running "$pidfile"; then
        local pid deadline=$((SECONDS + 40))
        pid=$(cat "$pidfile")
        kill "$pid"
        while kill -0 "$pid" 2>/dev/null; do
            [ $SECONDS -lt $deadline ] || { kill -9 "$pid"; break; }
            sleep 0.1
        done
    fi
    rm -f "$pidfile" "$run/started"
}

try_query() {
    local password
    password=${POOL_BACKEND_PASSWORD:-$(cat "$run/password" 2>/dev/null || true)}
    command -v mariadb >/dev/null || apt_install mariadb-client
    MYSQL_PWD=$password mariadb --no-defaults -h127.0.0.1 -P"$port" -u"$user" --table -e "SELECT VERSION(), CONNECTION_ID(), 'through the pool' AS path" ||
        die "a query through the node failed; its log is $log"
}

report() {
    say ""
    say "The node listens on $(listens); its log is $log, its metrics are on http://127.0.0.1:$(admin_port)/metrics"
    if [ -n "${port:-}" ]; then
        [ "$secret" = "${secret/File/}" ] && say "Connect:  mariadb -h127.0.0.1 -P$port -u$user -p" ||
            say "Connect:  MYSQL_PWD=\$(cat $run/password) mariadb -h127.0.0.1 -P$port -u$user"
    fi
    say "Stop:     ./run.sh stop"
}

status() {
    if running "$run/mariadb/server.pid"; then say "MariaDB runs on 127.0.0.1:$(cat "$run/mariadb/port")"; fi
    running "$pidfile" || { say "no node runs"; exit 1; }
    ready || { say "the node runs but is not ready; its log is $log"; exit 1; }
    say "the node is ready on $(listens); its log is $log"
}

backend='' user='' port='' config='' secret=''
while [ $# -gt 0 ]; do
    case $1 in
        stop) stop_node; tools/stop-server.sh "$run/mariadb"; say "stopped"; exit 0;;
        status) status; exit 0;;
        --backend|--user|--port|--config) [ $# -gt 1 ] || usage; declare "${1#--}=$2"; shift 2;;
        *) usage;;
    esac
done
mkdir -p "$run"
if [ -n "$config" ]; then
    [ -z "$backend$user$port" ] || die "--config says it all: give no --backend, --user or --port with it"
    [ -r "$config" ] || die "cannot read $config"
    build
else
    port=${port:-6033}
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
    config=$run/pool.json
    write_config
fi
start_node
if [ -n "$port" ]; then try_query; else say "no query was tried: the passwords of its users are the configuration's secret"; fi
report
