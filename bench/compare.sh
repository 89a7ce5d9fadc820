#!/bin/bash
# Side by side: the database itself, the dumb relay, HAProxy in TCP mode, and Pool, in interleaved rounds.
#
#   compare.sh [--pairs 10] [--seconds 5] [--clients 16] [--connections N] [--modes point,execute]
#              [--programs direct,relay,haproxy,pool,node] [--base PROGRAM] [--sysbench]
#
# --connections are Pool's to the database, by default more than there are clients. Mode rows is 1000-row selects.
# Program node is Pool as one of the two nodes of a cluster, and only measured if it is asked for.
# --base is another build of Pool (bin/Pool.Host/release/pool), to see what a change costs; its ratios are to it then.
# --sysbench uses sysbench's oltp_point_select (text and prepared) instead of our generator.
. "$(dirname "$0")/lib.sh"

pairs=10 seconds=5 clients=16 connections= modes=point,execute programs=direct,relay,haproxy,pool base= sysbench=
while [ $# -gt 0 ]; do
    case $1 in
        --pairs) pairs=$2; shift 2 ;;
        --seconds) seconds=$2; shift 2 ;;
        --clients) clients=$2; shift 2 ;;
        --programs) programs=$2; shift 2 ;;
        --connections) connections=$2; shift 2 ;;
        --modes) modes=$2; shift 2 ;;
        --base) base=$2; shift 2 ;;
        --sysbench) sysbench=1; shift ;;
        *) die "unknown option $1" ;;
    esac
done
wanted() { [[ ,$programs, == *,$1,* ]]; }

# Where each program listens, its process, and its metrics page if it has one.
declare -A port=([direct]=$db_port [relay]=$relay_port [haproxy]=$haproxy_port [pool]=$pool_port [base]=$other_port) pid=([direct]=0) page=()

# measure LABEL MODE SECONDS [OPTION...]: one line of JSON. A label is a program, perhaps with "+" and a variant.
measure() {
    local label=$1 program=${1%%+*} mode=$2 length=$3
    shift 3
    "$load" "$mode" --label "$label" --port "${port[$program]}" --connections "$clients" --seconds "$length" --warmup 1 \
        --watch "${pid[$program]}" --metrics "${page[$program]:-}" --database-port "$db_port" --json "$@" || say "$label $mode: there were errors"
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
    run=measure_sysbench
else
    run=measure
fi

build bench/Pool.Load
start_database
wanted relay && start_relay && pid[relay]=$relay_pid
wanted haproxy && start_haproxy && pid[haproxy]=$haproxy_pid
[ -z "$base" ] || { start_pool "${connections:-$((clients + 8))}" base '' "$base"; pid[base]=$pool_pid page[base]=$metrics programs=$programs,base; }
wanted pool && start_pool "${connections:-$((clients + 8))}" && pid[pool]=$pool_pid page[pool]=$metrics
if wanted node; then
    start_etcd
    # The other one first: what is measured has the rest of the connections soon.
    start_node 2 $((${connections:-$((clients + 8))} + 5))
    start_node 1 $((${connections:-$((clients + 8))} + 5))
    port[node]=$(node_port 1) pid[node]=$started page[node]=http://127.0.0.1:$(node_admin_port 1)/metrics
fi

# round SECONDS ORDER: every program once in every mode.
round() {
    local program mode
    for mode in ${modes//,/ }; do
        for program in $2; do
            wanted "$program" || continue
            $run "$program" "$mode" "$1"
            [[ $run$program != measure@(pool|base|node) ]] || measure "$program+eof" "$mode" "$1" --deprecate-eof off
        done
    done
}

interleave compare "$pairs" "$seconds" round direct relay haproxy base pool node
"$load" compare "$results" ${base:+base base+eof} relay haproxy pool
