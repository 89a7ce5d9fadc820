#!/bin/bash
# What an idle session costs: Pool's memory with few and with many authenticated sessions that have each run one query and
# then say nothing. The slope between the two is bytes per session.
#
#   idle.sh [--from 2000] [--to 18000] [--settle 10] [--program pool|relay|haproxy]
#
# A relay keeps a second socket and two buffers for each client; it is here to check the method, not as a rival.
. "$(dirname "$0")/lib.sh"

from=2000 to=18000 settle=10 program=pool
while [ $# -gt 0 ]; do
    case $1 in
        --from) from=$2; shift 2 ;;
        --to) to=$2; shift 2 ;;
        --settle) settle=$2; shift 2 ;;
        --program) program=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done

ulimit -n "$(ulimit -H -n)"
[ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -gt $((to + 500)) ] || die "ulimit -n is $(ulimit -n): too few for $to sessions"

build bench/Pool.Load
start_database
case $program in
    pool) start_pool 32; pid=$pool_pid port=$pool_port ;;
    relay) start_relay; pid=$relay_pid port=$relay_port ;;
    haproxy) start_haproxy; pid=$haproxy_pid port=$haproxy_port ;;
esac

# open COUNT: sessions that stay until this script ends.
open() {
    local pipe=$work/idle.$1.in output=$work/idle.$1.out
    rm -f "$pipe" "$output"
    mkfifo "$pipe"
    "$load" idle --port "$port" --connections "$1" --sources 16 < "$pipe" > "$output" 2>&1 &
    local loader=$!
    pids+=("$loader")
    exec {held}> "$pipe"
    until grep -q ready "$output"; do
        kill -0 "$loader" 2>/dev/null || { cat "$output" >&2; die "the sessions cannot be opened"; }
        sleep 0.2
    done
}

# RSS, PSS and anonymous memory in kB.
read_memory() {
    awk '/^Rss:/ { rss = $2 } /^Pss:/ { pss = $2 } /^Anonymous:/ { anonymous = $2 } END { print rss, pss, anonymous }' "/proc/$pid/smaps_rollup"
}

# measure_memory: as it stands, and after a full collection where the program can be asked for one.
measure_memory() {
    sleep "$settle"
    read_memory
    "$load" collect "$pid" 2>/dev/null || true
    sleep 2
    read_memory
}

say "opening $from sessions"
open "$from"
few=$(measure_memory)
say "opening $((to - from)) more"
open $((to - from))
many=$(measure_memory)
echo $few $many | awk -v from="$from" -v to="$to" '{
    printf "%-28s %12s %12s %18s\n", "memory", from " (kB)", to " (kB)", "bytes per session"
    split("RSS PSS anonymous", name, " ")
    for (i = 1; i <= 6; i++)
        printf "%-28s %12d %12d %18.0f\n", name[(i - 1) % 3 + 1] (i > 3 ? " after a collection" : ""), $i, $(i + 6), ($(i + 6) - $i) * 1024 / (to - from)
}'
