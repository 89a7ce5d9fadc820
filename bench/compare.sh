#!/bin/bash
# Side by side: the database itself, the dumb relay, HAProxy in TCP mode, and Pool, in interleaved rounds.
#
#   compare.sh [--pairs 10] [--seconds 5] [--clients 16] [--programs direct,relay,haproxy,pool] [--rows] [--sysbench]
#
# --rows adds 1000-row selects; --sysbench uses sysbench's oltp_point_select (text and prepared) instead of our generator.
. "$(dirname "$0")/lib.sh"

pairs=10 seconds=5 clients=16 programs=direct,relay,haproxy,pool rows= sysbench=
while [ $# -gt 0 ]; do
    case $1 in
        --pairs) pairs=$2; shift 2 ;;
        --seconds) seconds=$2; shift 2 ;;
        --clients) clients=$2; shift 2 ;;
        --programs) programs=$2; shift 2 ;;
        --rows) rows=1; shift ;;
        --sysbench) sysbench=1; shift ;;
        *) die "unknown option $1" ;;
    esac
done
wanted() { [[ ,$programs, == *,$1,* ]]; }

# Where each program listens, its process, and its metrics page if it has one.
declare -A port=([direct]=$db_port [relay]=$relay_port [haproxy]=$haproxy_port [pool]=$pool_port) pid=([direct]=0) page=()

# measure LABEL MODE SECONDS [OPTION...]: one line of JSON. A label is a program, perhaps with "+" and a variant.
measure() {
    local label=$1 program=${1%%+*} mode=$2 length=$3
    shift 3
    "$load" "$mode" --label "$label" --port "${port[$program]}" --connections "$clients" --seconds "$length" --warmup 1 \
        --watch "${pid[$program]}" --metrics "${page[$program]:-}" --json "$@" || say "$label $mode: there were errors"
}

cpu_ticks() { [ "$1" = 0 ] && echo 0 || sed 's/.*) //' "/proc/$1/stat" | awk '{print $12 + $13}'; }

# The same line from sysbench, whose client library does not speak DEPRECATE_EOF.
measure_sysbench() { # LABEL MODE SECONDS
    local process=${pid[$1]} ps=auto before after
    [ "$2" = execute ] || ps=disable
    before=$(cpu_ticks "$process")
    sysbench oltp_point_select --db-driver=mysql --mysql-host=127.0.0.1 --mysql-port="${port[$1]}" --mysql-user=app \
        --mysql-password="$APP_PASSWORD" --mysql-ssl=off --tables=1 --table-size=10000 --threads="$clients" --time="$3" --percentile=99 \
        --db-ps-mode=$ps run > "$work/sysbench.log" 2>&1 || { tail -n 5 "$work/sysbench.log" >&2; return 0; }
    after=$(cpu_ticks "$process")
    awk -v label="$1" -v mode="sysbench-$2" -v clients="$clients" -v ticks=$((after - before)) -v watched="$process" '
        /queries:/ && !queries { queries = $2 }
        /total time:/ { seconds = $3 + 0 }
        /99th percentile:/ { p99 = $3 * 1000 }
        / max:/ { max = $2 * 1000 }
        /ignored errors:/ { errors = $3 }
        END {
            printf "{\"label\":\"%s\",\"mode\":\"%s\",\"deprecateEof\":false,\"connections\":%d,\"seconds\":%s,", label, mode, clients, seconds
            printf "\"queries\":%d,\"errors\":%d,\"p99Us\":%d,\"maxUs\":%d", queries, errors, p99, max
            if (watched) printf ",\"cpuUsPerQuery\":%.2f", ticks * 10000 / queries
            print "}"
        }' "$work/sysbench.log"
}

if [ -n "$sysbench" ]; then
    command -v sysbench >/dev/null || apt-get -qq install -y sysbench >&2 || die "sysbench is missing and cannot be installed"
    run=measure_sysbench modes=(point execute)
else
    run=measure modes=(point execute ${rows:+rows})
fi

build bench/Pool.Load
start_database
wanted relay && start_relay && pid[relay]=$relay_pid
wanted haproxy && start_haproxy && pid[haproxy]=$haproxy_pid
wanted pool && start_pool $((clients + 8)) && pid[pool]=$pool_pid page[pool]=$metrics

# round SECONDS ORDER: every program once in every mode.
round() {
    local program mode
    for mode in "${modes[@]}"; do
        for program in $2; do
            wanted "$program" || continue
            $run "$program" "$mode" "$1"
            [ "$run$program" != measurepool ] || measure pool+eof "$mode" "$1" --deprecate-eof off
        done
    done
}

# The runtime compiles hot methods again and again in the first seconds: that is not what is compared.
say "warming up"
round 3 "direct relay haproxy pool" > /dev/null
results=$work/compare-$(date +%Y%m%d-%H%M%S).jsonl
for ((i = 1; i <= pairs; i++)); do
    say "round $i of $pairs"
    # Turned around every other time, so that a machine that slows down favours nobody.
    [ $((i % 2)) = 1 ] && order="direct relay haproxy pool" || order="pool haproxy relay direct"
    round "$seconds" "$order" >> "$results"
done
say "results: $results"
"$load" compare "$results"
