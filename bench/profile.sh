#!/bin/bash
# Where the CPU time per query goes: samples a program under load with perf, and counts its system calls per query.
#
#   profile.sh [--program pool|relay|haproxy] [--mode point|execute|rows|connect] [--deprecate-eof on|off] [--clients 16] [--connections N] [--kinds NAME]
#              [--seconds 10]
#
# NAME is a file of client kinds in streams/.
# Needs perf (linux-perf), and for the system calls the kernel's trace points. The samples stay in POOL_BENCH_DIR/perf.data.
. "$(dirname "$0")/lib.sh"

program=pool mode=point eof=on clients=16 connections= kinds= seconds=10
while [ $# -gt 0 ]; do
    case $1 in
        --program) program=$2; shift 2 ;;
        --mode) mode=$2; shift 2 ;;
        --deprecate-eof) eof=$2; shift 2 ;;
        --clients) clients=$2; shift 2 ;;
        --connections) connections=$2; shift 2 ;;
        --kinds) kinds=$2; shift 2 ;;
        --seconds) seconds=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done
command -v perf >/dev/null || die "perf is missing: install linux-perf"

build bench/Pool.Load
start_database
# The runtime tells perf the names of compiled methods, and keeps them where perf looks for them.
export DOTNET_PerfMapEnabled=1 DOTNET_EnableWriteXorExecute=0
case $program in
    pool) start_pool "${connections:-$((clients + 8))}"; pid=$pool_pid port=$pool_port ;;
    relay) start_relay; pid=$relay_pid port=$relay_port ;;
    haproxy) start_haproxy; pid=$haproxy_pid port=$haproxy_port ;;
esac

run() { # SECONDS WARMUP
    local options=()
    [ -z "$kinds" ] || options=(--kinds "$(kinds "$kinds")")
    DOTNET_PerfMapEnabled=0 "$load" "$mode" --label "$program" --port "$port" --connections "$clients" --seconds "$1" --warmup "$2" \
        --deprecate-eof "$eof" --watch "$pid" "${options[@]}"
}

say "warming up"
run 8 1 > /dev/null
run $((seconds + 4)) 1 > "$work/profile.load" &
loader=$!
sleep 3
perf record -q -F 499 -g -p "$pid" -o "$work/perf.data" -- sleep "$seconds" > "$work/perf.log" 2>&1 || { cat "$work/perf.log" >&2; die "perf failed"; }
wait "$loader"
cat "$work/profile.load"

# report TITLE LINES FILTER OPTION...
report() {
    echo "$1"
    local lines=$2 filter=$3
    shift 3
    perf report -i "$work/perf.data" -g none --stdio "$@" 2>/dev/null | { grep -v '^#' || true; } | { grep -E "$filter" || true; } | sed -n "s, *- *- *$,,; 1,${lines}p" | cut -c1-180
}
report "self time by module" 12 . --no-children --sort dso
report "self time by symbol" 45 . --no-children --sort symbol
report "managed methods, callees included" 45 '\[(Optimized|PreJIT|Instrumented)' --children --sort symbol

# Counting at the kernel's trace points costs little, so the numbers are those of an undisturbed run.
calls=sendto,recvfrom,sendmsg,recvmsg,epoll_wait,epoll_ctl,futex
perf stat -e "$(sed 's/[^,]*/syscalls:sys_enter_&/g' <<< $calls)" -p "$pid" -o "$work/calls.log" > /dev/null 2>&1 &
counter=$!
sleep 0.5
run 5 0 > "$work/profile.load"
kill -INT "$counter" 2>/dev/null || true
wait "$counter" || true
echo "system calls per query"
awk 'NR == FNR { if ($1 == "queries") queries = $2 + 0; next }
    /sys_enter_/ { gsub(",", "", $1); sub("syscalls:sys_enter_", "", $2); printf "%10.2f %s\n", $1 / queries, $2 }' "$work/profile.load" "$work/calls.log"
