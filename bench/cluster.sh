#!/bin/bash
# Many nodes, and very many sessions that have each run a query and then say nothing: what does a session cost, and how long does
# it take until all nodes have seen another one join, and leave?
#
#   cluster.sh [--nodes 10] [--from 5000] [--to 50000] [--rounds 10] [--settle 10]
#
# Memory is that of all nodes together; the slope between few and many sessions is bytes per session. A node has joined when it is ready
# and all others count it; it has left when its process has ended and no other counts it. At last a node leaves that has its part of
# the sessions.
. "$(dirname "$0")/lib.sh"

nodes=10 from=5000 to=50000 rounds=10 settle=10
while [ $# -gt 0 ]; do
    case $1 in
        --nodes) nodes=$2; shift 2 ;;
        --from) from=$2; shift 2 ;;
        --to) to=$2; shift 2 ;;
        --rounds) rounds=$2; shift 2 ;;
        --settle) settle=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done
cap=$((4 * nodes + 40))
ulimit -n "$(ulimit -H -n)"

build bench/Pool.Load src/Pool.Host
start_database
start_etcd
processes=()
for ((n = 1; n <= nodes; n++)); do
    say "starting node $n"
    start_node "$n" "$cap"
    processes+=("$started")
done

# open COUNT: so many sessions on each node, that stay until the load generator of that node is ended.
declare -A loaders
open() {
    local n pipe
    for ((n = 1; n <= nodes; n++)); do
        pipe=$work/cluster.$n.$1
        rm -f "$pipe.in" "$pipe.out"
        mkfifo "$pipe.in"
        "$load" idle --port "$(node_port "$n")" --connections "$1" --sources 16 < "$pipe.in" > "$pipe.out" 2>&1 &
        loaders[$n.$1]=$!
        pids+=("$!")
        exec {held}> "$pipe.in"
    done
    for ((n = 1; n <= nodes; n++)); do
        until grep -q ready "$work/cluster.$n.$1.out"; do
            kill -0 "${loaders[$n.$1]}" 2>/dev/null || { cat "$work/cluster.$n.$1.out" >&2; die "the sessions of node $n cannot be opened"; }
            sleep 0.2
        done
    done
}

# PSS of all nodes in kB: what they share is counted once.
memory() {
    local pid
    sleep "$settle"
    for pid in "${processes[@]}"; do cat "/proc/$pid/smaps_rollup"; done | awk '/^Pss:/ { sum += $2 } END { print sum }'
}
collect() { local pid; for pid in "${processes[@]}"; do "$load" collect "$pid" 2>/dev/null || true; done; }

# members NODE: how many members it counts.
members() {
    exec 5<>"/dev/tcp/127.0.0.1/$(node_admin_port "$1")" || return 1
    printf 'GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n' >&5
    awk '/^pool_cluster_members/ { sum += $2 } END { print sum + 0 }' <&5
    exec 5>&-
}
all_count() { local n; for ((n = 1; n <= nodes; n++)); do [ "$(members "$n")" = "$1" ] || return 1; done; }

now() { date +%s%N; }
since() { echo $((($(now) - $1) / 1000000)); }
quantiles() { sort -n | awk -v what="$1" '{ v[NR] = $1 } END { printf "%-28s p50 %6d ms   worst %6d ms   (%d times)\n", what, v[int((NR + 1) / 2)], v[NR], NR }'; }

say "opening $from sessions"
open $((from / nodes))
few=$(memory)
collect
few_collected=$(memory)
say "opening $((to - from)) more"
open $(((to - from) / nodes))
many=$(memory)
collect
many_collected=$(memory)

say "a further node joins and leaves"
joins=$work/cluster.joins leaves=$work/cluster.leaves
: > "$joins"
: > "$leaves"
for ((i = 1; i <= rounds; i++)); do
    began=$(now)
    start_node $((nodes + 1)) "$cap"
    until all_count $((nodes + 1)); do sleep 0.02; done
    since "$began" >> "$joins"
    began=$(now)
    kill "$started"
    until ! kill -0 "$started" 2>/dev/null && all_count "$nodes"; do sleep 0.02; done
    since "$began" >> "$leaves"
done

say "a node leaves with its sessions"
began=$(now)
last=${processes[-1]}
kill "$last"
nodes=$((nodes - 1))
until ! kill -0 "$last" 2>/dev/null && all_count "$nodes"; do sleep 0.02; done
left=$(since "$began")

slope() { echo $((($2 - $1) * 1024 / (to - from))); }
printf '%-28s %12s %12s %18s\n' memory "$from (kB)" "$to (kB)" "bytes per session"
printf '%-28s %12d %12d %18d\n' PSS "$few" "$many" "$(slope "$few" "$many")"
printf '%-28s %12d %12d %18d\n' "PSS after a collection" "$few_collected" "$many_collected" "$(slope "$few_collected" "$many_collected")"
quantiles "a node joins" < "$joins"
quantiles "a node leaves" < "$leaves"
printf '%-28s %d ms\n' "it leaves with $((to / (nodes + 1))) sessions" "$left"
